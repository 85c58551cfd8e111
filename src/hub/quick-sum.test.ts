import { describe, expect, it } from 'vitest';
import { QUICK_SUM_BYTES, quickSum } from './quick-sum.ts';
import { hexOf } from './sha256.ts';

const random = (length: number) => {
  let state = length + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
};

describe('quickSum', () => {
  it('is what xxHash32 holds before it joins its four sums', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => 255 - 7 * i);
    // The published rounds, in integers without end; the third sum starts with the length in place of the seed.
    const rounds = (lane: number, seed: number) => {
      let sum = BigInt(seed);
      for (const block of [0, 16]) {
        const word = new DataView(bytes.buffer).getUint32(block + 4 * lane, true);
        sum = BigInt.asUintN(32, sum + BigInt(word) * 0x85ebca77n);
        sum = BigInt.asUintN(32, (sum << 13n) | (sum >> 19n));
        sum = BigInt.asUintN(32, sum * 0x9e3779b1n);
      }
      return Number(sum);
    };
    const sums = new Uint32Array(quickSum(bytes).buffer);
    expect([...sums]).toEqual([
      rounds(0, (0x9e3779b1 + 0x85ebca77) >>> 0),
      rounds(1, 0x85ebca77),
      rounds(2, 32),
      rounds(3, -0x9e3779b1 >>> 0),
    ]);
  });

  it('notices each single bit, wherever it is', () => {
    for (const length of [1, 15, 16, 17, 40, 67]) {
      const bytes = random(length);
      const sums = new Set([hexOf(quickSum(bytes))]);
      for (let bit = 0; bit < 8 * length; bit++) {
        const changed = bytes.slice();
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
        sums.add(hexOf(quickSum(changed)));
      }
      expect(sums.size).toBe(8 * length + 1);
    }
  });

  it('notices lost, added and exchanged bytes, and zeros', () => {
    const bytes = random(64);
    const swapped = bytes.slice();
    swapped.copyWithin(0, 16, 32);
    swapped.set(bytes.subarray(0, 16), 16);
    const variants = [bytes, swapped, bytes.slice(0, 48), bytes.slice(0, 63), new Uint8Array(64), new Uint8Array(48)];
    expect(new Set(variants.map((variant) => hexOf(quickSum(variant)))).size).toBe(variants.length);
    expect(quickSum(bytes).length).toBe(QUICK_SUM_BYTES);
  });
});
