// Writes GGUF files for tests and benchmarks, by the published definition (ggml's docs/gguf.md).
import { alignUp } from '../../src/tensor/dtype.ts';

/** Whole numbers are written as u32, others and `{ f32 }` as f32, lists of numbers as i32. */
export type GgufValue = string | boolean | number | { f32: number | number[] } | readonly string[] | readonly number[];

export interface GgufTensor {
  name: string;
  /** Number of ggml's type. */
  type: number;
  /** Longest stride first. */
  shape: readonly number[];
  data: Uint8Array;
}

export const GGML_TYPES = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q5_0: 6,
  Q5_1: 7,
  Q8_0: 8,
  Q4_K: 12,
  Q5_K: 13,
  Q6_K: 14,
  BF16: 30,
};

export class Bytes {
  readonly #pieces: Uint8Array[] = [];
  size = 0;

  add(bytes: Uint8Array): this {
    this.#pieces.push(bytes);
    this.size += bytes.length;
    return this;
  }

  u32 = (value: number) => this.add(new Uint8Array(Uint32Array.of(value).buffer));
  u64 = (value: number) => this.add(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
  f32 = (value: number) => this.add(new Uint8Array(Float32Array.of(value).buffer));
  i32 = (value: number) => this.add(new Uint8Array(Int32Array.of(value).buffer));

  string(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.u64(bytes.length).add(bytes);
  }

  pad(alignment: number): this {
    return this.add(new Uint8Array(alignUp(this.size, alignment) - this.size));
  }

  done(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

function addValue(out: Bytes, value: GgufValue): void {
  const list = (type: number, values: readonly unknown[]) => out.u32(9).u32(type).u64(values.length);
  if (typeof value === 'string') out.u32(8).string(value);
  else if (typeof value === 'boolean') out.u32(7).add(Uint8Array.of(value ? 1 : 0));
  else if (typeof value === 'number') Number.isInteger(value) ? out.u32(4).u32(value) : out.u32(6).f32(value);
  else if ('f32' in value) {
    if (typeof value.f32 === 'number') out.u32(6).f32(value.f32);
    else {
      list(6, value.f32);
      value.f32.forEach(out.f32);
    }
  } else if (typeof value[0] === 'string') {
    list(8, value);
    for (const text of value) out.string(text as string);
  } else {
    list(5, value);
    for (const number of value) out.i32(number as number);
  }
}

/** The header of a file with these values and tensors, in this order, up to where the first tensor's data begin. */
export function ggufHeader(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly (Omit<GgufTensor, 'data'> & { sizeBytes: number })[],
  { version = 3, alignment = 32 }: { version?: number; alignment?: number } = {},
): Uint8Array<ArrayBuffer> {
  const values = Object.entries(alignment === 32 ? metadata : { ...metadata, 'general.alignment': alignment });
  const out = new Bytes().u32(0x46554747).u32(version).u64(tensors.length).u64(values.length);
  for (const [key, value] of values) {
    out.string(key);
    addValue(out, value);
  }
  let offset = 0;
  for (const { name, type, shape, sizeBytes } of tensors) {
    out.string(name).u32(shape.length);
    for (const dim of shape.toReversed()) out.u64(dim);
    out.u32(type).u64(offset);
    offset += alignUp(sizeBytes, alignment);
  }
  return out.pad(alignment).done();
}

/** A file with these values and tensors, in this order. */
export function ggufFile(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[] = [],
  options: { version?: number; alignment?: number } = {},
): Uint8Array<ArrayBuffer> {
  const sized = tensors.map(({ data, ...rest }) => ({ ...rest, sizeBytes: data.length }));
  const out = new Bytes().add(ggufHeader(metadata, sized, options));
  for (const { data } of tensors) out.add(data).pad(options.alignment ?? 32);
  return out.done();
}
