// A compiled graph: pipelines, bind groups and dispatch sizes in order. Encoding a step is a plain walk over them.
import type { Gpu } from '../gpu/device.ts';
import { type BoundLaunch, bindLaunch } from '../kernels/bound-launch.ts';
import type { Activation, Grid, Launch, StepSize } from '../kernels/kernel.ts';
import type { Op } from './graph.ts';

/** A launch and the op it came from; those of a plan's tail came from none. */
export interface PlannedLaunch extends Launch {
  op?: Op | undefined;
}

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

  /** Dispatches, with those that have nothing to do at some sizes. */
  get length(): number {
    return this.#dispatches.length;
  }

  /** Encodes one step into a compute pass, or those of its ops that `only` has. Returns the number of dispatches. */
  encode(pass: GPUComputePassEncoder, size: StepSize, only?: ReadonlySet<Op | undefined>): number {
    const grid = this.#grid;
    let count = 0;
    for (const dispatch of this.#dispatches) {
      if (only && !only.has(dispatch.op)) continue;
      dispatch.grid(size, grid);
      if (grid[0] === 0) continue;
      encodeDispatch(pass, dispatch, grid);
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
   * Encodes and submits one step on its own, with what `then` encodes behind its pass: one pass and one submit for a token. Returns the
   * number of dispatches.
   */
  run(size: StepSize, then?: (encoder: GPUCommandEncoder) => void): number {
    const encoder = this.#gpu.device.createCommandEncoder({ label: this.label });
    const pass = encoder.beginComputePass({ label: this.label });
    const count = this.encode(pass, size);
    pass.end();
    then?.(encoder);
    this.#gpu.queue.submit([encoder.finish()]);
    return count;
  }

  /**
   * Encodes and submits a part of a step, in one pass: from the dispatch `from` on, at most so many that have something to do, and behind
   * the last of all what `then` encodes. Returns where the next part begins, and the number of dispatches.
   */
  runPart(
    size: StepSize,
    from: number,
    most: number,
    then?: (encoder: GPUCommandEncoder) => void,
  ): { next: number; count: number } {
    const encoder = this.#gpu.device.createCommandEncoder({ label: this.label });
    const pass = encoder.beginComputePass({ label: this.label });
    const grid = this.#grid;
    let next = from;
    let count = 0;
    for (; next < this.#dispatches.length; next++) {
      const dispatch = this.#dispatches[next] as Dispatch;
      dispatch.grid(size, grid);
      if (grid[0] === 0) continue;
      if (count === most) break;
      encodeDispatch(pass, dispatch, grid);
      count++;
    }
    pass.end();
    if (next === this.#dispatches.length) then?.(encoder);
    this.#gpu.queue.submit([encoder.finish()]);
    return { next, count };
  }

  dispose(): void {
    for (const buffer of this.#owned) this.#gpu.buffers.release(buffer);
  }
}

function encodeDispatch(pass: GPUComputePassEncoder, { pipeline, bindGroup }: Dispatch, grid: Grid): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(grid[0], grid[1], grid[2]);
}
