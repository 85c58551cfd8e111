// Weight files as large as a test needs, that lie nowhere.
import type { ServedFile } from './bad-server.ts';

const ELEMENT_BYTES = { U8: 1, BF16: 2 } as const;

/** A tensor's dtype and dims. */
export type ZerosTensor = readonly [dtype: keyof typeof ELEMENT_BYTES, ...dims: number[]];

/** A safetensors file of zeros that is never in memory as a whole. */
export function zerosFile(tensors: Readonly<Record<string, ZerosTensor>>): ServedFile {
  const header: Record<string, unknown> = {};
  let dataBytes = 0;
  for (const [name, [dtype, ...shape]] of Object.entries(tensors)) {
    const end = dataBytes + shape.reduce((size, dim) => size * dim, ELEMENT_BYTES[dtype]);
    header[name] = { dtype, shape, data_offsets: [dataBytes, end] };
    dataBytes = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(8 + json.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(json.length), true);
  head.set(json, 8);
  const read = (start: number, end: number) => {
    const bytes = new Uint8Array(end - start);
    if (start < head.length) bytes.set(head.subarray(start, end));
    return bytes;
  };
  return { sizeBytes: head.length + dataBytes, read, etag: '"zeros"' };
}
