// Numbers as the bits of the dtypes that weights are stored in, on the CPU.
import type { WeightDType, WeightFormat } from '../src/kernels/kernel.ts';
import { rowWords } from '../src/quant/format.ts';
import { joinRows, packRow, unpackRow } from '../src/quant/packed.ts';
import { quantizeRow } from '../src/quant/quantize.ts';
import { alignUp } from '../src/tensor/dtype.ts';
import { f16Bits } from '../src/tensor/half.ts';
import { roundToBf16, roundToF16 } from '../src/tensor/round.ts';

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

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

/** Numbers in a format: what it keeps of them, and any rows as they lie in a buffer. */
export interface EncodedRows {
  values: Float32Array<ArrayBuffer>;
  bytes(firstRow: number, rows: number): Uint8Array<ArrayBuffer>;
}

/** `[rows, width]` numbers in a format. */
export function encodeRows(format: WeightFormat, width: number, numbers: Float32Array): EncodedRows {
  if (typeof format === 'string') {
    const values = Float32Array.from(numbers, (value) => roundTo(format, value));
    return {
      values,
      bytes: (first, rows) => weightBytes(format, values.subarray(first * width, (first + rows) * width)),
    };
  }
  const packed = Array.from({ length: numbers.length / width }, (_, i) => {
    const row = new Uint32Array(rowWords(format, width));
    packRow(format, quantizeRow(format, numbers.subarray(i * width, (i + 1) * width)), row);
    return row;
  });
  return {
    values: Float32Array.from(packed.flatMap((row) => [...unpackRow(format, width, row)])),
    bytes: (first, rows) => new Uint8Array(joinRows(format, width, packed.slice(first, first + rows)).buffer),
  };
}
