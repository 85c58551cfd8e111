// Brings weights into their GPU layout: converting or quantising rows of a checkpoint and placing them, placing packed rows as they
// are, or filling with random values. Twin of repack.wgsl, move.wgsl, quantize.wgsl, place.wgsl and random.wgsl in shaders/weights/.
// These run at load, outside any plan.
import batchSnippet from '../../shaders/lib/batch.wgsl?raw';
import batchSourceSnippet from '../../shaders/lib/batch_source.wgsl?raw';
import bf16Snippet from '../../shaders/lib/bf16.wgsl?raw';
import hashSnippet from '../../shaders/lib/hash.wgsl?raw';
import moveSource from '../../shaders/weights/move.wgsl?raw';
import placeSource from '../../shaders/weights/place.wgsl?raw';
import quantizeSource from '../../shaders/weights/quantize.wgsl?raw';
import randomSource from '../../shaders/weights/random.wgsl?raw';
import repackSource from '../../shaders/weights/repack.wgsl?raw';
import { assembleShader } from '../gpu/wgsl.ts';
import { type QuantFormat, quantName, quantWords, rowWords, scaleWords } from '../quant/format.ts';
import { dtypeSizeBytes } from '../tensor/dtype.ts';
import { f16Bits } from '../tensor/half.ts';
import { roundToBf16 } from '../tensor/round.ts';
import {
  foldGrid,
  formatRowBytes,
  kernelLabel,
  type Launch,
  quantSnippet,
  type WeightDType,
  type WeightFormat,
} from './kernel.ts';

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

/** The words of shaders/lib/batch.wgsl's struct Batch. */
export function repackWords(batch: RepackBatch): Uint32Array<ArrayBuffer> {
  const { rows, columns, stride, firstRow, rowStride, sourceRow = 0, counts = [1, ENDLESS], jumps = [0, 0] } = batch;
  return Uint32Array.of(columns, stride / 8, firstRow, rowStride, sourceRow, ...counts, ...jumps, rows, 0, 0);
}

export interface RepackArgs {
  from: WeightDType;
  to: WeightFormat;
  /** {@link REPACK_BATCH_BYTES} */
  batch: GPUBuffer;
  source: GPUBuffer;
  destination: GPUBuffer;
  /** One u32: bits of the largest magnitude seen of what f16 has to hold: weights of another dtype, or scales. */
  largest: GPUBuffer;
  rows: () => number;
  /** True width. */
  columns: number;
  /** Padded width of the destination. */
  stride: number;
}

export function repack({ from, to, batch, source, destination, largest, rows, columns, stride }: RepackArgs): Launch {
  const bindings = [batch, source, destination, largest];
  if (typeof to !== 'string') {
    const constants = { SOURCE: DTYPE_NUMBERS[from], SHORT_SCALES: to.shortScales ? 1 : 0 };
    return {
      source: {
        label: kernelLabel('weights/quantize', constants, quantName(to)),
        code: assembleShader(quantizeSource, {
          batch: quantSnippet(to) + batchSnippet,
          batch_source: batchSourceSnippet,
          bf16: bf16Snippet,
        }),
        bindings: ['read', 'read', 'write', 'write'],
        constants,
      },
      bindings,
      grid: (_, grid) => {
        grid[0] = Math.ceil(scaleWords(to, stride) / 64);
        grid[1] = rows();
        grid[2] = 1;
      },
    };
  }
  if (from === to && columns === stride) {
    const constants = { VECTORS: dtypeSizeBytes(to) / 2 };
    return {
      source: {
        label: kernelLabel('weights/move', constants),
        code: assembleShader(moveSource, { batch: batchSnippet }),
        bindings: ['read', 'read', 'write'],
        constants,
      },
      bindings: [batch, source, destination],
      grid: (_, grid) => {
        grid[0] = Math.ceil((rows() * (stride / 8) * constants.VECTORS) / 64);
        grid[1] = 1;
        grid[2] = 1;
      },
    };
  }
  const constants = { SOURCE: DTYPE_NUMBERS[from], DESTINATION: DTYPE_NUMBERS[to] };
  return {
    source: {
      label: kernelLabel('weights/repack', constants),
      code: assembleShader(repackSource, {
        batch: batchSnippet,
        batch_source: batchSourceSnippet,
        bf16: bf16Snippet,
      }),
      bindings: ['read', 'read', 'write', 'write'],
      constants,
    },
    bindings,
    grid: (_, grid) => {
      grid[0] = Math.ceil(stride / 8 / 64);
      grid[1] = rows();
      grid[2] = 1;
    },
  };
}

export interface PlaceArgs {
  format: QuantFormat;
  /** {@link REPACK_BATCH_BYTES} */
  batch: GPUBuffer;
  /** Packed rows one after the other, each its quants and then its scales. */
  source: GPUBuffer;
  destination: GPUBuffer;
  rows: () => number;
  stride: number;
}

/** Moves rows that are packed already. */
export function place({ format, batch, source, destination, rows, stride }: PlaceArgs): Launch {
  return {
    source: {
      label: kernelLabel('weights/place', {}, quantName(format)),
      code: assembleShader(placeSource, { batch: quantSnippet(format) + batchSnippet }),
      bindings: ['read', 'read', 'write'],
      constants: {},
    },
    bindings: [batch, source, destination],
    grid: (_, grid) => {
      grid[0] = Math.ceil(rowWords(format, stride) / 64);
      grid[1] = rows();
      grid[2] = 1;
    },
  };
}

export interface RandomArgs {
  to: WeightFormat;
  destination: GPUBuffer;
  rows: number;
  /** Padded width. */
  stride: number;
  /** Values lie within ± this. */
  spread: number;
  seed: number;
}

export function fillRandom({ to, destination, rows, stride, spread, seed }: RandomArgs): Launch {
  const words = (rows * formatRowBytes(to, stride)) / 4;
  const constants = {
    UNITS: typeof to === 'string' ? (rows * stride) / 8 : words / 4,
    SEED: seed,
    ...(typeof to === 'string'
      ? { DESTINATION: DTYPE_NUMBERS[to], SPREAD: spread }
      : { DESTINATION: QUANTS, QUANT_WORDS: rows * quantWords(to, stride), SCALE_WORD: randomScale(to, spread) }),
  };
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

/** DESTINATION of shaders/weights/random.wgsl for quantised weights. */
const QUANTS = 3;

/** The word of scales that lets random integers cover ±spread. */
function randomScale(format: QuantFormat, spread: number): number {
  const step = spread / 2 ** (format.bits - 1);
  const scale = f16Bits(format.shortScales ? roundToBf16(step) : step);
  const other = format.asymmetric ? f16Bits(-spread) : scale;
  return (scale | (other << 16)) >>> 0;
}
