// Moving checkpoint rows into the weight layout, and random weights.

import type { WeightDType } from '../../../src/kernels/kernel.ts';
import { fillRandom, place, repack, repackWords } from '../../../src/kernels/weight-data.ts';
import { type QuantFormat, quantName, rowWords } from '../../../src/quant/format.ts';
import { joinRows, packRow, splitRows, unpackRow } from '../../../src/quant/packed.ts';
import { quantizeRow } from '../../../src/quant/quantize.ts';
import { alignUp, dtypeSizeBytes } from '../../../src/tensor/dtype.ts';
import { bf16ToF32, f16ToF32 } from '../../../src/tensor/half.ts';
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
        const place = firstRow + row * rowStride;
        if (place < 0) continue;
        for (let column = 0; column < stride; column++) {
          const value = column < columns ? (source[row * columns + column] as number) : 0;
          expected[place * stride + column] = roundTo(to, value);
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
        columns,
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

interface QuantizeCase {
  from: WeightDType;
  to: QuantFormat;
  rows: number;
  columns: number;
  into?: number;
  firstRow?: number;
  rowStride?: number;
  /** Multiplies all weights but those of the first group, which are 0 then. */
  spread?: number;
}

/** A quantised row and its CPU reference miss the weights by as much: which of two ranges is better may depend on rounding. */
function quantizeCase(c: QuantizeCase): KernelCase {
  const { from, to, rows, columns, into = 8, firstRow = 0, rowStride = 1, spread = 1 } = c;
  return {
    name: `quantize ${from} to ${quantName(to)}, ${rows}×${columns} at ${firstRow} + ${rowStride}i of ${into}, ×${spread}`,
    prepare(bench) {
      const source = bench.floats(rows * columns, spread).map((value) => roundTo(from, value));
      if (spread !== 1) source.fill(0, 0, to.group);
      const destination = bench.buffer('destination', new Uint32Array(into * rowWords(to, columns)));
      const largest = bench.buffer('largest', new Uint32Array(4));
      const place = (row: number) => firstRow + row * rowStride;
      const missed = (row: number, kept: Float32Array) =>
        Math.sqrt(kept.reduce((sum, value, i) => sum + (value - (source[row * columns + i] as number)) ** 2, 0));
      const expected: number[] = Array(into).fill(0);
      for (let row = 0; row < rows; row++) {
        const words = new Uint32Array(rowWords(to, columns));
        packRow(to, quantizeRow(to, source.subarray(row * columns, (row + 1) * columns)), words);
        expected[place(row)] = missed(row, unpackRow(to, columns, words));
      }
      const launch = repack({
        from,
        to,
        batch: bench.buffer('batch', repackWords({ rows, columns, stride: columns, firstRow, rowStride })),
        source: bench.buffer('source', weightBytes(from, source)),
        destination,
        largest,
        rows: () => rows,
        columns,
        stride: columns,
      });
      return {
        launches: [launch],
        size: ONE_TOKEN,
        expectations: [
          {
            name: 'how far the rows miss their weights',
            buffer: destination,
            expected,
            read: (bytes) => {
              const kept = splitRows(to, columns, new Uint32Array(bytes, 0, into * rowWords(to, columns)));
              const written = new Set(Array.from({ length: rows }, (_, row) => place(row)));
              return kept.map((words, at) =>
                written.has(at)
                  ? missed((at - firstRow) / rowStride, unpackRow(to, columns, words))
                  : Math.max(...words),
              );
            },
            // Two ranges may be as good but for rounding, and then their scales' rounding to f16 makes the difference.
            tolerance: 2e-3,
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
        launches: [fillRandom({ to, destination, rows: elements / 8, stride: 8, spread, seed })],
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
  ...DTYPES.map((from) => ({ from, to: from, rows: 6, columns: 24, into: 16, firstRow: 1, rowStride: 2 })),
  // Rows before the destination's part.
  { from: 'bf16', to: 'bf16', rows: 7, columns: 16, into: 5, firstRow: -2 },
  { from: 'f32', to: 'f32', rows: 33, columns: 8, into: 40, firstRow: 3 },
  { from: 'f16', to: 'f32', rows: 3, columns: 20, into: 8, firstRow: 5 },
  { from: 'f32', to: 'f16', rows: 1, columns: 3, into: 8, firstRow: 7 },
];

const Q4 = { bits: 4, group: 32, asymmetric: false } as const;
const Q8 = { bits: 8, group: 64, asymmetric: false } as const;

const QUANTIZE: readonly QuantizeCase[] = [
  { from: 'f32', to: Q4, rows: 5, columns: 96 },
  { from: 'bf16', to: { ...Q4, asymmetric: true }, rows: 8, columns: 64 },
  { from: 'bf16', to: { ...Q4, shortScales: true }, rows: 8, columns: 96 },
  { from: 'f16', to: { ...Q4, group: 128 }, rows: 3, columns: 256 },
  { from: 'bf16', to: { ...Q4, group: 64 }, rows: 4, columns: 64, into: 16, firstRow: 1, rowStride: 2 },
  { from: 'f32', to: Q8, rows: 6, columns: 192 },
  { from: 'bf16', to: { ...Q8, group: 32, asymmetric: true }, rows: 2, columns: 32, firstRow: 3 },
  { from: 'f32', to: { ...Q8, group: 16 }, rows: 2, columns: 32, spread: 100 },
  { from: 'f32', to: { ...Q4, asymmetric: true }, rows: 2, columns: 96, spread: 0.001 },
];

interface PlaceCase {
  format: QuantFormat;
  rows: number;
  columns: number;
  into?: number;
  firstRow?: number;
  rowStride?: number;
  /** Row of the source that the batch begins with, and how its rows jump. */
  sourceRow?: number;
  counts?: [middle: number, inner: number];
  jumps?: [outer: number, middle: number];
}

function placeCase(c: PlaceCase): KernelCase {
  const { format, rows, columns, into = 8, firstRow = 0, rowStride = 1, sourceRow = 0, counts, jumps = [0, 0] } = c;
  return {
    name: `place ${quantName(format)}, ${rows}×${columns} from ${sourceRow} at ${firstRow} + ${rowStride}i of ${into}`,
    prepare(bench) {
      const words = rowWords(format, columns);
      const source = Uint32Array.from({ length: rows * words }, () => bench.random() * 2 ** 32);
      const destination = bench.buffer('destination', new Uint32Array(into * words));
      const packed = Array.from({ length: into }, () => new Uint32Array(words));
      for (let i = 0; i < rows; i++) {
        const row = sourceRow + i;
        const [middleCount, inner] = counts ?? [1, Number.POSITIVE_INFINITY];
        const middle = Math.floor(row / inner);
        const jump = Math.floor(middle / middleCount) * jumps[0] + (middle % middleCount) * jumps[1];
        packed[firstRow + jump + (counts ? row % inner : row) * rowStride]?.set(
          source.subarray(i * words, (i + 1) * words),
        );
      }
      const batch = {
        rows,
        columns,
        stride: columns,
        firstRow,
        rowStride,
        sourceRow,
        jumps,
        ...(counts ? { counts } : {}),
      };
      const launch = place({
        format,
        batch: bench.buffer('batch', repackWords(batch)),
        source: bench.buffer('source', source),
        destination,
        rows: () => rows,
        stride: columns,
      });
      const expected = joinRows(format, columns, packed);
      return {
        launches: [launch],
        size: ONE_TOKEN,
        expectations: [
          {
            name: 'words of the matrix',
            buffer: destination,
            expected,
            read: (bytes) => new Uint32Array(bytes, 0, expected.length),
            tolerance: TOLERANCE.exact,
          },
        ],
      };
    },
  };
}

const PLACE: readonly PlaceCase[] = [
  { format: Q4, rows: 8, columns: 64 },
  { format: { ...Q4, asymmetric: true }, rows: 5, columns: 96, firstRow: 3 },
  { format: { ...Q8, group: 16 }, rows: 4, columns: 32, into: 16, firstRow: 1, rowStride: 2 },
  { format: { ...Q8, group: 32, asymmetric: true }, rows: 3, columns: 1024 },
  // Rows before the destination's part, and rows behind it.
  { format: Q4, rows: 6, columns: 64, sourceRow: 4, firstRow: 0 },
  { format: Q8, rows: 6, columns: 64, firstRow: -2 },
  // Heads of eight rows whose halves come in turn.
  { format: Q4, rows: 16, columns: 64, into: 16, counts: [4, 2], jumps: [8, 1], rowStride: 4 },
];

function randomQuantCase(to: QuantFormat): KernelCase {
  const [rows, stride, spread] = [16, 256, 0.5];
  return {
    name: `random ${quantName(to)} within ±${spread}`,
    prepare(bench) {
      const destination = bench.buffer('destination', new Uint32Array(rows * rowWords(to, stride)));
      return {
        launches: [fillRandom({ to, destination, rows, stride, spread, seed: 3 })],
        size: ONE_TOKEN,
        expectations: [
          {
            name: 'largest magnitude, and mean magnitude of uniform numbers',
            buffer: destination,
            read: (bytes) => {
              const words = new Uint32Array(bytes, 0, rows * rowWords(to, stride));
              const all = splitRows(to, stride, words).flatMap((row) => [...unpackRow(to, stride, row)].map(Math.abs));
              return [Math.max(...all), all.reduce((sum, value) => sum + value, 0) / all.length];
            },
            expected: [spread, spread / 2],
            tolerance: 0.05,
          },
        ],
      };
    },
  };
}

export const SUITE: KernelSuite = {
  shaders: ['weights/repack', 'weights/move', 'weights/quantize', 'weights/place', 'weights/random'],
  cases: [
    ...REPACK.map(repackCase),
    ...QUANTIZE.map(quantizeCase),
    ...PLACE.map(placeCase),
    ...[Q4, Q8, { ...Q4, asymmetric: true }, { ...Q8, asymmetric: true }].map(randomQuantCase),
    ...DTYPES.map((to) => randomCase(to, 1024, 0.25, 7)),
    randomCase('f32', 8, 1, 1),
    randomCase('f16', 4104, 3, 0xffffffff),
  ],
};
