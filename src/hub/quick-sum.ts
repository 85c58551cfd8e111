// A sum that notices when stored bytes come back changed, many times faster to make than a SHA-256. It shows accidents, not malice.

export const QUICK_SUM_BYTES = 16;

const PRIME = 0x9e3779b1 | 0;

const rotated = (x: number) => (x << 13) | (x >>> 19);

/** Takes two words into a sum. */
const mixed = (sum: number, first: number, second: number) => Math.imul(rotated(rotated(sum) ^ first) + second, PRIME);

/**
 * Four sums of 32 bits, each over every fourth word, left apart: two words, two rotations and one multiplication at a time. Every step can
 * be undone, so a single changed word always shows. Several changed words of one sum stay unseen about once in 2³² times, but more often
 * where one undoes the other: bit n of a word and bit n + 13 of the sum's next word, 16 bytes on, if one multiplication takes both; else the
 * top bit of a word and bit 12 of the next. Chunks that were stored with a sum made otherwise are fetched again.
 * @param bytes that begin on a word of their buffer.
 */
export function quickSum(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 32) * 8);
  let a = PRIME;
  let b = ~PRIME;
  let c = bytes.length | 0;
  let d = -PRIME | 0;
  for (let i = 0; i < words.length; i += 8) {
    a = mixed(a, words[i] as number, words[i + 4] as number);
    b = mixed(b, words[i + 1] as number, words[i + 5] as number);
    c = mixed(c, words[i + 2] as number, words[i + 6] as number);
    d = mixed(d, words[i + 3] as number, words[i + 7] as number);
  }
  for (let i = words.length * 4; i < bytes.length; i++) a = mixed(a, bytes[i] as number, 0);
  return new Uint8Array(Int32Array.of(a, b, c, d).buffer);
}
