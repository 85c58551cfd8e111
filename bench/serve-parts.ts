// Files that lie nowhere: parts, each of which repeats a few bytes, streamed whole or by range. No more than a cycle is ever in memory.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

export interface FilePart {
  /** Repeated over and over. */
  cycle: Uint8Array;
  /** Where in its cycle the part begins. */
  startAt: number;
  sizeBytes: number;
}

/** These bytes once. */
export const onePart = (bytes: Uint8Array): FilePart => ({ cycle: bytes, startAt: 0, sizeBytes: bytes.length });

export const partsBytes = (parts: readonly FilePart[]) => parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** The bytes of a file from `start` up to `end`, in pieces. */
export function* pieces(parts: readonly FilePart[], start: number, end: number): Generator<Uint8Array, void, void> {
  let begin = 0;
  for (const { cycle, startAt, sizeBytes } of parts) {
    const last = Math.min(end - begin, sizeBytes);
    for (let at = Math.max(start - begin, 0); at < last; ) {
      const inCycle = (startAt + at) % cycle.length;
      const piece = cycle.subarray(inCycle, Math.min(cycle.length, inCycle + last - at));
      at += piece.length;
      yield piece;
    }
    begin += sizeBytes;
  }
}

/** Answers a request for a file, or for the range of it that the request names. */
export function sendParts(
  request: IncomingMessage,
  response: ServerResponse,
  parts: readonly FilePart[],
  headers: Readonly<Record<string, string>>,
): void {
  const sizeBytes = partsBytes(parts);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Math.min(Number(range[2]) + 1, sizeBytes) : sizeBytes;
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'accept-ranges': 'bytes',
    'content-length': end - start,
    ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` } : {}),
  });
  if (request.method === 'HEAD') response.end();
  // A browser that wants no more closes the connection.
  else pipeline(pieces(parts, start, end), response).catch(() => undefined);
}
