// What a kernel case is, and the bench that gives it buffers: poisoned outputs with a guard behind them, padded
// activations, weights split by rows.
import type { Gpu } from '../../src/gpu/device.ts';
import { readBuffer } from '../../src/gpu/read-back.ts';
import { type GemmScratch, gemmTiles, splitSumsElements, xPartsElements } from '../../src/kernels/gemm-tiles.ts';
import {
  type Activation,
  formatRowBytes,
  type KernelTarget,
  kernelTarget,
  type Launch,
  type RowClass,
  type StepSize,
  type Weight,
  type WeightFormat,
  type WeightPart,
} from '../../src/kernels/kernel.ts';
import { StepData, stepWords } from '../../src/kernels/step.ts';
import { alignUp } from '../../src/tensor/dtype.ts';
import { randomFloats, randomSource, seedOf } from '../random.ts';
import { encodeRows } from '../weight-bits.ts';

/** What a buffer must hold afterwards. */
export interface Expectation {
  name: string;
  buffer: GPUBuffer;
  /** The numbers of the whole buffer without its guard; undefined for elements that must stay unwritten. */
  expected: ArrayLike<number | undefined>;
  /** Reads the numbers; f32 where left out. */
  read?: (bytes: ArrayBuffer) => ArrayLike<number>;
  /** Largest error relative to the root mean square of what is expected; {@link TOLERANCE}.f32 where left out. */
  tolerance?: number;
}

/** A case made ready to run. */
export interface PreparedCase {
  launches: Launch[];
  size: StepSize;
  expectations: Expectation[];
}

export interface KernelCase {
  name: string;
  /** Runs in the first variant only: the case is large, and about grids. */
  once?: boolean;
  /** Software adapters never run its kernels: they take a GEMV for each row. */
  hardwareOnly?: boolean;
  prepare(bench: Bench): PreparedCase;
}

/** All cases of a few shaders, named as their files are, with the kind of their tile: `linear/gemv`, `linear/gemm integer`. */
export interface KernelSuite {
  shaders: readonly string[];
  /** Those that run in place of others where the adapter has subgroup matrices. */
  matrixShaders?: readonly string[];
  cases: readonly KernelCase[];
}

/** The one place for tolerances: largest element error over the root mean square of the expected numbers. */
export const TOLERANCE = {
  /** Sums in f32 in another order than the reference's f64: about √K · 6e-8, and the tail of thousands of elements. */
  f32: 1e-5,
  /** Adds exp, tanh and erf, which WGSL allows a few ulp more, and erf's approximation to 1.5e-7. */
  transcendental: 2e-5,
  /** Stored as f16 on the way: half a unit in the 11th bit of the largest elements. */
  f16: 2e-3,
  /** x as integers of 16 bits in blocks: half a step is 1.6e-5 of a block's largest. Six deviations of what a row makes of it. */
  integerDot: 1e-4,
  /** Copies and integers. */
  exact: 0,
} as const;

/** NaN as f32, as bf16 and as a pair of f16: what nobody wrote is noticed. */
const POISON = 0x7fc17fc1;
/** Elements behind each output that no kernel may write. */
const GUARD = 64;

export class Bench {
  readonly gpu: Gpu;
  readonly target: KernelTarget;
  /** Seeded by the case's name. */
  readonly random: () => number;
  readonly #owned: GPUBuffer[] = [];

  /** `software` picks the workgroups of software adapters; otherwise those of hardware run here too. */
  constructor(gpu: Gpu, name: string, software = false, target = kernelTarget(gpu)) {
    this.gpu = gpu;
    this.target = { ...target, software, matrices: target.matrices && !software };
    this.random = randomSource(seedOf(name));
  }

  floats(count: number, spread = 1): Float32Array<ArrayBuffer> {
    return randomFloats(this.random, count, spread);
  }

  /** A buffer of exactly these bytes (up to a multiple of 16). */
  buffer(label: string, data: ArrayBufferView<ArrayBuffer>): GPUBuffer {
    const buffer = this.gpu.buffers.storageOf(label, data);
    this.#owned.push(buffer);
    return buffer;
  }

  /** An output of `words` 32-bit elements, poisoned, with a guard. */
  output(label: string, words: number): GPUBuffer {
    return this.buffer(label, new Uint32Array(alignUp(words, 4) + GUARD).fill(POISON));
  }

  /** An output of `sizeBytes` of which some places hold something already; all others are poisoned. */
  partlyFilled(label: string, sizeBytes: number, pieces: readonly { at: number; bytes: Uint8Array }[]): GPUBuffer {
    const words = new Uint32Array(alignUp(Math.ceil(sizeBytes / 4), 4) + GUARD).fill(POISON);
    for (const { at, bytes } of pieces) new Uint8Array(words.buffer).set(bytes, at);
    return this.buffer(label, words);
  }

  /** `[rows, width]` padded with zeros; poisoned where no data is given. */
  activation(
    label: string,
    rows: number,
    width: number,
    data?: Float32Array,
    rowClass: RowClass = 'tokens',
  ): Activation {
    const stride = alignUp(width, 8);
    const activation = { rows: rowClass, width, stride };
    if (!data) return { ...activation, buffer: this.output(label, rows * stride) };
    return { ...activation, buffer: this.buffer(label, padRows(data, rows, width, stride)) };
  }

  /** A vector in f32, padded with zeros to `length`. */
  vector(label: string, values: Float32Array, length: number): GPUBuffer {
    const padded = new Float32Array(length);
    padded.set(values);
    return this.buffer(label, padded);
  }

  /** `[rows, width]` random numbers of a format, and the weight that holds them in parts of `partRows`. */
  weight(format: WeightFormat, rows: number, width: number, options: { partRows?: number; rowStep?: number } = {}) {
    const { rowStep = 8 } = options;
    const stride = alignUp(width, 8);
    const padded = alignUp(rows, rowStep);
    const { values, bytes } = encodeRows(format, stride, padRows(this.floats(rows * width), padded, width, stride));
    const partRows = options.partRows ?? padded;
    const parts: WeightPart[] = [];
    for (let firstRow = 0; firstRow < padded; firstRow += partRows) {
      const count = Math.min(partRows, padded - firstRow);
      const data = bytes(firstRow, count);
      if (data.byteLength !== count * formatRowBytes(format, stride)) throw new Error('the reference has another size');
      parts.push({ buffer: this.buffer(`weight from ${firstRow}`, data), firstRow, rows: count });
    }
    const weight: Weight = { format, rows: padded, width, stride, parts };
    return { values: unpadRows(values, rows, width, stride), weight };
  }

  /** Scratch for GEMMs of so many rows with a weight. */
  gemmScratch(rows: number, { format, parts, stride }: Weight, target = this.target): GemmScratch {
    const tiles = gemmTiles(format, target);
    const sums = parts.map((part) => splitSumsElements(tiles, rows, part.rows, stride));
    return {
      xParts: this.output('x in parts', xPartsElements(rows, stride)),
      splitSums: this.output('splits of K', Math.max(...sums)),
    };
  }

  /** The step buffer, with rotary angles for rows that have a position. */
  step(
    size: StepSize,
    rope: { positions: readonly number[]; inverse: Float32Array; scaling: number } | undefined,
  ): GPUBuffer {
    const { positions = [], inverse = new Float32Array(), scaling = 1 } = rope ?? {};
    const data = new StepData(positions.length, inverse.length);
    data.setSize(size);
    positions.forEach((position, row) => {
      data.setRope(row, position, inverse, scaling);
    });
    return this.buffer('step', data.words.subarray(0, stepWords(positions.length, inverse.length)));
  }

  /** Compares what the buffers hold; gives the largest relative error of each expectation, or throws where one is wrong. */
  async check(expectation: Expectation): Promise<void> {
    const {
      name,
      buffer,
      expected,
      tolerance = TOLERANCE.f32,
      read = (bytes) => new Float32Array(bytes),
    } = expectation;
    const bytes = await readBuffer(this.gpu, buffer);
    const actual = read(bytes);
    const words = new Uint32Array(bytes);
    const wordsPerElement = words.length / actual.length;
    let squares = 0;
    let count = 0;
    for (let i = 0; i < expected.length; i++) {
      const wanted = expected[i];
      if (wanted === undefined) continue;
      squares += wanted ** 2;
      count++;
    }
    const scale = Math.sqrt(squares / Math.max(count, 1)) || 1;
    for (let i = 0; i < actual.length; i++) {
      const wanted = expected[i];
      const found = actual[i] as number;
      if (wanted === undefined) {
        if (words[Math.floor(i * wordsPerElement)] === POISON) continue;
        throw new Error(`${name}[${i}] was written (${found}), past what the kernel may write`);
      }
      if (found === wanted || Math.abs(found - wanted) <= tolerance * scale) continue;
      const error = (Math.abs(found - wanted) / scale).toExponential(2);
      throw new Error(`${name}[${i}] of ${expected.length} is ${found}, expected ${wanted} (error ${error})`);
    }
  }

  dispose(): void {
    for (const buffer of this.#owned) this.gpu.buffers.release(buffer);
  }
}

/**
 * A target whose products of quantised weights use the packed dot product, where there is one; and the tolerance for their results, or
 * for those times each other or times weights of a row's own.
 */
export function withIntegerDot(target: KernelTarget, isProduct: boolean): { target: KernelTarget; tolerance: number } {
  const { q4, q8 } = target.knobs;
  const knobs = {
    ...target.knobs,
    q4: { ...q4, busyGroups: 1, integerDot: true, integerTiles: true },
    q8: { ...q8, busyGroups: 1, integerDot: true, integerTiles: true },
  };
  return {
    target: { ...target, knobs },
    tolerance: target.integerDot ? TOLERANCE.integerDot * (isProduct ? 2 : 1) : TOLERANCE.transcendental,
  };
}

/** Rows of `width` numbers as rows of `stride`, with zeros behind. */
export function padRows(
  data: ArrayLike<number>,
  rows: number,
  width: number,
  stride: number,
): Float32Array<ArrayBuffer> {
  const padded = new Float32Array(rows * stride);
  for (let i = 0; i < data.length; i++) padded[Math.floor(i / width) * stride + (i % width)] = data[i] as number;
  return padded;
}

/** The first `width` numbers of each of the first `rows` rows of `stride`. */
function unpadRows(data: Float32Array, rows: number, width: number, stride: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: rows * width },
    (_, i) => data[Math.floor(i / width) * stride + (i % width)] as number,
  );
}
