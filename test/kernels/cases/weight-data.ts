// Moving checkpoint rows into the weight layout, and random weights.

import { bf16ToF32, f16ToF32 } from '../../../src/formats/half.ts';
import type { WeightDType } from '../../../src/kernels/kernel.ts';
import { fillRandom, repack, repackWords } from '../../../src/kernels/weight-data.ts';
import { alignUp, dtypeSizeBytes } from '../../../src/tensor/dtype.ts';
import { ONE_TOKEN } from '../../run-launches.ts';
import { roundTo, weightBytes } from '../../weight-bits.ts';
import { type KernelCase, type KernelSuite, TOLERANCE } from '../kernel-case.ts';
import { hash } from '../reference.ts';

const DTYPES = ['f32', 'f16', 'bf16'] as const;

/** Reads a whole buffer as numbers of a dtype. */
const reader = (dtype: WeightDType) => (bytes: ArrayBuffer) => {
  if (dtype === 'f32') return new Float32Array(bytes);
  return Float32Array.from(new Uint16Array(bytes), dtype === 'f16' ? f16ToF32 : bf16ToF32);
};

interface RepackCase {
  from: WeightDType;
  to: WeightDType;
  rows: number;
  columns: number;
  /** Rows of the destination. */
  into?: number;
  firstRow?: number;
  rowStride?: number;
}

function repackCase({ from, to, rows, columns, into = rows, firstRow = 0, rowStride = 1 }: RepackCase): KernelCase {
  const place = firstRow || rowStride > 1 ? ` at ${firstRow} + ${rowStride}i of ${into}` : '';
  return {
    name: `repack ${from} to ${to}, ${rows}×${columns}${place}`,
    prepare(bench) {
      const stride = alignUp(columns, 8);
      const source = bench.floats(rows * columns, 3).map((value) => roundTo(from, value));
      const words = (into * stride * dtypeSizeBytes(to)) / 4;
      const destination = bench.output('destination', words);
      const largest = bench.buffer('largest', new Uint32Array(4));
      const expected: (number | undefined)[] = Array(into * stride).fill(undefined);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < stride; column++) {
          const value = column < columns ? (source[row * columns + column] as number) : 0;
          expected[(firstRow + row * rowStride) * stride + column] = roundTo(to, value);
        }
      }
      const counted = to === 'f16' && from !== 'f16';
      const launch = repack({
        from,
        to,
        batch: bench.buffer('batch', repackWords({ rows, columns, stride, firstRow, rowStride })),
        source: bench.buffer('source', weightBytes(from, source)),
        destination,
        largest,
        rows: () => rows,
        stride,
      });
      return {
        launches: [launch],
        size: ONE_TOKEN,
        expectations: [
          {
            name: 'destination',
            buffer: destination,
            expected,
            read: reader(to),
            // WGSL lets pack2x16float round to either neighbour.
            tolerance: counted ? TOLERANCE.f16 : TOLERANCE.exact,
          },
          {
            name: 'largest',
            buffer: largest,
            expected: [counted ? source.reduce((max, value) => Math.max(max, Math.abs(value)), 0) : 0, 0, 0, 0],
            tolerance: TOLERANCE.exact,
          },
        ],
      };
    },
  };
}

function randomCase(to: WeightDType, elements: number, spread: number, seed: number): KernelCase {
  return {
    name: `random ${to} ×${elements} within ±${spread}`,
    prepare(bench) {
      const destination = bench.output('destination', (elements * dtypeSizeBytes(to)) / 4);
      const mixed = hash(seed);
      const expected = Array.from({ length: elements }, (_, i) => {
        const drawn = Math.fround(((hash((i ^ mixed) >>> 0) >>> 8) / 8388608 - 1) * Math.fround(spread));
        if (Math.abs(drawn) > spread) throw new Error('the reference itself is out of bounds');
        return drawn;
      });
      return {
        launches: [fillRandom({ to, destination, elements, spread, seed })],
        size: ONE_TOKEN,
        expectations: [
          {
            name: 'destination',
            buffer: destination,
            expected,
            read: reader(to),
            // bf16 cuts the lower half off instead of rounding.
            tolerance: { f32: TOLERANCE.f32, f16: TOLERANCE.f16, bf16: 2 ** -7 * 2 }[to],
          },
        ],
      };
    },
  };
}

const REPACK: readonly RepackCase[] = [
  ...DTYPES.flatMap((from) => DTYPES.map((to) => ({ from, to, rows: 5, columns: 10 }))),
  ...DTYPES.flatMap((from) => [1, 7, 8, 9, 60, 100, 513].map((columns) => ({ from, to: from, rows: 4, columns }))),
  // 16-bit rows of odd width start in the middle of a word.
  ...DTYPES.map((from) => ({ from, to: 'f32' as const, rows: 3, columns: 5 })),
  // Interleaved, as gate and up are, and behind one another, as q, k and v are.
  { from: 'bf16', to: 'bf16', rows: 6, columns: 12, into: 16, firstRow: 0, rowStride: 2 },
  { from: 'bf16', to: 'bf16', rows: 6, columns: 12, into: 16, firstRow: 1, rowStride: 2 },
  { from: 'f16', to: 'f32', rows: 3, columns: 20, into: 8, firstRow: 5 },
  { from: 'f32', to: 'f16', rows: 1, columns: 3, into: 8, firstRow: 7 },
];

export const SUITE: KernelSuite = {
  shaders: ['weights/repack', 'weights/random'],
  cases: [
    ...REPACK.map(repackCase),
    ...DTYPES.map((to) => randomCase(to, 1024, 0.25, 7)),
    randomCase('f32', 8, 1, 1),
    randomCase('f16', 4104, 3, 0xffffffff),
  ],
};
