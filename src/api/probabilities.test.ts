import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import type { ProblemType } from '../models/model.ts';
import { logProbability, sigmoid, softmax } from './probabilities.ts';
import { labelCount, labelScores } from './text-classification.ts';

const close = (values: number[], expected: number[]) => {
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i] as number, 12);
  });
};

describe('scores', () => {
  it('softmax sums to 1, also of large logits', () => {
    close(softmax([1000, 1000 + Math.log(3)]), [0.25, 0.75]);
    close(softmax([Number.NEGATIVE_INFINITY, 0]), [0, 1]);
    expect(logProbability([1000, 1000 + Math.log(3)], 1)).toBeCloseTo(Math.log(0.75), 12);
  });

  it('sigmoid stays finite', () => {
    close([sigmoid(0), sigmoid(-1000), sigmoid(1000)], [0.5, 0, 1]);
  });
});

describe('labels', () => {
  const scores = (logits: number[], problemType?: ProblemType) =>
    labelScores(logits, { labels: ['a', 'b'], problemType, padTokenId: undefined });

  it('are a softmax, or sigmoids, or the logits, by problem type and number', () => {
    expect(scores([0, Math.log(3)]).map(({ label }) => label)).toEqual(['b', 'a']);
    close(
      scores([0, Math.log(3)]).map(({ score }) => score),
      [0.75, 0.25],
    );
    close(
      scores([0, Math.log(3)], 'multi_label_classification').map(({ score }) => score),
      [0.75, 0.5],
    );
    expect(scores([0]).map(({ score }) => score)).toEqual([0.5]);
    expect(scores([-2.5], 'regression')).toEqual([{ label: 'a', score: -2.5 }]);
  });

  it('are counted by top_k', () => {
    expect(labelCount(undefined)).toBe(1);
    expect(labelCount(null)).toBe(Number.POSITIVE_INFINITY);
    expect(() => labelCount(0)).toThrow(InputError);
  });
});
