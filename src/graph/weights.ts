// Names a weight that a graph uses and says which checkpoint tensors it is made of. Holds no data.
import { alignUp } from '../tensor/dtype.ts';

/** How several tensors become one: rows one after the other, or one row of each in turn. */
export type Arrangement = 'stack' | 'interleave';

/**
 * Where the rows of a source go. Row r, written as outer · counts[0] · counts[1] + middle · counts[1] + inner, goes to
 * first + outer · strides[0] + middle · strides[1] + inner · strides[2].
 */
export interface Placement {
  first: number;
  counts: readonly [middle: number, inner: number];
  strides: readonly [outer: number, middle: number, inner: number];
}

/** A tensor of the checkpoint: `[rows, width]`, or `[rows]` for a vector. */
export interface WeightSource {
  tensor: string;
  rows: number;
  /** Its shape in the checkpoint, where its elements are read as `[rows, width]` of another shape. */
  shape?: readonly number[];
  /** Where its rows go, where the arrangement does not say. */
  place?: Placement;
}

/**
 * `token` marks tables looked up by token id, and heads: they may get a dtype of their own. `router` marks what chooses experts and
 * is never quantised.
 */
export type WeightRole = 'linear' | 'token' | 'router';

export interface MatrixSpec {
  kind: 'matrix';
  name: string;
  /** Sum of the sources' rows, or of the blocks'. */
  rows: number;
  width: number;
  arrangement: Arrangement;
  sources: readonly WeightSource[];
  role: WeightRole;
  /** Rows that stay together where the matrix is split: one expert's, with its padding. */
  blockRows?: number;
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

/** A matrix of equal blocks of rows, one per expert; each source says where its rows go. */
export function blockMatrix(
  name: string,
  sources: readonly WeightSource[],
  { blocks, blockRows, width }: { blocks: number; blockRows: number; width: number },
): MatrixSpec {
  const rows = blocks * blockRows;
  return { kind: 'matrix', name, rows, width, arrangement: 'stack', sources, role: 'linear', blockRows };
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

/** Elements of a vector on the GPU. */
export function vectorLength(spec: VectorSpec): number {
  return alignUp(spec.width, 8 * spec.sources.length);
}

/** Where the rows of source `index` go. */
export function placementOf(spec: WeightSpec, index: number): Placement {
  const { place, rows } = spec.sources[index] as WeightSource;
  if (place) return place;
  if (spec.arrangement === 'interleave') {
    return { first: index, counts: [1, rows], strides: [0, 0, spec.sources.length] };
  }
  return { first: totalRows(spec.sources.slice(0, index)), counts: [1, rows], strides: [0, 0, 1] };
}

/**
 * A placement of rows of which each head's two halves, D rows together, come in turn: row 2i is the head's row i, row 2i + 1 its row
 * D/2 + i. Only where one stride places all rows.
 */
export function pairedPlacement({ first, strides: [, , stride] }: Placement, headDim: number): Placement {
  return {
    first,
    counts: [headDim / 2, 2],
    strides: [headDim * stride, stride, (headDim / 2) * stride],
  };
}

function digits({ counts: [middle, inner] }: Placement, row: number): [outer: number, middle: number, inner: number] {
  return [Math.floor(row / (middle * inner)), Math.floor(row / inner) % middle, row % inner];
}

/** Where row `row` of a source goes. */
export function placedRow(place: Placement, row: number): number {
  return digits(place, row).reduce((sum, digit, i) => sum + digit * (place.strides[i] as number), place.first);
}

/** Bounds of where rows `[from, to)` of a source go: the first row, and one past the last. */
export function destinationBounds(place: Placement, from: number, to: number): [begin: number, end: number] {
  const a = digits(place, from);
  const b = digits(place, to - 1);
  const { counts, strides } = place;
  const largest = [Number.POSITIVE_INFINITY, counts[0] - 1, counts[1] - 1];
  let low = place.first;
  let high = place.first;
  let same = true;
  for (let i = 0; i < 3; i++) {
    // Once an outer digit differs, the inner ones take every value.
    low += same ? (a[i] as number) * (strides[i] as number) : 0;
    high += (same ? (b[i] as number) : (largest[i] as number)) * (strides[i] as number);
    same &&= a[i] === b[i];
  }
  return [low, high + 1];
}
