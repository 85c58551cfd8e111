// A sum that notices when stored bytes come back changed, a few times faster to make than a SHA-256. It shows accidents, not malice.

export const QUICK_SUM_BYTES = 16;

const PRIME_1 = 0x9e3779b1 | 0;
const PRIME_2 = 0x85ebca77 | 0;

const rotated = (x: number) => (x << 13) | (x >>> 19);

/**
 * Four sums of 32 bits, each over every fourth word: the rounds of xxHash32 (https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md),
 * the sums left apart. As a round can be undone, two buffers that differ in one word of a sum never have the same.
 * @param bytes that begin on a word of their buffer.
 */
export function quickSum(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 16) * 4);
  let a = (PRIME_1 + PRIME_2) | 0;
  let b = PRIME_2;
  let c = bytes.length | 0;
  let d = -PRIME_1 | 0;
  for (let i = 0; i < words.length; i += 4) {
    a = Math.imul(rotated((a + Math.imul(words[i] as number, PRIME_2)) | 0), PRIME_1);
    b = Math.imul(rotated((b + Math.imul(words[i + 1] as number, PRIME_2)) | 0), PRIME_1);
    c = Math.imul(rotated((c + Math.imul(words[i + 2] as number, PRIME_2)) | 0), PRIME_1);
    d = Math.imul(rotated((d + Math.imul(words[i + 3] as number, PRIME_2)) | 0), PRIME_1);
  }
  for (let i = words.byteLength; i < bytes.length; i++) {
    a = Math.imul(rotated((a + Math.imul(bytes[i] as number, PRIME_2)) | 0), PRIME_1);
  }
  return new Uint8Array(Int32Array.of(a, b, c, d).buffer);
}
