// From logits to a token: penalty, temperature, top-k, top-p, min-p, the maximum with ties, noise.
import type { StepSize } from '../../../src/kernels/kernel.ts';
import {
  ARGMAX_SLICES,
  chooseToken,
  GREEDY,
  processLogits,
  type SamplingSettings,
  samplingBytes,
  seenWords,
} from '../../../src/kernels/sampling.ts';
import { alignUp } from '../../../src/tensor/dtype.ts';
import { type Bench, type KernelCase, type KernelSuite, padRows, TOLERANCE } from '../kernel-case.ts';
import * as reference from '../reference.ts';

function sizeOf(batch: number, counter = 0): StepSize {
  return { batch, tokens: 1, past: 0, kept: 1, splits: 1, capacity: 1, counter };
}

/** The set of seen tokens as the sampler keeps it. */
export function seenBits(seen: readonly (readonly number[])[], vocab: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(seen.length * seenWords(vocab));
  seen.forEach((tokens, sequence) => {
    for (const token of tokens) {
      const at = sequence * seenWords(vocab) + Math.floor(token / 32);
      words[at] = (words[at] as number) | (1 << (token % 32));
    }
  });
  return words;
}

/** Scores as numbers: what is removed becomes −∞. */
export function readScores(bytes: ArrayBuffer): Float32Array {
  return new Float32Array(bytes).map((score) => (score <= -2.9e38 ? Number.NEGATIVE_INFINITY : score));
}

interface ScoreCase {
  name: string;
  vocab: number;
  batch?: number;
  settings: Partial<SamplingSettings>;
  logits?: readonly number[];
  spread?: number;
  seen?: readonly number[];
}

function scoreCase({ name, vocab, batch = 1, settings, logits: given, spread = 8, seen = [] }: ScoreCase): KernelCase {
  return {
    name: `scores ${name}, ${batch}×${vocab}`,
    prepare(bench) {
      const all = { ...GREEDY, sample: true, ...settings };
      const logits = given ? Float32Array.from(given) : bench.floats(batch * vocab, spread);
      const stride = alignUp(vocab, 8);
      const scores = bench.output('scores', batch * stride);
      const expected = Array(batch * stride).fill(Number.NEGATIVE_INFINITY);
      for (let b = 0; b < batch; b++) {
        const row = logits.subarray(b * vocab, (b + 1) * vocab);
        reference.processLogits(row, new Set(seen), all).forEach((score, token) => {
          expected[b * stride + token] = score;
        });
      }
      return {
        launches: processLogits(bench.target, {
          settings: bench.buffer('settings', new Uint8Array(samplingBytes(all))),
          logits: bench.activation('logits', batch, vocab, logits),
          seen: bench.buffer('seen', seenBits(Array(batch).fill(seen), vocab)),
          scores,
        }),
        size: sizeOf(batch),
        expectations: [{ name: 'scores', buffer: scores, expected, read: readScores }],
      };
    },
  };
}

interface ChooseCase {
  name: string;
  /** [B][V] */
  logits: (bench: Bench) => number[][];
  /** Expected tokens, where they are not the first maximum. */
  tokens?: number[];
}

function chooseCase({ name, logits: make, tokens }: ChooseCase): KernelCase {
  return {
    name: `choose ${name}`,
    prepare(bench) {
      const rows = make(bench);
      const vocab = rows[0]?.length ?? 0;
      const stride = alignUp(vocab, 8);
      const chosen = tokens ?? rows.map((row) => row.indexOf(Math.max(...row)));
      const before = rows.map((_, b) => [b % vocab]);
      const ids = bench.output('ids', rows.length);
      const seen = bench.buffer('seen', seenBits(before, vocab));
      const padded = padRows(rows.flat(), rows.length, vocab, stride);
      // Padding columns of logits are zero and must never win.
      const size = sizeOf(rows.length);
      const seenAfter = seenBits(
        before.map((row, b) => [...row, chosen[b] as number]),
        vocab,
      );
      const seenWordsPadded = [...seenAfter, ...Array(alignUp(seenAfter.length, 4) - seenAfter.length).fill(0)];
      return {
        launches: chooseToken(bench.target, {
          scores: bench.buffer('scores', padded),
          vocab,
          stride,
          noise: false,
          settings: bench.buffer('settings', new Uint8Array(samplingBytes(GREEDY))),
          best: bench.output('best', rows.length * ARGMAX_SLICES * 2),
          ids,
          seen,
          step: bench.step(size, undefined),
        }),
        size,
        expectations: [
          {
            name: 'ids',
            buffer: ids,
            expected: chosen,
            read: (bytes) => new Uint32Array(bytes),
            tolerance: TOLERANCE.exact,
          },
          {
            name: 'seen',
            buffer: seen,
            expected: seenWordsPadded,
            read: (bytes) => new Uint32Array(bytes),
            tolerance: TOLERANCE.exact,
          },
        ],
      };
    },
  };
}

const TIED = [1, 3, 3, 3, 2, 0, -1, -1, 5, 5];

const SCORES: readonly ScoreCase[] = [
  { name: 'unchanged', vocab: 40, settings: {} },
  { name: 'of one token', vocab: 1, settings: { topK: 5, topP: 0.5, minP: 0.5 } },
  { name: 'temperature', vocab: 61, batch: 2, settings: { temperature: 0.3 } },
  { name: 'penalty', vocab: 40, batch: 3, settings: { repetitionPenalty: 1.7 }, seen: [0, 31, 32, 39] },
  { name: 'penalty below one', vocab: 40, settings: { repetitionPenalty: 0.5, temperature: 2 }, seen: [1, 2, 3] },
  ...[1, 2, 39, 1000].map((topK) => ({ name: `top-k ${topK}`, vocab: 40, settings: { topK } })),
  { name: 'top-k 3 with ties kept', vocab: 10, settings: { topK: 3 }, logits: TIED },
  ...[1e-6, 0.1, 0.9, 0.999].map((topP) => ({ name: `top-p ${topP}`, vocab: 77, batch: 2, settings: { topP } })),
  { name: 'top-p of equal logits', vocab: 16, settings: { topP: 0.5 }, logits: Array(16).fill(2) },
  { name: 'top-p of negative logits', vocab: 6, settings: { topP: 0.6 }, logits: [-50, -51, -49.5, -60, -49, -100] },
  ...[1e-3, 0.1, 1].map((minP) => ({ name: `min-p ${minP}`, vocab: 50, settings: { minP } })),
  {
    name: 'all together',
    vocab: 500,
    batch: 3,
    settings: { temperature: 0.8, repetitionPenalty: 1.1, topK: 40, topP: 0.85, minP: 0.02 },
    seen: [3, 77, 499],
  },
  { name: 'top-k then top-p', vocab: 200, settings: { topK: 10, topP: 0.7 }, spread: 3 },
  { name: 'of a larger vocabulary', vocab: 5003, settings: { topK: 50, topP: 0.95 }, spread: 5 },
  { name: 'of a flat distribution', vocab: 3000, settings: { topP: 0.5 }, spread: 0.01 },
];

const CHOOSE: readonly ChooseCase[] = [
  { name: 'the only token', logits: () => [[-3]] },
  { name: 'the first of equals', logits: () => [Array(10).fill(0)] },
  { name: 'ties to the lower id, within a slice and across slices', logits: () => [TIED, [...TIED].reverse()] },
  { name: 'negative logits over padding', logits: () => [[-5, -4, -6]] },
  { name: 'the last token', logits: () => [[...Array(998).fill(-1), 7]] },
  { name: 'random', logits: (bench) => [1, 2, 3].map(() => [...bench.floats(777)]) },
  {
    name: 'ties far apart',
    logits: () => [Array.from({ length: 40_000 }, (_, i) => (i === 999 || i === 20_003 || i === 39_999 ? 4 : i / 1e5))],
  },
  {
    name: 'infinities and NaN',
    logits: () => [
      [Number.NEGATIVE_INFINITY, -1e30, Number.NEGATIVE_INFINITY],
      [Number.NaN, 2, 1],
      [Number.NaN, Number.NaN, Number.NaN],
      [1, Number.POSITIVE_INFINITY, 2],
    ],
    tokens: [1, 1, 0, 1],
  },
];

export const SUITE: KernelSuite = {
  shaders: ['sampling/scale', 'sampling/truncate', 'sampling/argmax', 'sampling/choose'],
  cases: [...SCORES.map(scoreCase), ...CHOOSE.map(chooseCase)],
};
