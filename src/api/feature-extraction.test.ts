import { describe, expect, it } from 'vitest';
import { Tensor } from '../runtime/tensor.ts';
import { normalizeRows, pool } from './feature-extraction.ts';

const STATES = Float32Array.of(1, 2, 3, 6, 5, 1);

describe('pooling', () => {
  it('leaves, averages, or takes the last', () => {
    expect([...pool(STATES, 2, 'none')]).toEqual([...STATES]);
    expect([...pool(STATES, 2, 'mean')]).toEqual([3, 3]);
    expect([...pool(STATES, 2, 'last_token')]).toEqual([5, 1]);
  });

  it('normalises each row and leaves zeros', () => {
    const rows = [...normalizeRows(Float32Array.of(3, 4, 0, 0), 2)];
    expect(rows.map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8, 0, 0]);
  });
});

it('a tensor gives nested lists', () => {
  expect(new Tensor(STATES, [3, 2]).tolist()).toEqual([
    [1, 2],
    [3, 6],
    [5, 1],
  ]);
  expect(new Tensor(STATES, [6]).tolist()).toEqual([...STATES]);
});
