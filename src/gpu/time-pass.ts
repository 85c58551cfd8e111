// How long the GPU takes for a compute pass: by its own clock where it has one, else by waiting for it.
import { MAP_READ } from './buffers.ts';
import type { Gpu } from './device.ts';

const QUERY_USAGE = 0x200 | 0x4; // QUERY_RESOLVE | COPY_SRC

export interface PassTime {
  ms: number;
  /** Otherwise `ms` includes what the browser and the driver take to submit the pass and to tell of its end. */
  byTimestamps: boolean;
}

/** Submits one pass by itself and waits for its end. Browsers round timestamps, to 0.1 ms most of them. */
export async function timePass(
  gpu: Gpu,
  label: string,
  encode: (pass: GPUComputePassEncoder) => void,
): Promise<PassTime> {
  const { device, queue, features, buffers } = gpu;
  const encoder = device.createCommandEncoder({ label });
  if (!features.has('timestamps')) {
    const pass = encoder.beginComputePass({ label });
    encode(pass);
    pass.end();
    const commands = encoder.finish();
    const began = performance.now();
    queue.submit([commands]);
    await queue.onSubmittedWorkDone();
    return { ms: performance.now() - began, byTimestamps: false };
  }
  const querySet = device.createQuerySet({ label, type: 'timestamp', count: 2 });
  const resolved = device.createBuffer({ label, size: 16, usage: QUERY_USAGE });
  const readable = buffers.mappable(label, 16);
  try {
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass({ label, timestampWrites });
    encode(pass);
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readable, 0, 16);
    queue.submit([encoder.finish()]);
    await readable.mapAsync(MAP_READ);
    const [begin = 0n, end = 0n] = new BigUint64Array(readable.getMappedRange());
    return { ms: Number(end - begin) / 1e6, byTimestamps: true };
  } finally {
    buffers.release(readable);
    resolved.destroy();
    querySet.destroy();
  }
}
