// Names a weight that a graph uses and says which checkpoint tensors it is made of. Holds no data.
import { alignUp } from '../tensor/dtype.ts';

/** How several tensors become one: rows one after the other, or one row of each in turn. */
export type Arrangement = 'stack' | 'interleave';

/** A tensor of the checkpoint: `[rows, width]`, or `[rows]` for a vector. */
export interface WeightSource {
  tensor: string;
  rows: number;
}

/** `token` marks tables looked up by token id and heads that score tokens: they may get a dtype of their own. */
export type WeightRole = 'linear' | 'token';

export interface MatrixSpec {
  kind: 'matrix';
  name: string;
  /** Sum of the sources' rows. */
  rows: number;
  width: number;
  arrangement: Arrangement;
  sources: readonly WeightSource[];
  role: WeightRole;
}

export interface VectorSpec {
  kind: 'vector';
  name: string;
  width: number;
  arrangement: Arrangement;
  sources: readonly WeightSource[];
}

export type WeightSpec = MatrixSpec | VectorSpec;

const totalRows = (sources: readonly WeightSource[]) => sources.reduce((sum, { rows }) => sum + rows, 0);

/** One matrix, from one tensor or several. Two specs of the same name are the same weight. */
export function matrix(
  sources: readonly WeightSource[],
  width: number,
  options: { arrangement?: Arrangement; role?: WeightRole } = {},
): MatrixSpec {
  const { arrangement = 'stack', role = 'linear' } = options;
  return {
    kind: 'matrix',
    name: weightName(sources),
    rows: totalRows(sources),
    width,
    arrangement,
    sources,
    role,
  };
}

/** One f32 vector (a bias or a norm's gain), from one tensor or several. */
export function vector(sources: readonly WeightSource[], arrangement: Arrangement = 'stack'): VectorSpec {
  return { kind: 'vector', name: weightName(sources), width: totalRows(sources), arrangement, sources };
}

function weightName(sources: readonly WeightSource[]): string {
  return sources.map(({ tensor }) => tensor).join(' + ');
}

/** Rows of a matrix on the GPU: interleaved pairs are padded pair by pair. */
export function paddedRows(spec: MatrixSpec): number {
  const step = spec.arrangement === 'interleave' ? 8 * spec.sources.length : 8;
  return alignUp(spec.rows, step);
}

/** Where row `row` of source `index` lies. */
export function destinationRow(spec: WeightSpec, index: number, row: number): number {
  if (spec.arrangement === 'interleave') return row * spec.sources.length + index;
  return totalRows(spec.sources.slice(0, index)) + row;
}
