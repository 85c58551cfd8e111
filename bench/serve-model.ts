// Serves a checkpoint of a shape that lies nowhere: its header, and the same megabyte of random weights over and over, with ranges.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { checkpointOf, MODEL_PATH } from './load.ts';
import { SHAPES } from './shapes.ts';

const BLOCK_BYTES = 2 ** 20;

/** Random bf16 numbers within ±1/32, which overflow in no layer. */
function randomBlock(): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  let state = 1;
  for (let at = 0; at < BLOCK_BYTES; at += 2) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    block.writeUInt16LE((state & 0x8000) | 0x3c80 | (state >>> 25), at);
  }
  return block;
}

/** Answers requests for the model's files; false for others. */
export function modelServer(shape: string): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { header, dataBytes } = checkpointOf(shape);
  const block = randomBlock();
  const sizeBytes = header.length + dataBytes;
  return (request, response) => {
    const file = request.url?.startsWith(`${MODEL_PATH}/`) ? request.url.slice(MODEL_PATH.length + 1) : undefined;
    if (file === undefined) return false;
    const headers = { etag: `"${shape}"`, 'accept-ranges': 'bytes', 'cache-control': 'no-store' };
    if (file === 'config.json') {
      response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(SHAPES[shape]));
    } else if (file === 'model.safetensors') {
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      const start = Number(range?.[1] ?? 0);
      const end = range?.[2] ? Math.min(Number(range[2]) + 1, sizeBytes) : sizeBytes;
      response.writeHead(range ? 206 : 200, {
        ...headers,
        'content-length': end - start,
        ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` } : {}),
      });
      // A browser that wants no more closes the connection.
      pipeline(pieces(start, end), response).catch(() => undefined);
    } else response.writeHead(404).end();
    return true;
  };

  function* pieces(start: number, end: number): Generator<Uint8Array, void, void> {
    for (let at = start; at < end; ) {
      const inBlock = (at - header.length) % BLOCK_BYTES;
      const piece =
        at < header.length
          ? header.subarray(at, Math.min(end, header.length))
          : block.subarray(inBlock, Math.min(BLOCK_BYTES, inBlock + end - at));
      at += piece.length;
      yield piece;
    }
  }
}
