// A compiled graph: pipelines, bind groups and dispatch sizes in order. Encoding a step is a plain walk over them.
import type { Gpu } from '../gpu/device.ts';
import { type BoundLaunch, bindLaunch } from '../kernels/bound-launch.ts';
import type { Activation, Grid, Launch, StepSize } from '../kernels/kernel.ts';
import type { Op } from './graph.ts';

/** A launch and the op it came from; those of a plan's tail came from none. */
export interface PlannedLaunch extends Launch {
  op?: Op | undefined;
}

/** The share of a prompt's dispatches that are submitted first: one in so many. */
const FIRST_SHARE = 8;

type Dispatch = BoundLaunch & { op?: Op | undefined };

interface PlanParts {
  label: string;
  launches: readonly PlannedLaunch[];
  /** Where the caller puts embeddings, in plans that take them. */
  input: Activation | undefined;
  outputs: ReadonlyMap<string, Activation>;
  extra: ReadonlyMap<string, GPUBuffer>;
  /** Buffers the plan owns and releases. */
  owned: readonly GPUBuffer[];
}

export class Plan {
  readonly label: string;
  /** Where the caller puts embeddings, in plans that take them. */
  readonly input: Activation | undefined;
  readonly outputs: ReadonlyMap<string, Activation>;
  /** Buffers that are no activations: attention weights by name. */
  readonly extra: ReadonlyMap<string, GPUBuffer>;
  readonly #gpu: Gpu;
  readonly #dispatches: readonly Dispatch[];
  /** Of a prompt: those that are submitted first, and the others. */
  readonly #first: readonly Dispatch[];
  readonly #others: readonly Dispatch[];
  readonly #owned: readonly GPUBuffer[];
  readonly #grid: Grid = [0, 0, 0];

  private constructor(gpu: Gpu, parts: PlanParts, dispatches: readonly BoundLaunch[]) {
    this.#gpu = gpu;
    this.label = parts.label;
    this.input = parts.input;
    this.outputs = parts.outputs;
    this.extra = parts.extra;
    this.#owned = parts.owned;
    this.#dispatches = dispatches.map((dispatch, i) => ({ ...dispatch, op: parts.launches[i]?.op }));
    const count = Math.ceil(dispatches.length / FIRST_SHARE);
    this.#first = this.#dispatches.slice(0, count);
    this.#others = this.#dispatches.slice(count);
  }

  /** Compiles all pipelines in parallel and makes the bind groups. */
  static async create(gpu: Gpu, parts: PlanParts): Promise<Plan> {
    const dispatches = await Promise.all(parts.launches.map((launch) => bindLaunch(gpu, launch)));
    return new Plan(gpu, parts, dispatches);
  }

  /** The ops that have dispatches, in order; undefined stands for the plan's tail. */
  get ops(): readonly (Op | undefined)[] {
    return [...new Set(this.#dispatches.map(({ op }) => op))];
  }

  /** Encodes one step into a compute pass, or those of its ops that `only` has. Returns the number of dispatches. */
  encode(pass: GPUComputePassEncoder, size: StepSize, only?: ReadonlySet<Op | undefined>): number {
    return this.#encode(pass, size, this.#dispatches, only);
  }

  #encode(
    pass: GPUComputePassEncoder,
    size: StepSize,
    dispatches: readonly Dispatch[],
    only?: ReadonlySet<Op | undefined>,
  ): number {
    const grid = this.#grid;
    let count = 0;
    for (const dispatch of dispatches) {
      if (only && !only.has(dispatch.op)) continue;
      dispatch.grid(size, grid);
      if (grid[0] === 0) continue;
      pass.setPipeline(dispatch.pipeline);
      pass.setBindGroup(0, dispatch.bindGroup);
      pass.dispatchWorkgroups(grid[0], grid[1], grid[2]);
      count++;
    }
    return count;
  }

  /** Labels of the dispatches of a step, or of those of its ops that `only` has, in order: for benchmarks and tests. */
  labels(size: StepSize, only?: ReadonlySet<Op | undefined>): string[] {
    const grid = this.#grid;
    return this.#dispatches.flatMap((dispatch) => {
      if (only && !only.has(dispatch.op)) return [];
      dispatch.grid(size, grid);
      return grid[0] === 0 ? [] : [dispatch.label];
    });
  }

  /**
   * Encodes and submits one step on its own, with what `then` encodes behind its pass: one pass and one submit for a token. Of a prompt
   * the first dispatches are submitted by themselves, so that the GPU is at work while the others are encoded. Returns the number of
   * dispatches.
   */
  run(size: StepSize, then?: (encoder: GPUCommandEncoder) => void): number {
    if (size.tokens === 1) return this.#submit(size, this.#dispatches, then);
    const count = this.#submit(size, this.#first);
    return count + this.#submit(size, this.#others, then);
  }

  #submit(size: StepSize, dispatches: readonly Dispatch[], then?: (encoder: GPUCommandEncoder) => void): number {
    const encoder = this.#gpu.device.createCommandEncoder({ label: this.label });
    const pass = encoder.beginComputePass({ label: this.label });
    const count = this.#encode(pass, size, dispatches);
    pass.end();
    then?.(encoder);
    this.#gpu.queue.submit([encoder.finish()]);
    return count;
  }

  dispose(): void {
    for (const buffer of this.#owned) this.#gpu.buffers.release(buffer);
  }
}
