// Rows of keys and values, which are one slot of one head each, as a cache keeps them, on the CPU.
import { type KvDType, kvRowBytes, paddedHeadDim } from '../src/kernels/attention.ts';
import { f16ToF32 } from '../src/tensor/half.ts';
import { weightBytes } from './weight-bits.ts';

const GROUP = 32;
const LARGEST = 127;

/** A row of `headDim` numbers as it lies in the cache. */
export function kvRow(dtype: KvDType, row: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const padded = new Float64Array(paddedHeadDim(row.length));
  padded.set(row);
  if (dtype !== 'q8') return weightBytes(dtype, padded);
  const bytes = new Uint8Array(kvRowBytes(row.length, dtype));
  const scales = new Float32Array(bytes.buffer, padded.length);
  scales.forEach((_, i) => {
    const group = padded.subarray(i * GROUP, (i + 1) * GROUP);
    scales[i] = Math.max(...group.map(Math.abs), 1e-30) / LARGEST;
    bytes.set(
      group.map((value) => Math.round(value / (scales[i] as number)) + LARGEST + 1),
      i * GROUP,
    );
  });
  return bytes;
}

/**
 * The numbers in a cache's bytes, row after row: D padded to 8 of each; in q8 then each scale times 127, four times, so that a word is
 * four numbers throughout.
 */
export function readKvRows(dtype: KvDType, headDim: number, bytes: ArrayBuffer): ArrayLike<number> {
  if (dtype === 'f32') return new Float32Array(bytes);
  if (dtype === 'f16') return Float32Array.from(new Uint16Array(bytes), f16ToF32);
  const pitch = kvRowBytes(headDim, dtype);
  const elements = paddedHeadDim(headDim);
  const scales = new Float32Array(bytes);
  return Array.from(new Uint8Array(bytes), (byte, i) => {
    const at = i % pitch;
    if (at >= elements) return (scales[i >> 2] as number) * LARGEST;
    const scale = scales[(i - at + elements) / 4 + Math.floor(at / GROUP)] ?? Number.NaN;
    return (byte - LARGEST - 1) * scale;
  });
}

/** What a cache keeps of a row. */
export function keptOf(dtype: KvDType, row: ArrayLike<number>): ArrayLike<number> {
  return readKvRows(dtype, row.length, kvRow(dtype, row).buffer);
}
