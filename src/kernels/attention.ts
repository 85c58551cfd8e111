// Attention over a KV cache: RoPE with the KV write, flash attention for prefill, split-KV attention for decode, and the
// weights themselves for who asks. Twins of shaders/attention/*.wgsl.
import combineSource from '../../shaders/attention/combine.wgsl?raw';
import decodeSource from '../../shaders/attention/decode.wgsl?raw';
import prefillSource from '../../shaders/attention/prefill.wgsl?raw';
import ropeCacheSource from '../../shaders/attention/rope_cache.wgsl?raw';
import weightsSource from '../../shaders/attention/weights.wgsl?raw';
import kvAppendPlain from '../../shaders/lib/kv_append_plain.wgsl?raw';
import kvAppendQ8 from '../../shaders/lib/kv_append_q8.wgsl?raw';
import kvF16 from '../../shaders/lib/kv_f16.wgsl?raw';
import kvF32 from '../../shaders/lib/kv_f32.wgsl?raw';
import kvPlain from '../../shaders/lib/kv_plain.wgsl?raw';
import kvQ8 from '../../shaders/lib/kv_q8.wgsl?raw';
import maskSnippet from '../../shaders/lib/mask.wgsl?raw';
import ropeSnippet from '../../shaders/lib/rope.wgsl?raw';
import { matrixShaders } from '../gpu/matrix-shaders.ts';
import { assembleShader, unrollLoops } from '../gpu/wgsl.ts';
import { alignUp, dtypeSizeBytes } from '../tensor/dtype.ts';
import {
  type Activation,
  type KernelTarget,
  kernelLabel,
  type Launch,
  reduceFor,
  STEP_WGSL,
  type StepSize,
  shapeSnippet,
  targetLabel,
  workgroupSize,
} from './kernel.ts';

/** What attention computes; the same for every layer of most models. */
export interface AttentionShape {
  /** Query heads H. */
  heads: number;
  /** Key and value heads G; divides `heads`. */
  kvHeads: number;
  /** Head dimension D, even. */
  headDim: number;
  /** Multiplies q·k, usually 1/√D. */
  scale: number;
  /** Sliding window in tokens; undefined sees everything before. */
  window?: number | undefined;
  /** Tokens of one step see each other both ways; a window then reaches that far to either side. */
  bidirectional?: boolean | undefined;
}

export const KV_DTYPES = ['f32', 'f16', 'q8'] as const;

/** How keys and values are kept: as floats, or as 8-bit integers with an f32 scale for every 32 elements of a head. */
export type KvDType = (typeof KV_DTYPES)[number];

/** One layer's cache: keys and values `[B, G, capacity, D padded to 8]`, in q8 with the scales behind each D; the step says the capacity. */
export interface LayerCache {
  keys: GPUBuffer;
  values: GPUBuffer;
  dtype: KvDType;
  /** `[B, capacity]`, 0 for padding; undefined where no slot is padding. */
  mask?: GPUBuffer | undefined;
}

/** Query heads that one workgroup of decode attention holds at most. */
const MAX_GROUP = 8;
/** vec4f in 16 KiB of workgroup memory, and those of query heads that leave room for the rest of decode attention. */
const MAX_VECTORS = 1024;
const MAX_GROUP_UNITS = 384;
export const MAX_SPLITS = 128;
/** Cached slots that a workgroup takes at a time: KEYS of shaders/attention/decode.wgsl. */
const ROUND_SLOTS = 32;
/** Rounds that one split takes without others: putting two together would take longer. */
const ALONE = 2;
/**
 * Rounds of all key and value heads together, of which eight count, up to which a split takes one round, or two; with more it takes three. Fewer
 * splits would leave a large GPU idle, and more of them take longer to put together.
 */
const ONE_ROUND = 64;
const TWO_ROUNDS = 192;
const MOST_HEADS = 8;

/** The padded head dimension. */
export function paddedHeadDim(headDim: number): number {
  return alignUp(headDim, 8);
}

const KV_GROUP = 32;

/** Bytes of one head's keys, or values, of one slot. */
export function kvRowBytes(headDim: number, dtype: KvDType): number {
  const elements = paddedHeadDim(headDim);
  if (dtype === 'q8') return elements + Math.ceil(elements / KV_GROUP) * 4;
  return elements * dtypeSizeBytes(dtype);
}

/**
 * How many splits decode attention takes for `past` cached slots, where `kvHeads` counts those of all sequences. The last one has the new
 * token alone, whose cost would else come on top of another's.
 */
export function decodeSplits(past: number, kvHeads: number): number {
  const rounds = Math.ceil(past / ROUND_SLOTS);
  if (rounds <= ALONE) return 1;
  const all = rounds * Math.min(kvHeads, MOST_HEADS);
  const each = all <= ONE_ROUND ? 1 : all <= TWO_ROUNDS ? 2 : 3;
  return Math.min(Math.ceil(rounds / each) + 1, MAX_SPLITS);
}

/** Elements of the scratch that decode attention needs. */
export function partialElements(shape: AttentionShape, batch: number): number {
  return batch * shape.heads * MAX_SPLITS * (paddedHeadDim(shape.headDim) + 4);
}

function shapeConstants({ heads, kvHeads, headDim }: AttentionShape) {
  return { HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim, UNITS: paddedHeadDim(headDim) / 4 };
}

function maskConstants(shape: AttentionShape, cache: LayerCache) {
  return { MASKED: cache.mask ? 1 : 0, WINDOW: shape.window ?? 0, BIDIRECTIONAL: shape.bidirectional ? 1 : 0 };
}

const KV_READS: Record<KvDType, string> = { f32: kvF32 + kvPlain, f16: kvF16 + kvPlain, q8: kvQ8 };
const KV_APPENDS: Record<KvDType, string> = { f32: kvAppendPlain, f16: kvAppendPlain, q8: kvAppendQ8 };

/** RMSNorm of each head of q and k. */
export interface HeadNorm<Gains> {
  /** [2, D]: the gains of q, then those of k. */
  gains: Gains;
  eps: number;
  /** Before the rotation or after it. */
  place: 'before' | 'after';
}

function headNormConstants(norm: HeadNorm<unknown> | undefined): Record<string, number> {
  return norm ? { HEAD_NORM: norm.place === 'before' ? 1 : 2, HEAD_NORM_EPS: norm.eps } : { HEAD_NORM: 0 };
}

export interface RopeCacheArgs {
  shape: AttentionShape;
  headNorm?: HeadNorm<GPUBuffer> | undefined;
  cache: LayerCache;
  /** [rows, (H + 2G)·D] */
  qkv: Activation;
  /** [rows, H·D padded] */
  q: Activation;
  step: GPUBuffer;
}

export function ropeCache({ shape, headNorm, cache, qkv, q, step }: RopeCacheArgs): Launch[] {
  const fixed = shapeConstants(shape);
  const constants = { QKV_STRIDE: qkv.stride, ...headNormConstants(headNorm) };
  const invocations = fixed.UNITS * (shape.heads + 2 * shape.kvHeads);
  return [
    {
      source: {
        label: kernelLabel('attention/rope_cache', { ...fixed, ...constants }, cache.dtype),
        code: assembleShader(ropeCacheSource, {
          shape: shapeSnippet(fixed),
          step: STEP_WGSL,
          kv: KV_READS[cache.dtype],
          rope: ropeSnippet,
          kv_append: KV_APPENDS[cache.dtype],
        }),
        bindings: ['read', 'read', 'write', 'write', 'write', 'read'],
        constants,
      },
      bindings: [step, qkv.buffer, q.buffer, cache.keys, cache.values, headNorm?.gains ?? step],
      grid: (size, grid) => {
        grid[0] = Math.ceil(invocations / 64);
        grid[1] = size.batch * size.tokens;
        grid[2] = 1;
      },
    },
  ];
}

export interface AttendArgs {
  shape: AttentionShape;
  cache: LayerCache;
  /** [rows, H·D padded], rotated */
  q: Activation;
  /** [rows, H·D] */
  o: Activation;
  step: GPUBuffer;
}

/** As shaders/attention/prefill.wgsl has it. */
const CHUNK = 8;
/** Loops over more of the head dimension stay loops: so many sums fit no registers anyway. Slow compilers get fewer. */
const MOST_UNROLLED = { fast: 4, slow: 2 };
/** Workgroup memory of two teams of prefill attention. */
const TWO_TEAMS_BYTES = 28_672;

/** Of shaders/attention/prefill_matrix.wgsl: blocks of 16 keys in a round, and the head dimension that leaves registers for the sums. */
const KEY_BLOCKS = 2;
const MAX_BLOCKS = 8;
const SUBGROUPS = 4;
/** A block of 16 rows of 24 f16, and a subgroup's 16 rows of scores in f32. */
const BLOCK_BYTES = 16 * 24 * 2;
const SCORES_BYTES = 16 * (16 * KEY_BLOCKS + 4) * 4;

/** Its workgroup memory: blocks of K and V, of each subgroup's weights in two parts, scores, and the rest. */
function matrixBytes(blocks: number): number {
  return KEY_BLOCKS * (2 * blocks + 2 * SUBGROUPS) * BLOCK_BYTES + SUBGROUPS * SCORES_BYTES + 32;
}

/** The constants of the kernel with subgroup matrices, where it takes a model's heads. */
function matrixShape(target: KernelTarget, { heads, kvHeads, headDim }: AttentionShape, dtype: KvDType) {
  const blocks = headDim / 16;
  // Each invocation brings whole eights of a round's keys.
  const fits = headDim % 32 === 0 && blocks <= MAX_BLOCKS && matrixBytes(blocks) <= target.maxWorkgroupBytes;
  if (!target.matrices || dtype !== 'f16' || !fits) return undefined;
  const loads = (16 * KEY_BLOCKS * 2 * blocks) / (32 * SUBGROUPS);
  return { HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim, BLOCKS: blocks, KEY_BLOCKS, LOADS: loads };
}

export function prefillAttention(target: KernelTarget, { shape, cache, q, o, step }: AttendArgs): Launch[] {
  const fixed = shapeConstants(shape);
  const hasRoom = target.maxInvocations >= 256 && target.maxWorkgroupBytes >= TWO_TEAMS_BYTES;
  const chunks = { ...fixed, CHUNKS: Math.ceil(fixed.UNITS / CHUNK), TEAMS: hasRoom && !target.software ? 2 : 1 };
  const constants = {
    SCALE: shape.scale,
    OUT_STRIDE: o.stride,
    ...maskConstants(shape, cache),
  };
  const matrices = matrixShape(target, shape, cache.dtype);
  const common = { step: STEP_WGSL, mask: maskSnippet };
  const mostUnrolled = target.software ? 0 : MOST_UNROLLED[target.slowCompiler ? 'slow' : 'fast'];
  const chosen = matrices
    ? {
        label: kernelLabel('attention/prefill_matrix', { ...matrices, ...constants }),
        code: unrollLoops(
          assembleShader(matrixShaders().prefillMatrix, {
            ...common,
            shape: shapeSnippet(matrices),
            high_part: matrixShaders().highPart,
          }),
          { BLOCKS: matrices.BLOCKS, KEY_BLOCKS, LOADS: matrices.LOADS },
        ),
      }
    : {
        label: kernelLabel('attention/prefill', { ...chunks, ...constants }, cache.dtype),
        code: unrollLoops(
          assembleShader(prefillSource, { ...common, shape: shapeSnippet(chunks), kv: KV_READS[cache.dtype] }),
          chunks.CHUNKS > mostUnrolled ? {} : { CHUNKS: chunks.CHUNKS, CHUNK },
        ),
      };
  return [
    {
      source: {
        ...chosen,
        bindings: ['read', 'read', 'read', 'read', 'read', 'write'],
        constants,
      },
      bindings: [step, q.buffer, cache.keys, cache.values, cache.mask ?? step, o.buffer],
      grid: (size, grid) => {
        grid[0] = Math.ceil(size.tokens / 64);
        grid[1] = shape.heads;
        grid[2] = size.batch;
      },
    },
  ];
}

/** At least one invocation per four elements of the head dimension, and one per slot of a round. */
function decodeWorkgroup(target: KernelTarget, units: number): number {
  let size = target.software ? 32 : 128;
  while (size < units) size *= 2;
  return size;
}

export interface DecodeArgs {
  shape: AttentionShape;
  headNorm?: HeadNorm<GPUBuffer> | undefined;
  cache: LayerCache;
  /** [B, (H + 2G)·D], not rotated */
  qkv: Activation;
  /** [B, H·D] */
  o: Activation;
  /** Scratch of {@link partialElements} f32. */
  partial: GPUBuffer;
  step: GPUBuffer;
}

export function decodeAttention(target: KernelTarget, args: DecodeArgs): Launch[] {
  const { shape, headNorm, cache, qkv, o, partial, step } = args;
  const fixed = shapeConstants(shape);
  const perKvHead = shape.heads / shape.kvHeads;
  const group = Math.min(perKvHead, MAX_GROUP, Math.floor(MAX_GROUP_UNITS / fixed.UNITS));
  const groupTiles = Math.ceil(perKvHead / group);
  const workgroup = decodeWorkgroup(target, fixed.UNITS);
  // vec4f of workgroup memory for the heads, the new token, and a round's products, scores and norms; then for each head's sums.
  const used = (group + 2) * (fixed.UNITS + 2) + group * (workgroup / 4 + 10);
  const room = Math.floor((MAX_VECTORS - used) / (workgroup / 2 + workgroup / fixed.UNITS + fixed.UNITS));
  const decodeShape = {
    ...fixed,
    GROUP: group,
    GROUP_TILES: groupTiles,
    MAX_SPLITS,
    WG: workgroup,
    AT_ONCE: Math.min(group, Math.max(room, 1), 4),
  };
  const constants = {
    SCALE: shape.scale,
    QKV_STRIDE: qkv.stride,
    OUT_STRIDE: o.stride,
    ...headNormConstants(headNorm),
    ...maskConstants(shape, cache),
  };
  const combineShape = { ...fixed, MAX_SPLITS, WG: target.software ? Math.max(fixed.UNITS, MAX_SPLITS) : 256 };
  const combineConstants = { OUT_STRIDE: o.stride };
  return [
    {
      source: {
        label: kernelLabel('attention/decode', { ...decodeShape, ...constants }, cache.dtype),
        code: assembleShader(decodeSource, {
          shape: shapeSnippet(decodeShape),
          step: STEP_WGSL,
          kv: KV_READS[cache.dtype],
          rope: ropeSnippet,
          kv_append: KV_APPENDS[cache.dtype],
          mask: maskSnippet,
        }),
        bindings: ['read', 'read', 'write', 'write', 'read', 'write', 'write', 'read'],
        constants,
      },
      bindings: [
        step,
        qkv.buffer,
        cache.keys,
        cache.values,
        cache.mask ?? step,
        partial,
        o.buffer,
        headNorm?.gains ?? step,
      ],
      grid: (size, grid) => {
        grid[0] = size.splits;
        grid[1] = shape.kvHeads * groupTiles;
        grid[2] = size.batch;
      },
    },
    {
      source: {
        label: kernelLabel('attention/combine', { ...combineShape, ...combineConstants }),
        code: assembleShader(combineSource, { shape: shapeSnippet(combineShape), step: STEP_WGSL }),
        bindings: ['read', 'read', 'write'],
        constants: combineConstants,
      },
      bindings: [step, partial, o.buffer],
      grid: (size: StepSize, grid) => {
        grid[0] = size.splits > 1 ? shape.heads : 0;
        grid[1] = size.batch;
        grid[2] = 1;
      },
    },
  ];
}

export interface AttentionWeightsArgs {
  shape: AttentionShape;
  cache: LayerCache;
  q: Activation;
  /** [B, H, T, S + T] */
  p: GPUBuffer;
  step: GPUBuffer;
}

export function attentionWeights(target: KernelTarget, { shape, cache, q, p, step }: AttentionWeightsArgs): Launch[] {
  const fixed = shapeConstants(shape);
  const constants = { SCALE: shape.scale, WG: workgroupSize(target, 64), ...maskConstants(shape, cache) };
  return [
    {
      source: {
        label: kernelLabel('attention/weights', { ...fixed, ...constants }, cache.dtype, targetLabel(target)),
        code: assembleShader(weightsSource, {
          shape: shapeSnippet(fixed),
          step: STEP_WGSL,
          kv: KV_READS[cache.dtype],
          mask: maskSnippet,
          reduce: reduceFor(target),
        }),
        bindings: ['read', 'read', 'read', 'read', 'read', 'write'],
        constants,
      },
      bindings: [step, q.buffer, cache.keys, cache.values, cache.mask ?? step, p],
      grid: (size, grid) => {
        grid[0] = size.tokens;
        grid[1] = shape.heads;
        grid[2] = size.batch;
      },
    },
  ];
}
