import { describe, expect, it } from 'vitest';
import { matrix, paddedRows, pairedPlacement, placedRow, placementOf, vector, type WeightSpec } from './weights.ts';

const destinationRow = (spec: WeightSpec, index: number, row: number) => placedRow(placementOf(spec, index), row);
const sources = (...rows: number[]) => rows.map((count, i) => ({ tensor: `t${i}`, rows: count }));

describe('weights', () => {
  it.each([
    ['stack', [5], 8],
    ['stack', [8], 8],
    ['stack', [5, 4], 16],
    ['interleave', [5, 5], 16],
    ['interleave', [8, 8], 16],
    ['interleave', [9, 9], 32],
  ] as const)('%s of %j has %i padded rows', (arrangement, rows, expected) => {
    expect(paddedRows(matrix(sources(...rows), 10, { arrangement }))).toBe(expected);
  });

  it('places rows one after the other, or in turn', () => {
    const stacked = matrix(sources(3, 2, 4), 10);
    expect([0, 2].map((row) => destinationRow(stacked, 0, row))).toEqual([0, 2]);
    expect([0, 1].map((row) => destinationRow(stacked, 1, row))).toEqual([3, 4]);
    expect([0, 3].map((row) => destinationRow(stacked, 2, row))).toEqual([5, 8]);
    const pairs = vector(sources(3, 3), 'interleave');
    expect([0, 1, 2].map((row) => destinationRow(pairs, 0, row))).toEqual([0, 2, 4]);
    expect([0, 1, 2].map((row) => destinationRow(pairs, 1, row))).toEqual([1, 3, 5]);
  });

  it.each(['stack', 'interleave'] as const)('gives every row of a %s one place', (arrangement) => {
    const spec = matrix(sources(4, 4), 10, { arrangement });
    const rows = [0, 1].flatMap((index) => [0, 1, 2, 3].map((row) => destinationRow(spec, index, row)));
    expect(rows.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it.each(['stack', 'interleave'] as const)(
    'brings the halves of heads that come in turn together in a %s',
    (arrangement) => {
      const spec = matrix(sources(12, 12), 10, { arrangement });
      // Two heads of six: rows 0 3 1 4 2 5 of each.
      const place = pairedPlacement(placementOf(spec, 1), 6);
      const rows = Array.from({ length: 12 }, (_, row) => placedRow(place, row));
      expect(rows).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11].map((row) => destinationRow(spec, 1, row)));
    },
  );

  it('names a weight by its tensors', () => {
    expect(matrix(sources(1, 2), 4)).toMatchObject({ name: 't0 + t1', rows: 3, width: 4, role: 'linear' });
    expect(vector(sources(2, 2))).toMatchObject({ name: 't0 + t1', width: 4 });
  });
});
