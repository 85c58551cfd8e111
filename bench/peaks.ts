// What the device gives at most, measured on it: a copy, a read, and f32 multiply-adds. Twins of peaks/*.wgsl.
import type { Gpu } from '../src/gpu/device.ts';
import { bindLaunch } from '../src/kernels/bound-launch.ts';
import type { Launch } from '../src/kernels/kernel.ts';
import { round } from './bench.ts';
import copySource from './peaks/copy.wgsl?raw';
import multiplyAddSource from './peaks/multiply_add.wgsl?raw';
import readSource from './peaks/read.wgsl?raw';
import { timeRepeats } from './time-repeats.ts';

export interface Peaks {
  /** Bytes read and bytes written together. */
  copy_gb_s: number;
  read_gb_s: number;
  multiply_add_gflop_s: number;
}

/** Far more than any GPU's caches hold; less on software adapters, where it would take seconds. */
const BUFFER_BYTES = { hardware: 512 * 2 ** 20, software: 16 * 2 ** 20 };
const GROUPS = { hardware: 4096, software: 64 };
const ROUNDS = 512;
/** What one invocation of multiply_add.wgsl does in a round: 32 multiplications and 32 additions. */
const FLOPS_PER_ROUND = 64;
const WG = 256;

export async function measurePeaks(gpu: Gpu): Promise<Peaks> {
  const kind = gpu.softwareKernels ? 'software' : 'hardware';
  const groups = GROUPS[kind];
  const limit = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize);
  // Whole rounds of read.wgsl: every invocation four times.
  const step = groups * WG * 4 * 16;
  const sizeBytes = Math.max(Math.floor(Math.min(BUFFER_BYTES[kind], limit) / step), 1) * step;
  const source = gpu.buffers.storage('peak source', sizeBytes);
  const destination = gpu.buffers.storage('peak destination', sizeBytes);
  const factors = gpu.buffers.storageOf('peak factors', new Float32Array(8).fill(0.5));
  const timed = async (name: string, code: string, constants: Record<string, number>, buffers: GPUBuffer[]) => {
    const launch: Launch = {
      source: { label: `peak ${name}`, code, bindings: ['read', 'write'], constants: { WG, ...constants } },
      bindings: buffers,
      grid: () => {},
    };
    const { pipeline, bindGroup } = await bindLaunch(gpu, launch);
    return timeRepeats(gpu, (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(groups);
    });
  };
  try {
    const copyMs = await timed('copy', copySource, {}, [source, destination]);
    await gpu.queue.onSubmittedWorkDone();
    const readMs = await timed('read', readSource, {}, [source, destination]);
    const multiplyAddMs = await timed('multiply-add', multiplyAddSource, { ROUNDS }, [factors, destination]);
    const perSecond = (count: number, ms: number) => round(count / 1e6 / ms);
    return {
      copy_gb_s: perSecond(2 * sizeBytes, copyMs),
      read_gb_s: perSecond(sizeBytes, readMs),
      multiply_add_gflop_s: perSecond(groups * WG * ROUNDS * FLOPS_PER_ROUND, multiplyAddMs),
    };
  } finally {
    for (const buffer of [source, destination, factors]) gpu.buffers.release(buffer);
  }
}
