// Times what a compute pass does: by the GPU's own clock where it has one, else by waiting for it.
import { MAP_READ } from '../src/gpu/buffers.ts';
import type { Gpu } from '../src/gpu/device.ts';
import { median } from './bench.ts';

/** Long enough for clocks that tick every 0.1 ms, short enough for no driver to reset. */
const TARGET_MS = 40;
/** Beside this, what a submit costs is nothing. */
const SLOW_MS = 400;
const MOST_REPEATS = 5000;
const SAMPLES = 3;
const QUERY_USAGE = 0x200 | 0x4; // QUERY_RESOLVE | COPY_SRC

type Encode = (pass: GPUComputePassEncoder) => void;

/** Milliseconds of one `encode`: many of them in one submit less a single one, so that the submit's own cost cancels out. */
export async function timePass(gpu: Gpu, encode: Encode): Promise<number> {
  const time = gpu.features.has('timestamps') ? gpuMs : waitedMs;
  const timeOf = (count: number) =>
    time(gpu, (pass) => {
      for (let i = 0; i < count; i++) encode(pass);
    });
  const sampled = async (sample: () => Promise<number>) => {
    const samples: number[] = [];
    while (samples.length < SAMPLES) samples.push(await sample());
    return median(samples);
  };
  // The first one may be late: drivers finish compiling then.
  await timeOf(1);
  let ms = await timeOf(1);
  if (ms > SLOW_MS) return sampled(() => timeOf(1));
  let repeats = 1;
  while (ms < TARGET_MS && repeats < MOST_REPEATS) {
    repeats = Math.min(repeats * 4, MOST_REPEATS);
    ms = await timeOf(repeats);
  }
  return sampled(async () => {
    const one = await timeOf(1);
    return ((await timeOf(repeats + 1)) - one) / repeats;
  });
}

/** Includes what the browser and the driver take to record the pass. */
async function waitedMs({ device, queue }: Gpu, encode: Encode): Promise<number> {
  const encoder = device.createCommandEncoder({ label: 'timed' });
  const pass = encoder.beginComputePass({ label: 'timed' });
  encode(pass);
  pass.end();
  const commands = encoder.finish();
  const began = performance.now();
  queue.submit([commands]);
  await queue.onSubmittedWorkDone();
  return performance.now() - began;
}

async function gpuMs({ device, queue, buffers }: Gpu, encode: Encode): Promise<number> {
  const querySet = device.createQuerySet({ label: 'timed', type: 'timestamp', count: 2 });
  const resolved = device.createBuffer({ label: 'timed', size: 16, usage: QUERY_USAGE });
  const readable = buffers.mappable('timed', 16);
  try {
    const encoder = device.createCommandEncoder({ label: 'timed' });
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass({ label: 'timed', timestampWrites });
    encode(pass);
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readable, 0, 16);
    queue.submit([encoder.finish()]);
    await readable.mapAsync(MAP_READ);
    const [begin = 0n, end = 0n] = new BigUint64Array(readable.getMappedRange());
    return Number(end - begin) / 1e6;
  } finally {
    buffers.release(readable);
    resolved.destroy();
    querySet.destroy();
  }
}
