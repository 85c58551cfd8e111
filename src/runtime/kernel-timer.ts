// Times kernels with the tuner's candidates: a GEMV, or a GEMM, on matrices like the model's with random contents.
import type { Gpu } from '../gpu/device.ts';
import { withErrorScopes } from '../gpu/error-scopes.ts';
import { timePass } from '../gpu/time-pass.ts';
import { bindGroup, NO_STEP } from '../kernels/bound-launch.ts';
import { gemmTiles, splitSumsElements } from '../kernels/gemm-tiles.ts';
import {
  type Activation,
  formatRowBytes,
  type Grid,
  type KernelKnobs,
  type KernelTarget,
  kernelTarget,
  type Launch,
  type StepSize,
  WIDTH_STEP,
} from '../kernels/kernel.ts';
import { gemm, gemv } from '../kernels/linear.ts';
import { StepData } from '../kernels/step.ts';
import { fillRandom } from '../kernels/weight-data.ts';
import { alignUp } from '../tensor/dtype.ts';
import type { DecodeMatrix } from './decode-matrices.ts';

/**
 * A matrix that is read again at once comes out of the cache, so copies of it are read in turn until they are more than any cache holds.
 * Software adapters take seconds for that, and have the processor's caches.
 */
const COLD_BYTES = { hardware: 100e6, software: 1e6 };
/** Larger matrices are cut by rows: by then they keep every GPU busy. */
const MOST_MATRIX_BYTES = { hardware: 128 * 2 ** 20, software: 2 ** 19 };
/** Bind groups have their price, so small matrices get fewer copies than would fill the caches. */
const MOST_COPIES = 512;
/** What a sample of one matrix should take: much more than a clock's tick, of 0.1 ms for timestamps and of 1 ms for some clocks. */
const SAMPLE_MS = { timestamps: 8, clock: 20 };
const MOST_DISPATCHES = 4096;
const SLICE_ALIGNMENT = 256;

interface Slice {
  buffer: GPUBuffer;
  offset: number;
  size: number;
}

/** A matrix in copies, and what it is multiplied with. */
interface Subject {
  /** Of a GEMM's tiles the one that is taken at this size. */
  launch(target: KernelTarget): Launch;
  size: StepSize;
  slices: readonly Slice[];
  bindGroups?: GPUBindGroup[];
  /** How often a sample goes through all copies. */
  repeats: number;
}

/** A candidate's product with a subject. */
interface Product {
  subject: Subject;
  pipeline: GPUComputePipeline;
  bindGroups: readonly GPUBindGroup[];
  grid: Grid;
}

export class KernelTimer {
  readonly #gpu: Gpu;
  readonly #subjects: readonly Subject[];
  readonly #owned: readonly GPUBuffer[];
  readonly #products = new Map<KernelKnobs, Promise<Product[]>>();
  #isCalibrated = false;

  private constructor(gpu: Gpu, subjects: readonly Subject[], owned: readonly GPUBuffer[]) {
    this.#gpu = gpu;
    this.#subjects = subjects;
    this.#owned = owned;
  }

  /**
   * Makes the matrices.
   * @param mostBytes what the model reads for a token: more of a matrix would be colder than in the model.
   * @param rows of x: a GEMV for one, a GEMM for more.
   * @throws {DeviceMemoryError} {GpuValidationError} the device has no room for them, or a shader does not compile.
   */
  static async create(
    gpu: Gpu,
    matrices: readonly DecodeMatrix[],
    mostBytes: number,
    candidates: readonly KernelKnobs[],
    rows = 1,
  ): Promise<KernelTimer> {
    const owned: GPUBuffer[] = [];
    try {
      const subjects = await withErrorScopes(gpu, 'Tuning', () =>
        Promise.all(matrices.map((matrix) => makeSubject(gpu, matrix, mostBytes, candidates, rows, owned))),
      );
      return new KernelTimer(gpu, subjects, owned);
    } catch (error) {
      for (const buffer of owned) gpu.buffers.release(buffer);
      throw error;
    }
  }

  /** Compiles a candidate. @throws {GpuValidationError} it does not compile. */
  async prepare(knobs: KernelKnobs): Promise<void> {
    await this.#compiled(knobs);
  }

  /**
   * Milliseconds of a sample. The first call decides how often a sample repeats each matrix, so that all count the same.
   * @throws {GpuValidationError} the candidate does not compile.
   */
  async time(knobs: KernelKnobs): Promise<number> {
    const products = await this.#compiled(knobs);
    if (!this.#isCalibrated) {
      for (const product of products) await this.#calibrate(product);
      this.#isCalibrated = true;
    }
    return (await this.#pass(products)).ms;
  }

  dispose(): void {
    for (const buffer of this.#owned) this.#gpu.buffers.release(buffer);
  }

  /** Once for each candidate, however often it is timed. */
  #compiled(knobs: KernelKnobs): Promise<Product[]> {
    let products = this.#products.get(knobs);
    if (!products) {
      products = this.#compile(knobs);
      this.#products.set(knobs, products);
    }
    return products;
  }

  #compile(knobs: KernelKnobs): Promise<Product[]> {
    const gpu = this.#gpu;
    const target = kernelTarget(gpu, knobs);
    return Promise.all(
      this.#subjects.map(async (subject) => {
        const launch = subject.launch(target);
        const { pipeline, layout } = await gpu.pipelines.compile(launch.source);
        subject.bindGroups ??= bindSlices(gpu, layout, launch, subject.slices);
        return { subject, pipeline, bindGroups: subject.bindGroups, grid: gridOf(launch, subject.size) };
      }),
    );
  }

  #pass(products: readonly Product[]) {
    return timePass(this.#gpu, 'tuning', (pass) => {
      for (const { subject, pipeline, bindGroups, grid } of products) {
        pass.setPipeline(pipeline);
        for (let i = 0; i < subject.repeats; i++) {
          for (const bindGroup of bindGroups) {
            pass.setBindGroup(0, bindGroup);
            pass.dispatchWorkgroups(...grid);
          }
        }
      }
    });
  }

  /** Finds how often the copies of a matrix have to be gone through for a sample. */
  async #calibrate(product: Product): Promise<void> {
    const { subject, bindGroups } = product;
    const most = Math.max(Math.floor(MOST_DISPATCHES / bindGroups.length), 1);
    subject.repeats = 1;
    // The first pass may be late: drivers finish compiling then.
    await this.#pass([product]);
    for (;;) {
      const { ms, byTimestamps } = await this.#pass([product]);
      const wanted = SAMPLE_MS[byTimestamps ? 'timestamps' : 'clock'];
      if (ms >= wanted / 4) {
        subject.repeats = Math.min(Math.max(Math.round((subject.repeats * wanted) / ms), 1), most);
        return;
      }
      if (subject.repeats >= most) return;
      subject.repeats = Math.min(subject.repeats * 4, most);
    }
  }
}

function gridOf(launch: Launch, size: StepSize): Grid {
  const grid: Grid = [0, 0, 0];
  launch.grid(size, grid);
  return grid;
}

async function makeSubject(
  gpu: Gpu,
  matrix: DecodeMatrix,
  mostBytes: number,
  candidates: readonly KernelKnobs[],
  xRows: number,
  owned: GPUBuffer[],
): Promise<Subject> {
  const { format, stride, paired } = matrix;
  const kind = gpu.softwareKernels || gpu.isFallback ? 'software' : 'hardware';
  const rowBytes = formatRowBytes(format, stride);
  const most = Math.floor(MOST_MATRIX_BYTES[kind] / rowBytes / 16) * 16;
  const rows = Math.max(Math.min(matrix.rows, most), 16);
  const size = rows * rowBytes;
  const pitch = alignUp(size, SLICE_ALIGNMENT);
  const limit = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
  const wanted = Math.ceil(Math.min(COLD_BYTES[kind], mostBytes) / pitch);
  const copies = Math.max(Math.min(wanted, Math.floor(limit / pitch), MOST_COPIES), 1);
  const create = (buffer: GPUBuffer) => {
    owned.push(buffer);
    return buffer;
  };
  const buffer = create(gpu.buffers.storage('tuning weights', copies * pitch));
  const slices = Array.from({ length: copies }, (_, i): Slice => ({ buffer, offset: i * pitch, size }));
  const values = Float32Array.from({ length: xRows * stride }, (_, i) => Math.sin(i));
  const outputs = paired ? rows / 2 : rows;
  const activation = (width: number, from: GPUBuffer): Activation => ({
    buffer: create(from),
    rows: 'tokens',
    width,
    stride: alignUp(width, WIDTH_STEP),
  });
  const weight = { format, rows, width: stride, stride, parts: [{ buffer, firstRow: 0, rows }] };
  const x = activation(stride, gpu.buffers.storageOf('tuning x', values));
  const y = activation(outputs, gpu.buffers.storage('tuning y', xRows * alignUp(outputs, WIDTH_STEP) * 4));
  const gate = paired ? ('silu' as const) : undefined;
  const stepSize = { ...NO_STEP, tokens: xRows };
  const data = new StepData(1, 0);
  data.setSize(stepSize);
  const step = create(gpu.buffers.storageOf('tuning step', data.words));
  const sums = candidates.map((knobs) => {
    const tiles = gemmTiles(format, kernelTarget(gpu, knobs));
    return xRows === 1 ? 0 : splitSumsElements(tiles, xRows, rows, stride);
  });
  const splitSums = create(gpu.buffers.storage('tuning splits of K', Math.max(...sums, 4) * 4));
  // Whatever form a tile takes x in, what is timed is the same: so all candidates bind the same.
  const scratch = { xParts: x.buffer, splitSums };
  const launch = fillRandom({ to: format, destination: buffer, rows, stride, spread: 1, seed: 1 });
  const { label, pipeline, layout } = await gpu.pipelines.compile(launch.source);
  const encoder = gpu.device.createCommandEncoder({ label });
  const pass = encoder.beginComputePass({ label });
  const grid: Grid = [0, 0, 0];
  launch.grid(NO_STEP, grid);
  pass.setPipeline(pipeline);
  for (const bindGroup of bindSlices(gpu, layout, launch, slices)) {
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...grid);
  }
  pass.end();
  gpu.queue.submit([encoder.finish()]);
  return {
    launch: (target) => {
      const args = { x, weight, gate, y, step };
      const launches = xRows === 1 ? gemv(target, args) : gemm(target, { ...args, scratch });
      // The product itself: what brings x into parts and puts splits together takes little of the time.
      return launches.find((one) => one.bindings.includes(buffer) && gridOf(one, stepSize)[0] > 0) as Launch;
    },
    size: stepSize,
    slices,
    repeats: 1,
  };
}

/** Bind groups of a launch, one for each slice in place of the whole buffer. */
function bindSlices(gpu: Gpu, layout: GPUBindGroupLayout, launch: Launch, slices: readonly Slice[]): GPUBindGroup[] {
  return slices.map((slice) => {
    const bindings = launch.bindings.map((bound) => (bound === slice.buffer ? slice : bound));
    return bindGroup(gpu, layout, { ...launch, bindings });
  });
}
