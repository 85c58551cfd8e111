// What every kernel's TypeScript twin takes and gives: activations, weights, the step's sizes, and launches ready to encode.

import integersSnippet from '../../shaders/lib/integers.wgsl?raw';
import lanesShared from '../../shaders/lib/lanes_shared.wgsl?raw';
import lanesSubgroup from '../../shaders/lib/lanes_subgroup.wgsl?raw';
import reduceShared from '../../shaders/lib/reduce_shared.wgsl?raw';
import reduceSubgroup from '../../shaders/lib/reduce_subgroup.wgsl?raw';
import rowSums from '../../shaders/lib/row_sums.wgsl?raw';
import rowSumsFloats from '../../shaders/lib/row_sums_floats.wgsl?raw';
import rowSumsQuant from '../../shaders/lib/row_sums_quant.wgsl?raw';
import signedBytes from '../../shaders/lib/signed_bytes.wgsl?raw';
import spanFloats from '../../shaders/lib/span_floats.wgsl?raw';
import spanIntegers from '../../shaders/lib/span_integers.wgsl?raw';
import stageFloats from '../../shaders/lib/stage_floats.wgsl?raw';
import stageIntegers from '../../shaders/lib/stage_integers.wgsl?raw';
import stepSnippet from '../../shaders/lib/step.wgsl?raw';
import weightsBf16 from '../../shaders/lib/weights_bf16.wgsl?raw';
import weightsF16 from '../../shaders/lib/weights_f16.wgsl?raw';
import weightsF16Native from '../../shaders/lib/weights_f16_native.wgsl?raw';
import weightsF32 from '../../shaders/lib/weights_f32.wgsl?raw';
import weightsPlain from '../../shaders/lib/weights_plain.wgsl?raw';
import weightsQuant from '../../shaders/lib/weights_quant.wgsl?raw';
import xDirect from '../../shaders/lib/x_direct.wgsl?raw';
import xStaged from '../../shaders/lib/x_staged.wgsl?raw';
import type { Gpu } from '../gpu/device.ts';
import type { KernelSource } from '../gpu/pipelines.ts';
import { type QuantFormat, quantName, rowWords } from '../quant/format.ts';
import { type DType, dtypeSizeBytes } from '../tensor/dtype.ts';

/** Widths of activations and weights are padded with zeros to multiples of this. */
export const WIDTH_STEP = 8;

/** How a GEMV of quantised weights divides its matrix, in powers of two, and how GEMV and GEMM multiply. */
export interface QuantKnobs {
  /** Groups of lanes, of four rows each, from which on rows alone keep the GPU busy. With fewer, more lanes share a row. */
  busyGroups: number;
  /** Groups of lanes, each with rows of its own, that share x in a workgroup of a matrix that keeps the GPU busy. */
  groups: number;
  /** Most lanes that share the rows of one that does not. */
  lanes: number;
  /** Whether each lane reads its x by itself. Otherwise a workgroup shares it. */
  direct: boolean;
  /** Vectors of four of x that a workgroup shares at a time. */
  chunk: number;
  /** Whether x becomes integers, of 16 bits in effect, for the packed dot product of four by four bytes, with matrices that keep the GPU busy. */
  integerDot: boolean;
  /** Whether those of many rows do, in tiles; where there are subgroup matrices, those are taken. */
  integerTiles: boolean;
}

/** How a GEMV of weights kept as floats divides its matrix; powers of two. */
export interface FloatKnobs {
  /** Most invocations of a workgroup, all of which gather the same rows. */
  workgroup: number;
  /** Rows that a workgroup makes: 2 or 4. */
  rows: number;
}

/** What may differ from GPU to GPU, by class of weights. Results are right with all of them. */
export interface KernelKnobs {
  q4: QuantKnobs;
  q8: QuantKnobs;
  float: FloatKnobs;
}

/** What is best on large GPUs, and good on most. */
export const DEFAULT_KNOBS: KernelKnobs = {
  q4: { busyGroups: 2048, groups: 8, lanes: 64, direct: false, chunk: 512, integerDot: false, integerTiles: false },
  q8: { busyGroups: 2048, groups: 8, lanes: 128, direct: true, chunk: 512, integerDot: false, integerTiles: false },
  float: { workgroup: 256, rows: 4 },
};

/** What a kernel may count on. */
export interface KernelTarget {
  subgroups: boolean;
  /** The smallest subgroup there may be; 1 without subgroups. */
  minSubgroup: number;
  /** The largest. */
  maxSubgroup: number;
  f16: boolean;
  /** Subgroup matrices, with room for their tiles. */
  matrices: boolean;
  /** The packed dot product of WGSL. */
  integerDot: boolean;
  maxInvocations: number;
  /** Most bytes of workgroup memory. */
  maxWorkgroupBytes: number;
  knobs: KernelKnobs;
  /** A software adapter, on which barriers between many invocations cost far more than idle lanes. */
  software: boolean;
  /** Whether the compiler is a software adapter's, whatever kernels are chosen: it takes minutes for long shaders. */
  slowCompiler?: boolean;
}

/** Invocations of a workgroup on software adapters: one of SwiftShader's subgroups. 10 to 40 times faster there than 64. */
const SOFTWARE_WORKGROUP = 4;

/** The workgroup size for kernels whose size is a knob. */
export function workgroupSize(target: KernelTarget, wanted: number): number {
  return target.software ? SOFTWARE_WORKGROUP : Math.min(wanted, target.maxInvocations);
}

/** Bytes of workgroup memory that the largest tile of subgroup matrices takes: shaders/lib/matrix_tile.wgsl. */
const MATRIX_STORAGE = 32_768;

export function kernelTarget(gpu: Gpu, knobs = DEFAULT_KNOBS): KernelTarget {
  return {
    subgroups: gpu.features.has('subgroups'),
    minSubgroup: gpu.minSubgroup,
    maxSubgroup: gpu.maxSubgroup,
    f16: gpu.features.has('f16'),
    matrices:
      (['matrices', 'f16', 'subgroups'] as const).every((feature) => gpu.features.has(feature)) &&
      gpu.limits.maxComputeWorkgroupStorageSize >= MATRIX_STORAGE,
    integerDot: gpu.features.has('integerDot'),
    maxInvocations: Math.min(gpu.limits.maxComputeInvocationsPerWorkgroup, gpu.limits.maxComputeWorkgroupSizeX),
    maxWorkgroupBytes: gpu.limits.maxComputeWorkgroupStorageSize,
    knobs,
    software: gpu.softwareKernels,
    slowCompiler: gpu.isFallback,
  };
}

/** Which rows of a step an activation has: every new token, or only those that go on to the head. */
export type RowClass = 'tokens' | 'kept';

/**
 * What a GEMV leaves behind its result y, in the same buffer, for the RMSNorm that comes next: its scale is then made once, and not by each
 * workgroup of the next product.
 */
export interface NormAhead {
  /** The norm's. */
  gain: GPUBuffer;
  /** First element of y · gain, `[rows, stride]`. */
  product: number;
  /** First element of Σ y² over each group of neighbouring columns, `[rows, groups padded to 4]`. */
  squares: number;
  groups: number;
}

/** An activation in f32: `[rows, stride]`, of which `width` columns are real and the others zero. */
export interface Activation {
  buffer: GPUBuffer;
  rows: RowClass;
  width: number;
  stride: number;
  /** Where the GEMV that makes it prepares the norm of the one that reads it. */
  ahead?: NormAhead | undefined;
}

/** Rows `[firstRow, firstRow + rows)` of a weight. */
export interface WeightPart {
  buffer: GPUBuffer;
  firstRow: number;
  rows: number;
}

export type WeightDType = Extract<DType, 'f32' | 'f16' | 'bf16'>;

/** How the weights of a matrix are kept on the GPU. */
export type WeightFormat = WeightDType | QuantFormat;

export function formatName(format: WeightFormat): string {
  return typeof format === 'string' ? format : quantName(format);
}

/** Bytes of a row of `stride` weights. */
export function formatRowBytes(format: WeightFormat, stride: number): number {
  return typeof format === 'string' ? stride * dtypeSizeBytes(format) : rowWords(format, stride) * 4;
}

/** A matrix on the GPU: `[rows, stride]`, rows and stride multiples of 8, split by rows over its parts. */
export interface Weight {
  format: WeightFormat;
  rows: number;
  width: number;
  stride: number;
  parts: readonly WeightPart[];
}

/** The sizes of one step, known to the CPU when it encodes. */
export interface StepSize {
  /** Sequences B; fixed for a plan. */
  batch: number;
  /** New tokens per sequence T. */
  tokens: number;
  /** Cached slots before the step S. */
  past: number;
  /** Rows per sequence that go on to the head. */
  kept: number;
  /** Splits of the cache in decode attention. */
  splits: number;
  /** Slots per sequence in the cache; fixed for a session. */
  capacity: number;
  /** Tokens sampled so far, for the random numbers. */
  counter: number;
}

export type Binding = GPUBuffer | { buffer: GPUBuffer; offset: number; size: number };

/** Workgroups in x, y and z. */
export type Grid = [x: number, y: number, z: number];

/** One dispatch. `grid` writes into the array it is given, so that a step allocates nothing; x = 0 skips the dispatch. */
export interface Launch {
  source: KernelSource;
  bindings: readonly Binding[];
  grid: (size: StepSize, grid: Grid) => void;
}

const MAX_GROUPS = 65_535;

/** Folds a count of workgroups over x and y, as WebGPU allows 65,535 in each. */
export function foldGrid(grid: Grid, count: number, z = 1): void {
  if (count <= MAX_GROUPS) {
    grid[0] = count;
    grid[1] = 1;
  } else {
    const y = Math.ceil(count / MAX_GROUPS);
    grid[0] = Math.ceil(count / y);
    grid[1] = y;
  }
  grid[2] = z;
}

/** Rows of a class in a step. */
export function rowsOf(size: StepSize, rows: RowClass): number {
  return size.batch * (rows === 'tokens' ? size.tokens : size.kept);
}

/** Index in `step` of the number of rows: STEP_TOKEN_ROWS or STEP_KEPT_ROWS of shaders/lib/step.wgsl. */
export function rowsIndex(rows: RowClass): number {
  return rows === 'tokens' ? 6 : 7;
}

/** The snippet for `// @use reduce`. */
export function reduceFor(target: KernelTarget): string {
  return target.subgroups ? reduceSubgroup : reduceShared;
}

/** How x reaches the lanes of a GEMV of quantised weights: each reads its own, or a workgroup shares it, as floats or as integers. */
export type XForm = 'direct' | 'shared' | 'direct integers' | 'shared integers';

const X_SNIPPETS: Record<XForm, readonly string[]> = {
  direct: [spanFloats, xDirect],
  shared: [xStaged, spanFloats, stageFloats],
  'direct integers': [integersSnippet, signedBytes, spanIntegers, xDirect],
  'shared integers': [xStaged, integersSnippet, signedBytes, spanIntegers, stageIntegers],
};

/** The snippets for `// @use sum` and `// @use row_sums` of a GEMV. */
export function rowSumsFor(target: KernelTarget, x: XForm | undefined): { sum: string; row_sums: string } {
  if (!x) return { sum: reduceFor(target), row_sums: rowSums + rowSumsFloats };
  const sum = target.subgroups ? lanesSubgroup : lanesShared;
  return { sum, row_sums: [rowSums, ...X_SNIPPETS[x], rowSumsQuant].join('\n') };
}

/** The snippet for `// @use step`. */
export const STEP_WGSL = stepSnippet;

/** The snippet for `// @use weights`. The shader has the row's width in eights as K8. */
export function weightsFor(format: WeightFormat, target: KernelTarget): string {
  if (typeof format !== 'string') return quantSnippet(format) + weightsQuant;
  const units = { f32: weightsF32, f16: target.f16 ? weightsF16Native : weightsF16, bf16: weightsBf16 };
  return units[format] + weightsPlain;
}

/** The constants of a quantised format in WGSL. */
export function quantSnippet({ bits, group, asymmetric }: QuantFormat): string {
  return `${shapeSnippet({ BITS: bits, GROUP: group, ASYMMETRIC: asymmetric ? 1 : 0 })}\n`;
}

/** Names the variant a target gets, for labels. */
export function targetLabel(target: KernelTarget): string {
  return `${target.subgroups ? 'subgroup' : 'shared'}${target.f16 ? ' native' : ''}`;
}

/** `name:key=value …`, the one string that errors, the profiler and the pipeline cache use. */
export function kernelLabel(name: string, constants: Readonly<Record<string, number>>, ...variant: string[]): string {
  const knobs = Object.entries(constants).map(([key, value]) => `${key}=${value}`);
  return `${name}:${[...variant, ...knobs].join(' ')}`;
}

/** WGSL `const` lines for a shader's `// @use shape`. */
export function shapeSnippet(shape: Readonly<Record<string, number>>): string {
  return Object.entries(shape)
    .map(([name, value]) => `const ${name} = ${value}u;`)
    .join('\n');
}

/** Bindings of one part of a row-split result: the part of `buffer` from element `first` on. */
export function from(buffer: GPUBuffer, firstElement: number): Binding {
  if (firstElement === 0) return buffer;
  const offset = firstElement * 4;
  return { buffer, offset, size: buffer.size - offset };
}
