// Byte streams: made from a generator, iterated over with errors of ours, or collected.

import { IntabError, SourceError } from '../errors.ts';

/**
 * The pieces that a generator yields, as a stream that is pulled and never runs ahead: the generator may take back a piece when it is
 * asked for the next. `pieces` gets a signal that tells of an abort from outside and of the stream's cancellation.
 */
export function streamOf(
  pieces: (signal: AbortSignal) => AsyncGenerator<Uint8Array, void, void>,
  outside: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const cancelled = new AbortController();
  const generator = pieces(outside ? AbortSignal.any([outside, cancelled.signal]) : cancelled.signal);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await generator.next();
        if (cancelled.signal.aborted) return;
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel(reason) {
        cancelled.abort(reason);
        await generator.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * All bytes of a stream.
 * @throws as {@link chunksOf}
 */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  file: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunksOf(stream, file, signal)) {
    chunks.push(chunk.slice());
    sizeBytes += chunk.length;
  }
  const bytes = new Uint8Array(sizeBytes);
  let atBytes = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, atBytes);
    atBytes += chunk.length;
  }
  return bytes;
}

/** Bytes of one read. */
const READ_BYTES = 256 * 2 ** 10;

/**
 * Reads a response's body piece by piece; undefined at its end. One buffer serves all reads where the browser can do that, and a piece
 * is gone when the next is asked for: buffers that every read leaves behind add up to 100 MiB before the garbage collector comes.
 */
export function readerOf(body: ReadableStream<Uint8Array>): () => Promise<Uint8Array | undefined> {
  const byob = byobReaderOf(body);
  if (!byob) {
    const reader = body.getReader();
    return async () => (await reader.read()).value;
  }
  let buffer = new ArrayBuffer(READ_BYTES);
  return async () => {
    // The buffer moves into the read and comes back with it. Views of it that somebody kept have no bytes from here on.
    const { done, value } = await byob.read(new Uint8Array(buffer));
    if (value) buffer = value.buffer;
    return done ? undefined : value;
  };
}

/** Undefined where bodies are not streams of bytes, as in older Safari. */
function byobReaderOf(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
}

/**
 * The chunks of a stream, each of which may be gone when the next is asked for. Leaving the loop early cancels the stream; so does an
 * abort.
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
