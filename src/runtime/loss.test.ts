import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { causalLoss } from './loss.ts';
import { Tensor } from './tensor.ts';

const logits = (data: number[], dims: number[]) => new Tensor(Float32Array.from(data), dims);

describe('causalLoss', () => {
  // Two positions of three tokens; only the first is followed by a label.
  const two = logits([1, 2, 3, 9, 9, 9], [1, 2, 3]);

  it.each([
    [two, [[0, 2]], Math.log(Math.E ** -2 + Math.E ** -1 + 1)],
    [two, [[0, 0]], 2 + Math.log(Math.E ** -2 + Math.E ** -1 + 1)],
    [logits(Array(8).fill(0.3), [1, 4, 2]), [[0, 1, 0, 1]], Math.LN2],
    // −100 is left out of the mean.
    [logits([0, 0, 5, 0, 0, 0], [1, 3, 2]), [[1, -100, 1]], 5 + Math.log(1 + Math.exp(-5))],
    // Over all sequences together.
    [
      logits([0, 0, 0, 0, 5, 0, 0, 0], [2, 2, 2]),
      [
        [1, 1],
        [0, 0],
      ],
      (Math.LN2 + Math.log(1 + Math.exp(-5))) / 2,
    ],
    // Logits too large to exponentiate.
    [logits([1000, 0, 0, 0], [1, 2, 2]), [[0, 1]], 1000],
  ] as [Tensor, number[][], number][])('%#', (tensor, labels, expected) => {
    expect(causalLoss(tensor, labels)).toBeCloseTo(expected, 5);
  });

  it('is NaN where no label counts', () => {
    expect(causalLoss(two, [[1, -100]])).toBeNaN();
    expect(causalLoss(logits([1, 2], [1, 1, 2]), [[1]])).toBeNaN();
  });

  it.each([
    ['a label past the vocabulary', two, [[0, 3]]],
    ['a negative label', two, [[0, -1]]],
    ['fewer logits than labels', two, [[0, 1, 2]]],
  ])('refuses %s', (_, tensor, labels) => expect(() => causalLoss(tensor, labels)).toThrow(InputError));
});

describe('Tensor', () => {
  it('refuses data that does not fit its shape', () => {
    expect(() => logits([1, 2, 3], [2, 2])).toThrow(InputError);
    expect(logits([1], []).dims).toEqual([]);
  });
});
