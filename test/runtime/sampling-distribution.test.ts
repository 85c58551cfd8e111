// Tokens drawn on the GPU follow the softmax of the scores, for fixed seeds: Pearson's chi-square test.

import { expect, it } from 'vitest';
import { openGpu } from '../../src/gpu/device.ts';
import { readBuffer } from '../../src/gpu/read-back.ts';
import type { Launch, StepSize } from '../../src/kernels/kernel.ts';
import { ARGMAX_SLICES, chooseToken, GREEDY, samplingBytes } from '../../src/kernels/sampling.ts';
import { seenBits } from '../kernels/cases/sampling.ts';
import { Bench, padRows } from '../kernels/kernel-case.ts';
import { softmax } from '../kernels/reference.ts';
import { ONE_TOKEN, runLaunches } from '../run-launches.ts';

const LOGITS = [2, 1, 0, -1, 1];
const BATCH = 100;
const STEPS = 20;
/** The 99.9th percentile of chi-square with 4 degrees of freedom: a right sampler fails one seed in a thousand. */
const CRITICAL = 18.47;
/** What `argmax` writes for a slice without tokens. */
const EMPTY_SLICE = [new Uint32Array(Float32Array.of(-3.4e38).buffer)[0] as number, 0xffffffff];

it('follows the softmax over sequences, steps and seeds', async () => {
  using gpu = await openGpu();
  const bench = new Bench(gpu, 'distribution');
  const vocab = LOGITS.length;
  const stride = 8;
  const settings = bench.output('settings', 8);
  const ids = bench.output('ids', BATCH);
  const rows = Array.from({ length: BATCH }, () => LOGITS).flat();
  const common = {
    scores: bench.buffer('scores', padRows(rows, BATCH, vocab, stride)),
    vocab,
    stride,
    noise: true,
    settings,
    best: bench.buffer(
      'best',
      Uint32Array.from(
        Array(BATCH * ARGMAX_SLICES)
          .fill(EMPTY_SLICE)
          .flat(),
      ),
    ),
    ids,
    seen: bench.buffer('seen', seenBits(Array(BATCH).fill([]), vocab)),
  };
  // Only the slices that have tokens run: the others cost seconds on software adapters.
  const launches = (size: StepSize): Launch[] => {
    const [argmax, choose] = chooseToken(bench.target, { ...common, step: bench.step(size, undefined) });
    if (!argmax || !choose) throw new Error('choosing a token takes two launches');
    const grid: Launch['grid'] = (each, into) => {
      argmax.grid(each, into);
      into[0] = vocab;
    };
    return [{ ...argmax, grid }, choose];
  };
  const counts = new Float64Array(vocab);
  const draws: string[] = [];
  for (let counter = 0; counter < STEPS; counter++) {
    // Half of the draws come from one seed, the others from one seed each step.
    const seed = counter < STEPS / 2 ? 42 : counter;
    gpu.queue.writeBuffer(settings, 0, samplingBytes({ ...GREEDY, sample: true, seed }));
    const size = { ...ONE_TOKEN, batch: BATCH, counter };
    await runLaunches(gpu, launches(size), size);
    const drawn = new Uint32Array(await readBuffer(gpu, ids, 0, BATCH * 4));
    for (const id of drawn) counts[id] = (counts[id] as number) + 1;
    draws.push(drawn.join());
  }
  bench.dispose();
  const expected = softmax(LOGITS).map((p) => p * BATCH * STEPS);
  const chiSquare = expected.reduce((sum, wanted, id) => sum + ((counts[id] as number) - wanted) ** 2 / wanted, 0);
  expect(chiSquare).toBeLessThan(CRITICAL);
  expect(new Set(draws).size).toBe(STEPS);
});
