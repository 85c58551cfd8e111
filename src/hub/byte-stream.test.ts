import { describe, expect, it } from 'vitest';
import { collect, readerOf, streamOf } from './byte-stream.ts';

/** A body that fills the buffers it is given, or that cannot. */
function bodyOf(bytes: Uint8Array, type: 'bytes' | undefined): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    ...(type && { type, autoAllocateChunkSize: 4096 }),
    pull(controller) {
      const { byobRequest } = controller as ReadableByteStreamController;
      const view = byobRequest?.view as Uint8Array | undefined;
      const piece = bytes.slice(at, at + Math.min(view?.byteLength ?? 4096, 100_000));
      at += piece.length;
      if (piece.length === 0) {
        controller.close();
        byobRequest?.respond(0);
      } else if (byobRequest && view) {
        view.set(piece);
        byobRequest.respond(piece.length);
      } else controller.enqueue(piece as Uint8Array<ArrayBuffer>);
    },
  } as UnderlyingDefaultSource<Uint8Array>);
}

async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const read = readerOf(body);
  for (let piece = await read(); piece; piece = await read()) yield piece;
}

describe.each(['bytes', undefined] as const)('a body of type %s', (type) => {
  const bytes = Uint8Array.from({ length: 1_000_003 }, (_, i) => (i * 7919) >> 5);

  it('comes as it is, though its pieces go', async () => {
    const stream = streamOf(() => piecesOf(bodyOf(bytes, type)), undefined);
    expect(Buffer.compare(await collect(stream, 'file', undefined), bytes)).toBe(0);
  });

  it('gives pieces that have no bytes, rather than others, once they are gone', async () => {
    const read = readerOf(bodyOf(bytes, type));
    const first = await read();
    expect(first?.length).toBeGreaterThan(0);
    await read();
    expect([0, 4096]).toContain(first?.length);
    expect(Buffer.compare(first ?? bytes, bytes.subarray(0, first?.length))).toBe(0);
  });
});
