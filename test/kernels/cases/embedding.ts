// Token embedding and row selection.
import { gather, selectRows } from '../../../src/kernels/embedding.ts';
import { formatName, type WeightFormat } from '../../../src/kernels/kernel.ts';
import { type KernelCase, type KernelSuite, padRows, TOLERANCE } from '../kernel-case.ts';

interface GatherCase {
  vocab: number;
  width: number;
  ids: readonly number[];
  batch?: number;
  dtype?: WeightFormat;
  partRows?: number;
}

function gatherCase({ vocab, width, ids, batch = 1, dtype = 'f32', partRows }: GatherCase): KernelCase {
  return {
    name: `gather ${batch}×${ids.length / batch} of ${vocab}×${width} ${formatName(dtype)}${partRows ? `, parts of ${partRows}` : ''}`,
    prepare(bench) {
      const { values, weight } = bench.weight(dtype, vocab, width, { partRows });
      const y = bench.activation('y', ids.length, width);
      const rows = ids.flatMap((id) => [...values.subarray(id * width, (id + 1) * width)]);
      return {
        launches: gather(bench.target, { ids: bench.buffer('ids', Uint32Array.from(ids)), table: weight, y }),
        size: { batch, tokens: ids.length / batch, kept: 0, past: 0, splits: 1, capacity: 1, counter: 0 },
        expectations: [
          {
            name: 'y',
            buffer: y.buffer,
            expected: padRows(rows, ids.length, width, y.stride),
            // A quant's product with its scale rounds, and so may its sum with an offset.
            tolerance: typeof dtype === 'string' ? TOLERANCE.exact : TOLERANCE.f32,
          },
        ],
      };
    },
  };
}

interface SelectCase {
  rows: number;
  width: number;
  keep: readonly number[];
  batch?: number;
}

function selectCase({ rows, width, keep, batch = 1 }: SelectCase): KernelCase {
  return {
    name: `select ${batch}×${keep.length / batch} rows of ${rows}×${width}`,
    prepare(bench) {
      const x = bench.floats(rows * width);
      const y = bench.activation('y', keep.length, width, undefined, 'kept');
      const kept = keep.flatMap((row) => [...x.subarray(row * width, (row + 1) * width)]);
      return {
        launches: selectRows({
          rows: bench.buffer('rows', Uint32Array.from(keep)),
          x: bench.activation('x', rows, width, x),
          y,
        }),
        size: { batch, tokens: rows / batch, kept: keep.length / batch, past: 0, splits: 1, capacity: 1, counter: 0 },
        expectations: [
          {
            name: 'y',
            buffer: y.buffer,
            expected: padRows(kept, keep.length, width, y.stride),
            tolerance: TOLERANCE.exact,
          },
        ],
      };
    },
  };
}

const GATHER: readonly GatherCase[] = [
  { vocab: 1, width: 1, ids: [0] },
  { vocab: 11, width: 10, ids: [10, 0, 10, 3] },
  { vocab: 40, width: 60, ids: [0, 39, 8, 7, 31, 32], batch: 3 },
  { vocab: 20, width: 100, ids: [19, 1], dtype: 'f16' },
  { vocab: 20, width: 100, ids: [19, 1], dtype: 'bf16' },
  { vocab: 9, width: 520, ids: [8, 0, 5], dtype: 'bf16' },
  { vocab: 20, width: 96, ids: [19, 1], dtype: { bits: 8, group: 32, asymmetric: false } },
  { vocab: 20, width: 160, ids: [0, 7], dtype: { bits: 4, group: 32, asymmetric: true } },
  { vocab: 300, width: 64, ids: [299, 128, 127], partRows: 128, dtype: { bits: 4, group: 64, asymmetric: false } },
  { vocab: 300, width: 16, ids: [0, 127, 128, 255, 256, 299], partRows: 128 },
  { vocab: 300, width: 12, ids: [299, 128, 127, 0], partRows: 128, dtype: 'f16', batch: 2 },
];

const SELECT: readonly SelectCase[] = [
  { rows: 1, width: 1, keep: [0] },
  { rows: 6, width: 10, keep: [5, 0, 3] },
  { rows: 6, width: 260, keep: [2, 5], batch: 2 },
];

export const SUITE: KernelSuite = {
  shaders: ['embedding/gather', 'embedding/select_rows'],
  cases: [...GATHER.map(gatherCase), ...SELECT.map(selectCase)],
};
