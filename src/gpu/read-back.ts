// Copies GPU buffers to the CPU. For one-off reads; the decode loop has its own ring.
import { askUntilDone } from './ask-until-done.ts';
import { MAP_READ } from './buffers.ts';
import type { Gpu } from './device.ts';

/** Reads `sizeBytes` from `offsetBytes` of a buffer, after all work submitted so far. */
export async function readBuffer(
  gpu: Gpu,
  buffer: GPUBuffer,
  offsetBytes = 0,
  sizeBytes = buffer.size - offsetBytes,
): Promise<ArrayBuffer> {
  const staging = gpu.buffers.mappable(`read-back of ${buffer.label}`, sizeBytes);
  try {
    const encoder = gpu.device.createCommandEncoder({ label: 'read-back' });
    encoder.copyBufferToBuffer(buffer, offsetBytes, staging, 0, sizeBytes);
    gpu.queue.submit([encoder.finish()]);
    await askUntilDone(gpu, staging.mapAsync(MAP_READ));
    return staging.getMappedRange().slice(0, sizeBytes);
  } finally {
    gpu.buffers.release(staging);
  }
}
