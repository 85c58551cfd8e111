// Whether the GPU has room for so many bytes. WebGPU tells no amount of memory, so they are allocated and given back.
import type { Gpu } from './device.ts';

/** Less than this is taken to be there. */
const TRUSTED_BYTES = 256 * 2 ** 20;
const PIECE_BYTES = 2 ** 30;

export async function hasRoomFor(gpu: Gpu, sizeBytes: number): Promise<boolean> {
  if (sizeBytes <= TRUSTED_BYTES) return true;
  const { device, limits, buffers } = gpu;
  const piece = Math.min(PIECE_BYTES, limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const made: GPUBuffer[] = [];
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  for (let left = sizeBytes; left > 0; left -= piece) made.push(buffers.storage('memory probe', Math.min(left, piece)));
  const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  for (const buffer of made) buffers.release(buffer);
  return gpu.lostReason === undefined && errors.every((error) => error === null);
}
