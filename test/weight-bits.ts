// Numbers as the bits of the dtypes that weights are stored in, on the CPU.
import type { WeightDType } from '../src/kernels/kernel.ts';
import { alignUp } from '../src/tensor/dtype.ts';
import { roundToBf16, roundToF16 } from '../src/tensor/round.ts';

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

/** Bits of a number that is an IEEE binary16 already. */
function f16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | (magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1024);
}

function bf16Bits(value: number): number {
  floats[0] = value;
  return (words[0] as number) >>> 16;
}

/** The nearest number of a dtype. */
export function roundTo(dtype: WeightDType, value: number): number {
  if (dtype === 'f32') return Math.fround(value);
  return dtype === 'f16' ? roundToF16(Math.fround(value)) : roundToBf16(value);
}

/** Numbers of a dtype as they lie in a file or in a buffer, filled up to a multiple of 4 bytes. */
export function weightBytes(dtype: WeightDType, values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  if (dtype === 'f32') return new Uint8Array(Float32Array.from(values).buffer);
  const bits = dtype === 'f16' ? f16Bits : bf16Bits;
  const halves = new Uint16Array(alignUp(values.length, 2));
  for (let i = 0; i < values.length; i++) halves[i] = bits(roundTo(dtype, values[i] as number));
  return new Uint8Array(halves.buffer);
}
