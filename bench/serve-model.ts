// Serves a checkpoint of a shape that lies nowhere: its header, and the same megabyte of random weights over and over, with ranges.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkpointOf } from './checkpoint.ts';
import { MODEL_PATH } from './load.ts';
import { onePart, sendParts } from './serve-parts.ts';
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
  const parts = [onePart(header), { cycle: randomBlock(), startAt: 0, sizeBytes: dataBytes }];
  return (request, response) => {
    const file = request.url?.startsWith(`${MODEL_PATH}/`) ? request.url.slice(MODEL_PATH.length + 1) : undefined;
    if (file === undefined) return false;
    const headers = { etag: `"${shape}"`, 'cache-control': 'no-store' };
    if (file === 'config.json') {
      const json = { ...headers, 'content-type': 'application/json' };
      sendParts(request, response, [onePart(Buffer.from(JSON.stringify(SHAPES[shape])))], json);
    } else if (file === 'model.safetensors') sendParts(request, response, parts, headers);
    else response.writeHead(404).end();
    return true;
  };
}
