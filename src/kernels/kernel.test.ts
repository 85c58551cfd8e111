import { describe, expect, it, vi } from 'vitest';
import { activationNumber } from './activation.ts';
import { decodeSplits, MAX_SPLITS } from './attention.ts';
import { foldGrid, type Grid, kernelLabel, rowsIndex, rowsOf, shapeSnippet } from './kernel.ts';
import { StepData, stepWords } from './step.ts';

describe('foldGrid', () => {
  it.each([1, 2, 65_535, 65_536, 65_537, 131_071, 1_000_003, 65_535 ** 2])('covers %i workgroups', (count) => {
    const grid: Grid = [0, 0, 0];
    foldGrid(grid, count, 3);
    const [x, y, z] = grid;
    expect(x * y).toBeGreaterThanOrEqual(count);
    // No whole line of workgroups for nothing.
    expect(x * (y - 1)).toBeLessThan(count);
    expect(Math.max(x, y)).toBeLessThanOrEqual(65_535);
    expect(z).toBe(3);
  });
});

describe('decodeSplits', () => {
  it.each([
    [0, 8, 1],
    [64, 8, 1],
    // One round each, two, three, and the new token's.
    [65, 8, 4],
    [256, 8, 9],
    [257, 8, 6],
    [768, 8, 13],
    [769, 8, 10],
    [4096, 8, 44],
    [1024, 2, 33],
    [1025, 2, 18],
    [768, 32, 13],
    [1e6, 8, MAX_SPLITS],
  ])('takes %i cached slots of %i heads with %i', (past, kvHeads, splits) => {
    expect(decodeSplits(past, kvHeads)).toBe(splits);
  });
});

describe('the step buffer', () => {
  it('lies as the shaders read it', () => {
    const size = { batch: 2, tokens: 3, past: 7, kept: 1, splits: 4, capacity: 20, counter: 9 };
    const data = new StepData(6, 2);
    data.setSize(size);
    data.setRope(1, 3, Float32Array.of(1, 0.5), 2);
    expect([...data.words.subarray(0, 8)]).toEqual([3, 7, 1, 9, 4, 20, 6, 2]);
    expect(data.words).toHaveLength(stepWords(6, 2));
    const floats = new Float32Array(data.words.buffer);
    const turns = [Math.cos(3), Math.sin(3), Math.cos(1.5), Math.sin(1.5)].map((turn) => Math.fround(2 * turn));
    expect([...floats.subarray(8 + 4, 8 + 8)]).toEqual(turns);
    for (const rows of ['tokens', 'kept'] as const) expect(data.words[rowsIndex(rows)]).toBe(rowsOf(size, rows));
  });
});

describe('rotary angles', () => {
  it('are those of the last position, frequencies and scaling', () => {
    const data = new StepData(2, 1);
    const floats = new Float32Array(data.words.buffer);
    const [one, half] = [Float32Array.of(1), Float32Array.of(0.5)];
    const cosine = vi.spyOn(Math, 'cos');
    for (const [row, position, inverse, scaling] of [
      [0, 3, one, 1],
      [1, 3, one, 1],
      [0, 5, one, 1],
      [0, 5, half, 1],
      [1, 3, half, 1],
      [1, 3, half, 2],
      [0, 5, half, 2],
    ] as const) {
      data.setRope(row, position, inverse, scaling);
      const angle = position * (inverse[0] as number);
      expect(floats[8 + 2 * row]).toBe(Math.fround(Math.cos(angle) * scaling));
      expect(floats[9 + 2 * row]).toBe(Math.fround(Math.sin(angle) * scaling));
    }
    cosine.mockClear();
    data.setRope(1, 3, half, 2);
    expect(cosine).not.toHaveBeenCalled();
    cosine.mockRestore();
  });
});

describe('labels and snippets', () => {
  it('name kernel, variant and knobs', () => {
    expect(kernelLabel('a/b', { K: 1, N: 2 }, 'f16', 'shared')).toBe('a/b:f16 shared K=1 N=2');
    expect(shapeSnippet({ H: 4, D: 8 })).toBe('const H = 4u;\nconst D = 8u;');
    expect(activationNumber(undefined)).toBe(0);
  });
});
