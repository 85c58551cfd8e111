import { describe, expect, it } from 'vitest';
import { bf16ToF32, f16ToF32 } from './half.ts';
import { roundToBf16, roundToF16 } from './round.ts';

const FINITE_F16 = Array.from({ length: 0x7c00 }, (_, bits) => f16ToF32(bits));

describe('roundToF16', () => {
  it('keeps every f16, and takes halves between two of them to the even one', () => {
    FINITE_F16.forEach((value, bits) => {
      const next = FINITE_F16[bits + 1];
      if (roundToF16(value) !== value || roundToF16(-value) !== -value) throw new Error(`${value} moved`);
      if (next === undefined) return;
      const even = bits % 2 === 0 ? value : next;
      if (roundToF16((value + next) / 2) !== even) throw new Error(`${(value + next) / 2} went the wrong way`);
      if (roundToF16(value * 0.75 + next * 0.25) !== value) throw new Error(`just above ${value}`);
    });
  });

  it.each([
    [65_519, 65_504],
    [65_520, Number.POSITIVE_INFINITY],
    [-1e9, Number.NEGATIVE_INFINITY],
    [2 ** -25, 0],
    [2 ** -25 * 1.01, 2 ** -24],
    [0, 0],
    [-0, -0],
    [Number.NaN, Number.NaN],
  ])('%d → %d', (value, expected) => expect(roundToF16(value)).toBe(expected));
});

describe('roundToBf16', () => {
  it('keeps bfloat16 and rounds halves to even', () => {
    for (let bits = 0; bits < 0x7f80; bits++) {
      const value = bf16ToF32(bits);
      const next = bf16ToF32(bits + 1);
      if (roundToBf16(value) !== value) throw new Error(`${value} moved`);
      const middle = value / 2 + next / 2;
      if (bits > 0x80 && bits < 0x7f7f && roundToBf16(middle) !== (bits % 2 === 0 ? value : next)) {
        throw new Error(`${middle} went the wrong way`);
      }
    }
  });

  it.each([
    [1 + 2 ** -9, 1],
    [3.4e38, Number.POSITIVE_INFINITY],
    [-1.00390625, -1],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [-0, -0],
  ])('%d → %d', (value, expected) => expect(roundToBf16(value)).toBe(expected));
});
