// Brings weights into their GPU layout: converting and placing rows of a checkpoint, or filling with random values.
// Twin of shaders/weights/repack.wgsl and shaders/weights/random.wgsl. These run at load, outside any plan.
import hashSnippet from '../../shaders/lib/hash.wgsl?raw';
import randomSource from '../../shaders/weights/random.wgsl?raw';
import repackSource from '../../shaders/weights/repack.wgsl?raw';
import { assembleShader } from '../gpu/wgsl.ts';
import { foldGrid, kernelLabel, type Launch, type WeightDType } from './kernel.ts';

const DTYPE_NUMBERS: Record<WeightDType, number> = { f32: 0, f16: 1, bf16: 2 };

export const REPACK_BATCH_BYTES = 48;

/** Rows of one source tensor on their way to one part of a weight. */
export interface RepackBatch {
  rows: number;
  /** True width. */
  columns: number;
  /** Padded width of the destination. */
  stride: number;
  /** Row of the destination for row 0 of the source; negative where the part begins later. */
  firstRow: number;
  /** Rows of the destination from one row to the next. */
  rowStride: number;
  /** Row of the source that this batch begins with. */
  sourceRow?: number;
  /** Rows after which the destination jumps, and how far: see Placement in graph/weights.ts. */
  counts?: readonly [middle: number, inner: number];
  jumps?: readonly [outer: number, middle: number];
}

const ENDLESS = 0xffff_ffff;

/** The words of shaders/weights/repack.wgsl's struct Batch. */
export function repackWords(batch: RepackBatch): Uint32Array<ArrayBuffer> {
  const { columns, stride, firstRow, rowStride, sourceRow = 0, counts = [1, ENDLESS], jumps = [0, 0] } = batch;
  return Uint32Array.of(columns, stride / 8, firstRow, rowStride, sourceRow, ...counts, ...jumps, 0, 0, 0);
}

export interface RepackArgs {
  from: WeightDType;
  to: WeightDType;
  /** {@link REPACK_BATCH_BYTES} */
  batch: GPUBuffer;
  source: GPUBuffer;
  destination: GPUBuffer;
  /** One u32: bits of the largest magnitude seen, where f16 cannot hold every value of the source. */
  largest: GPUBuffer;
  rows: () => number;
  stride: number;
}

export function repack({ from, to, batch, source, destination, largest, rows, stride }: RepackArgs): Launch {
  const constants = { SOURCE: DTYPE_NUMBERS[from], DESTINATION: DTYPE_NUMBERS[to] };
  return {
    source: {
      label: kernelLabel('weights/repack', constants),
      code: assembleShader(repackSource),
      bindings: ['read', 'read', 'write', 'write'],
      constants,
    },
    bindings: [batch, source, destination, largest],
    grid: (_, grid) => {
      grid[0] = Math.ceil(stride / 8 / 64);
      grid[1] = rows();
      grid[2] = 1;
    },
  };
}

export interface RandomArgs {
  to: WeightDType;
  destination: GPUBuffer;
  elements: number;
  /** Values lie within ± this. */
  spread: number;
  seed: number;
}

export function fillRandom({ to, destination, elements, spread, seed }: RandomArgs): Launch {
  const constants = { DESTINATION: DTYPE_NUMBERS[to], UNITS: elements / 8, SPREAD: spread, SEED: seed };
  return {
    source: {
      label: kernelLabel('weights/random', constants),
      code: assembleShader(randomSource, { hash: hashSnippet }),
      bindings: ['write'],
      constants,
    },
    bindings: [destination],
    grid: (_, grid) => foldGrid(grid, Math.ceil(constants.UNITS / 64)),
  };
}
