// Tokens drawn on the GPU follow the softmax of the scores, for fixed seeds: Pearson's chi-square test.
import { expect, it } from 'vitest';
import { openGpu } from '../../src/gpu/device.ts';
import { readBuffer } from '../../src/gpu/read-back.ts';
import { ARGMAX_SLICES, chooseToken, samplingBytes } from '../../src/kernels/sampling.ts';
import { GREEDY, seenBits } from '../kernels/cases/sampling.ts';
import { Bench, padRows } from '../kernels/kernel-case.ts';
import { softmax } from '../kernels/reference.ts';
import { ONE_TOKEN, runLaunches } from '../run-launches.ts';

const LOGITS = [2, 1.5, 1, 0.5, 0, -0.5, -1, 1, 0.2];
const BATCH = 100;
const STEPS = 20;
/** The 99.9th percentile of chi-square with 8 degrees of freedom: a right sampler fails one seed in a thousand. */
const CRITICAL = 26.12;

it('follows the softmax over sequences, steps and seeds', async () => {
  using gpu = await openGpu();
  const bench = new Bench(gpu, 'distribution');
  const vocab = LOGITS.length;
  const stride = 16;
  const settings = bench.output('settings', 8);
  const ids = bench.output('ids', BATCH);
  const rows = Array.from({ length: BATCH }, () => LOGITS).flat();
  const common = {
    scores: bench.buffer('scores', padRows(rows, BATCH, vocab, stride)),
    vocab,
    stride,
    noise: true,
    settings,
    best: bench.output('best', BATCH * ARGMAX_SLICES * 2),
    ids,
    seen: bench.buffer('seen', seenBits(Array(BATCH).fill([]), vocab)),
  };
  const counts = new Float64Array(vocab);
  const draws: string[] = [];
  for (let counter = 0; counter < STEPS; counter++) {
    // Half of the draws come from one seed, the others from one seed each step.
    const seed = counter < STEPS / 2 ? 42 : counter;
    gpu.queue.writeBuffer(settings, 0, samplingBytes({ ...GREEDY, sample: true, seed }));
    const size = { ...ONE_TOKEN, batch: BATCH, counter };
    await runLaunches(gpu, chooseToken(bench.target, { ...common, step: bench.step(size, undefined) }), size);
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
