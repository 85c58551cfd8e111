// Runs GPU work inside error scopes, so that what WebGPU reports late becomes a typed error at the right place.
import { DeviceLostError, DeviceMemoryError, GpuValidationError } from '../errors.ts';
import type { Gpu } from './device.ts';

/**
 * Runs `work` and waits for what WebGPU says about it.
 * @throws {DeviceMemoryError} the device ran out of memory.
 * @throws {GpuValidationError} WebGPU rejected a call.
 * @throws {DeviceLostError} the device is gone.
 */
export async function withErrorScopes<T>(gpu: Gpu, what: string, work: () => T | Promise<T>): Promise<T> {
  throwIfLost(gpu, what);
  const { device } = gpu;
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  let result: T;
  try {
    result = await work();
  } finally {
    const memory = await device.popErrorScope();
    const validation = await device.popErrorScope();
    throwIfLost(gpu, what);
    if (memory) {
      // biome-ignore lint/correctness/noUnsafeFinally: the GPU's report explains whatever `work` threw
      throw new DeviceMemoryError({
        what: `${what}: the GPU is out of memory`,
        actual: memory.message,
        remedy: 'close other pages that use the GPU, or use a smaller model, dtype or context',
      });
    }
    if (validation) {
      // biome-ignore lint/correctness/noUnsafeFinally: as above
      throw new GpuValidationError({
        what: `${what}: WebGPU rejected a call`,
        actual: validation.message,
        remedy: 'report this with the adapter name and the browser version',
      });
    }
  }
  return result;
}

/** @throws {DeviceLostError} the device is gone. */
export function throwIfLost(gpu: Gpu, what: string): void {
  if (gpu.lostReason === undefined) return;
  throw new DeviceLostError({
    what: `${what}: the GPU device was lost`,
    actual: gpu.lostReason,
    remedy: 'load the model again; the conversation so far is kept by the caller',
  });
}
