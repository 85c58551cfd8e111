// The reference's logits processors: the same tokens removed, the same scores for the rest.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { readBuffer } from '../../src/gpu/read-back.ts';
import { GREEDY, processLogits, type SamplingSettings, samplingBytes } from '../../src/kernels/sampling.ts';
import cases from '../fixtures/text/logits_processors.json';
import { readScores, seenBits } from '../kernels/cases/sampling.ts';
import { Bench } from '../kernels/kernel-case.ts';
import { ONE_TOKEN, runLaunches } from '../run-launches.ts';

interface ProcessorCase {
  processor: string;
  params: Record<string, unknown>;
  /** [B][T] */
  input_ids: number[][];
  /** [B][V]; null is −∞ */
  logits: (number | null)[][];
  expected: (number | null)[][];
}

/** The processors intab has, and their settings. */
const SETTINGS: Record<string, (params: Record<string, number>) => Partial<SamplingSettings>> = {
  temperature: ({ temperature }) => ({ temperature }),
  top_k: ({ top_k }) => ({ topK: top_k }),
  top_p: ({ top_p }) => ({ topP: top_p }),
  min_p: ({ min_p }) => ({ minP: min_p }),
  repetition_penalty: ({ repetition_penalty }) => ({ repetitionPenalty: repetition_penalty }),
};
/** The reference has these too; intab does not. */
const ABSENT = ['typical_p', 'epsilon_cutoff', 'no_repeat_ngram_size', 'suppress_tokens'];
/** f32 on both sides, one or two operations apart. */
const TOLERANCE = 1e-6;

const CASES = cases as ProcessorCase[];
const numbers = (rows: (number | null)[][]) => rows.map((row) => row.map((value) => value ?? Number.NEGATIVE_INFINITY));

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

it('knows every processor of the file', () => {
  expect(CASES.map(({ processor }) => processor).sort()).toEqual([...Object.keys(SETTINGS), ...ABSENT].sort());
});

it.each(CASES.filter(({ processor }) => processor in SETTINGS).map((each) => [each.processor, each] as const))(
  '%s',
  async (name, { processor, params, input_ids, logits, expected }) => {
    const bench = new Bench(gpu, name);
    try {
      const rows = numbers(logits);
      const vocab = rows[0]?.length ?? 0;
      const settings = { ...GREEDY, sample: true, ...SETTINGS[processor]?.(params as Record<string, number>) };
      const activation = bench.activation('logits', rows.length, vocab, Float32Array.from(rows.flat()));
      const scores = bench.output('scores', rows.length * activation.stride);
      const launches = processLogits(bench.target, {
        settings: bench.buffer('settings', new Uint8Array(samplingBytes(settings))),
        logits: activation,
        seen: bench.buffer('seen', seenBits(input_ids, vocab)),
        scores,
      });
      await runLaunches(gpu, launches, { ...ONE_TOKEN, batch: rows.length });
      const actual = readScores(await readBuffer(gpu, scores));
      numbers(expected).forEach((row, b) => {
        const ours = [...actual.subarray(b * activation.stride, b * activation.stride + vocab)];
        const removed = (scoresOfRow: number[]) =>
          scoresOfRow.flatMap((score, id) => (Number.isFinite(score) ? [] : [id]));
        expect(removed(ours)).toEqual(removed(row));
        row.forEach((score, id) => {
          if (Number.isFinite(score))
            expect(Math.abs((ours[id] as number) - score)).toBeLessThanOrEqual(TOLERANCE * 10);
        });
      });
    } finally {
      bench.dispose();
    }
  },
);
