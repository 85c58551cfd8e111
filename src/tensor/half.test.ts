import { describe, expect, it } from 'vitest';
import { f16Bits, f16ToF32 } from './half.ts';
import { roundToF16 } from './round.ts';

describe('f16', () => {
  it('goes to a number as its definition says, and back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const [exponent, fraction] = [(bits >> 10) & 31, (bits & 0x3ff) / 1024];
      const sign = bits >> 15 ? -1 : 1;
      const expected =
        exponent === 31
          ? fraction === 0
            ? sign * Number.POSITIVE_INFINITY
            : Number.NaN
          : sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
      const value = f16ToF32(bits);
      if (!Object.is(value, expected)) throw new Error(`${bits} became ${value}, not ${expected}`);
      if (!Number.isNaN(value) && f16Bits(value) !== bits) throw new Error(`${value} became ${f16Bits(value)}`);
    }
  });

  it('takes numbers between two to the nearest, halves to the even one', () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      const value = f16ToF32(bits);
      const next = bits === 0x7bff ? 65_536 : f16ToF32(bits + 1);
      for (const part of [0.25, 0.5, 0.75, 0.5 + 2 ** -12, 0.5 - 2 ** -12]) {
        const between = value + (next - value) * part;
        const expected = roundToF16(Math.fround(between));
        if (f16ToF32(f16Bits(between)) !== expected) throw new Error(`${between} became ${f16Bits(between)}`);
        if (f16ToF32(f16Bits(-between)) !== -expected) throw new Error(`-${between}`);
      }
    }
  });

  it.each([
    [1e9, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
    [-0, 0x8000],
    [2 ** -40, 0],
  ])('takes %d to %d', (value, bits) => expect(f16Bits(value)).toBe(bits));
});
