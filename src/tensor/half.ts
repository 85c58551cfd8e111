// Bits of 16-bit floats to numbers and back on the host (Float16Array is not in every browser yet).

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

/** IEEE binary16 bits to a number. */
export function f16ToF32(bits: number): number {
  const magnitude = bits & 0x7fff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (magnitude < 0x400) return sign * magnitude * 2 ** -24;
  // The exponent's bias grows from 15 to 127; infinity and NaN keep all its bits.
  words[0] = (magnitude + (magnitude < 0x7c00 ? 0x1c000 : 0x38000)) << 13;
  return sign * (floats[0] as number);
}

/** The bits of the nearest IEEE binary16, ties to even; beyond its range, infinity. */
export function f16Bits(value: number): number {
  floats[0] = value;
  const bits = words[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  // Below 2^-14 adding 1/2 leaves the number of steps of 2^-24 in the low bits, rounded.
  if (magnitude < 0x38800000) {
    words[0] = magnitude;
    floats[0] = (floats[0] as number) + 0.5;
    return sign | ((words[0] as number) - 0x3f000000);
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

/** bfloat16 bits to a number. */
export function bf16ToF32(bits: number): number {
  words[0] = bits << 16;
  return floats[0] as number;
}
