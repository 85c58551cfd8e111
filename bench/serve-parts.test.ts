import { describe, expect, it } from 'vitest';
import { onePart, partsBytes, pieces } from './serve-parts.ts';

describe('pieces', () => {
  const parts = [
    onePart(Uint8Array.of(1, 2, 3)),
    { cycle: Uint8Array.of(10, 11, 12, 13), startAt: 3, sizeBytes: 7 },
    { cycle: Uint8Array.of(20, 21), startAt: 0, sizeBytes: 0 },
    onePart(Uint8Array.of(30)),
  ];
  const whole = [1, 2, 3, 13, 10, 11, 12, 13, 10, 11, 30];

  it('repeats each part from its place on', () => {
    expect(partsBytes(parts)).toBe(whole.length);
    expect([...pieces(parts, 0, whole.length)].flatMap((piece) => [...piece])).toEqual(whole);
  });

  it('gives any range', () => {
    for (let start = 0; start <= whole.length; start++) {
      for (let end = start; end <= whole.length; end++) {
        const bytes = [...pieces(parts, start, end)].flatMap((piece) => [...piece]);
        expect(bytes).toEqual(whole.slice(start, end));
      }
    }
  });
});
