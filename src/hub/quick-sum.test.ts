import { describe, expect, it } from 'vitest';
import { QUICK_SUM_BYTES, quickSum } from './quick-sum.ts';
import { hexOf } from './sha256.ts';

/** Random numbers below a bound, the same in every run. */
function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const randomBytes = (length: number) => {
  const next = randomNumbers(length);
  return Uint8Array.from({ length }, () => next(256));
};

const sumOf = (bytes: Uint8Array<ArrayBuffer>) => hexOf(quickSum(bytes));

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
}

describe('quickSum', () => {
  it('is four sums, each of every fourth word and two words to a multiplication', () => {
    const bytes = randomBytes(64);
    const view = new DataView(bytes.buffer);
    // In integers without end.
    const rotated = (x: bigint) => BigInt.asUintN(32, (x << 13n) | (x >> 19n));
    const prime = 0x9e3779b1n;
    const sums = [prime, ~prime, 64n, -prime].map((seed, lane) => {
      let sum = BigInt.asUintN(32, seed);
      for (const row of [0, 32]) {
        const [first, second] = [view.getUint32(row + 4 * lane, true), view.getUint32(row + 16 + 4 * lane, true)];
        sum = BigInt.asUintN(32, (rotated(rotated(sum) ^ BigInt(first)) + BigInt(second)) * prime);
      }
      return Number(sum);
    });
    expect([...new Uint32Array(quickSum(bytes).buffer)]).toEqual(sums);
    expect(quickSum(bytes).length).toBe(QUICK_SUM_BYTES);
  });

  it('notices each single bit, wherever it is', () => {
    for (const length of [1, 15, 16, 17, 31, 32, 33, 67, 160]) {
      const bytes = randomBytes(length);
      const sum = sumOf(bytes);
      for (let bit = 0; bit < 8 * length; bit++) {
        const changed = bytes.slice();
        flip(changed, bit);
        expect(sumOf(changed), `bit ${bit} of ${length} bytes`).not.toBe(sum);
      }
    }
  });

  it('notices pairs of flipped bits, of the same bit of two words too', () => {
    const bytes = randomBytes(4096);
    const sum = sumOf(bytes);
    const next = randomNumbers(1);
    const isNoticed = (one: number, other: number) => {
      const changed = bytes.slice();
      flip(changed, one);
      flip(changed, other);
      return sumOf(changed) !== sum;
    };
    const words = bytes.length / 4;
    for (let n = 0; n < 2000; n++) {
      const one = next(words);
      const other = (one + 1 + next(words - 1)) % words;
      expect(isNoticed(32 * one + 31, 32 * other + 31), `top bits of words ${one} and ${other}`).toBe(true);
      const [bit, otherBit] = [next(32), next(32)];
      expect(isNoticed(32 * one + bit, 32 * other + otherBit), `${one}.${bit} and ${other}.${otherBit}`).toBe(true);
    }
    for (let word = 0; word < words - 8; word++) {
      for (let distance = 1; distance <= 8; distance++) {
        expect(isNoticed(32 * word + 31, 32 * (word + distance) + 31), `${word}, ${distance}`).toBe(true);
      }
    }
  });

  it('notices a bit that is flipped in every word of a stretch', () => {
    const bytes = randomBytes(512);
    const sum = sumOf(bytes);
    for (let bit = 0; bit < 32; bit++) {
      for (let from = 0; from < 128; from += 4) {
        for (let to = from + 4; to <= 128; to += 4) {
          const changed = bytes.slice();
          for (let word = from; word < to; word++) flip(changed, 32 * word + bit);
          expect(sumOf(changed), `bit ${bit} of words ${from} to ${to}`).not.toBe(sum);
        }
      }
    }
  });

  it('notices blocks that are exchanged, doubled, zero or missing, and data that moved', () => {
    for (const bytes of [randomBytes(4096), randomBytes(4100), randomBytes(4099)]) {
      const variants = [bytes];
      for (const block of [4, 8, 16, 32, 64, 512]) {
        for (let at = 0; at + 2 * block <= 2048; at += block) {
          const exchanged = bytes.slice();
          exchanged.copyWithin(at, at + block, at + 2 * block);
          exchanged.set(bytes.subarray(at, at + block), at + block);
          const doubled = bytes.slice();
          doubled.copyWithin(at + block, at, at + block);
          variants.push(exchanged, doubled, bytes.slice().fill(0, at, at + block));
        }
        const moved = new Uint8Array(bytes.length);
        moved.set(bytes.subarray(0, -block), block);
        const turned = moved.slice();
        turned.set(bytes.subarray(-block));
        variants.push(moved, turned, bytes.slice(block), bytes.slice(0, -block));
      }
      for (let lost = 1; lost < 4; lost++) variants.push(bytes.slice(0, -lost));
      for (let added = 1; added <= 64; added++) {
        const longer = new Uint8Array(bytes.length + added);
        longer.set(bytes);
        variants.push(longer);
      }
      expect(new Set(variants.map(sumOf)).size).toBe(variants.length);
    }
  });

  it('tells zeros by their number', () => {
    const sums = Array.from({ length: 300 }, (_, length) => sumOf(new Uint8Array(length)));
    expect(new Set(sums).size).toBe(sums.length);
  });
});
