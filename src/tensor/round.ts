// Rounds numbers to 16-bit floats and back, ties to even, on the CPU.

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

/** The nearest bfloat16. */
export function roundToBf16(value: number): number {
  floats[0] = value;
  const bits = words[0] as number;
  words[0] = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
  return floats[0] as number;
}

/** The nearest IEEE binary16; beyond its range, infinity. */
export function roundToF16(value: number): number {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || Number.isNaN(value)) return value;
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  const step = 2 ** (exponent - 10);
  const quotient = magnitude / step;
  const floor = Math.floor(quotient);
  const rest = quotient - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  const result = rounded * step;
  return Math.sign(value) * (result > 65_504 ? Number.POSITIVE_INFINITY : result);
}
