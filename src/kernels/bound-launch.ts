// A launch made ready to encode: compiled, with its bind group. Plans bind theirs once; loading runs single launches at once.
import type { Gpu } from '../gpu/device.ts';
import type { Grid, Launch, StepSize } from './kernel.ts';

export interface BoundLaunch {
  label: string;
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
  grid: Launch['grid'];
}

/** Sizes for launches that depend on no step. */
export const NO_STEP: StepSize = { batch: 1, tokens: 1, past: 0, kept: 0, splits: 1, capacity: 0, counter: 0 };

/** @throws {GpuValidationError} the kernel does not compile. */
export async function bindLaunch(gpu: Gpu, launch: Launch): Promise<BoundLaunch> {
  const { label, pipeline, layout } = await gpu.pipelines.compile(launch.source);
  return { label, pipeline, grid: launch.grid, bindGroup: bindGroup(gpu, layout, launch) };
}

/** The bind group of a launch whose layout is at hand. */
export function bindGroup({ device }: Gpu, layout: GPUBindGroupLayout, { source, bindings }: Launch): GPUBindGroup {
  const entries = bindings.map((bound, binding) => ({
    binding,
    resource: 'buffer' in bound ? bound : { buffer: bound },
  }));
  return device.createBindGroup({ label: source.label, layout, entries });
}

/** Submits one launch by itself, outside any step. @throws {GpuValidationError} the kernel does not compile. */
export async function runLaunch(gpu: Gpu, launch: Launch): Promise<void> {
  const { label, pipeline, bindGroup, grid } = await bindLaunch(gpu, launch);
  const groups: Grid = [0, 0, 0];
  grid(NO_STEP, groups);
  const encoder = gpu.device.createCommandEncoder({ label });
  const pass = encoder.beginComputePass({ label });
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...groups);
  pass.end();
  gpu.queue.submit([encoder.finish()]);
}
