// Reading byte streams: cutting a range out of one, and iterating over one with errors of ours.

import { IntabError, SourceError } from '../errors.ts';

/** A stream without the first `skipBytes` of `source` and at most `lengthBytes` long; cancels `source` when done. */
export function cutStream(
  source: ReadableStream<Uint8Array>,
  skipBytes: number,
  lengthBytes: number,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let toSkipBytes = skipBytes;
  let leftBytes = lengthBytes;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (leftBytes > 0) {
          const { done, value } = await reader.read();
          if (done) break;
          const start = Math.min(toSkipBytes, value.length);
          toSkipBytes -= start;
          const piece = value.subarray(start, Math.min(value.length, start + leftBytes));
          if (piece.length === 0) continue;
          leftBytes -= piece.length;
          controller.enqueue(piece);
          if (leftBytes > 0) return;
        }
        controller.close();
        reader.cancel().catch(() => undefined);
      },
      cancel(reason) {
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * The chunks of a stream. Leaving the loop early cancels the stream; so does an abort.
 * @throws SourceError naming `file` when the connection breaks; the signal's reason on abort.
 */
export async function* chunksOf(
  stream: ReadableStream<Uint8Array>,
  file: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  const onAbort = () => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener('abort', onAbort, { once: true });
  let finished = false;
  try {
    while (true) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) break;
      yield value;
    }
    finished = true;
  } catch (cause) {
    throw asSourceError(cause, file, signal);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    if (!finished) reader.cancel().catch(() => undefined);
  }
}

/** What to throw for an error met while reading `file`: the signal's reason, an error of ours, or a SourceError. */
export function asSourceError(cause: unknown, file: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (cause instanceof IntabError) return cause;
  return new SourceError({
    what: `Reading ${file} failed`,
    actual: cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause),
    remedy: 'check the network connection and that the server allows requests from this page (CORS), then try again',
    cause,
  });
}
