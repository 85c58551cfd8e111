// The matrices that a model multiplies by for each token it decodes: what the tuner measures stands for them.
import type { Graph } from '../graph/graph.ts';
import { type MatrixSpec, paddedRows } from '../graph/weights.ts';
import { formatRowBytes, type WeightFormat, WIDTH_STEP } from '../kernels/kernel.ts';
import { usedSlots } from '../kernels/moe.ts';
import { alignUp } from '../tensor/dtype.ts';

/** Matrices of one shape. Of a mixture, the experts that a token uses, one below the other. */
export interface DecodeMatrix {
  format: WeightFormat;
  /** Padded. */
  rows: number;
  stride: number;
  /** Whether pairs of rows make one result. */
  paired: boolean;
  /** How many a token reads. */
  count: number;
}

/** Bytes of one. */
export function decodeMatrixBytes({ format, rows, stride }: DecodeMatrix): number {
  return rows * formatRowBytes(format, stride);
}

/** Bytes of all of them: what a token reads. */
export function decodeBytes(matrices: readonly DecodeMatrix[]): number {
  return matrices.reduce((sum, matrix) => sum + matrix.count * decodeMatrixBytes(matrix), 0);
}

/** The matrices of a graph's products, without the small ones that choose experts. */
export function decodeMatrices(graph: Graph, formatOf: (spec: MatrixSpec) => WeightFormat): DecodeMatrix[] {
  const found = new Map<string, DecodeMatrix>();
  for (const op of graph.ops) {
    if (op.kind !== 'linear' && op.kind !== 'experts') continue;
    const { weight: spec } = op;
    if (spec.role === 'router') continue;
    const rows = op.kind === 'experts' ? (spec.blockRows ?? 0) * usedSlots(op.routing) : paddedRows(spec);
    const paired = op.kind === 'experts' ? op.gate !== undefined : spec.arrangement === 'interleave';
    const matrix = { format: formatOf(spec), rows, stride: alignUp(spec.width, WIDTH_STEP), paired };
    const key = JSON.stringify(matrix);
    const same = found.get(key) ?? { ...matrix, count: 0 };
    found.set(key, { ...same, count: same.count + 1 });
  }
  return [...found.values()];
}

/** Matrices that are this much of what is read, all of a shape together, count. A classifier's head of few rows does not. */
const TYPICAL_SHARE = 0.02;

/** The largest and the smallest that count, or the only one. */
export function typicalMatrices(matrices: readonly DecodeMatrix[]): DecodeMatrix[] {
  const total = decodeBytes(matrices);
  const counting = matrices.filter((matrix) => decodeBytes([matrix]) >= TYPICAL_SHARE * total);
  const sorted = (counting.length > 0 ? counting : matrices).toSorted(
    (a, b) => decodeMatrixBytes(b) - decodeMatrixBytes(a),
  );
  return [...new Set([...sorted.slice(0, 1), ...sorted.slice(-1)])];
}
