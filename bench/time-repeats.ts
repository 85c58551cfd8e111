// Times what a compute pass does precisely, by repeating it.
import type { Gpu } from '../src/gpu/device.ts';
import { timePass } from '../src/gpu/time-pass.ts';
import { median } from './bench.ts';

/** Long enough for clocks that tick every 0.1 ms, short enough for no driver to reset. */
const TARGET_MS = 40;
/** Beside this, what a submit costs is nothing. */
const SLOW_MS = 400;
const MOST_REPEATS = 5000;
const SAMPLES = 3;

type Encode = (pass: GPUComputePassEncoder) => void;

/** Milliseconds of one `encode`: many of them in one submit less a single one, so that the submit's own cost cancels out. */
export async function timeRepeats(gpu: Gpu, encode: Encode): Promise<number> {
  const timeOf = async (count: number) => {
    const { ms } = await timePass(gpu, 'timed', (pass) => {
      for (let i = 0; i < count; i++) encode(pass);
    });
    return ms;
  };
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
    const all = await timeOf(repeats + 1);
    // On a busy machine a single one may take longer than all: then the submit's cost counts with them.
    return all > one ? (all - one) / repeats : all / (repeats + 1);
  });
}
