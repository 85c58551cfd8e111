// Rows of quantised weights in the layout of the GPU's buffers, one row at a time: its quants, then its scales. Also the CPU reference
// of shaders/lib/weights_quant.wgsl.
import { f16Bits, f16ToF32 } from '../tensor/half.ts';
import { type QuantFormat, quantWords, rowWords, zeroPoint } from './format.ts';

/** One row, not yet packed. */
export interface QuantRow {
  /** [width] integers. */
  quants: Uint8Array;
  /** [width / group], of which f16 keeps the nearest. */
  scales: Float32Array;
  /** [width / group], of asymmetric rows. */
  offsets?: Float32Array | undefined;
}

/**
 * Packs a row. Eight weights of 4 bits make a word: the first four its low nibbles, byte by byte, the others its high ones. Four of
 * 8 bits make a word in order.
 */
export function packRow(format: QuantFormat, { quants, scales, offsets }: QuantRow, into: Uint32Array, at = 0): void {
  const width = quants.length;
  const words = quantWords(format, width);
  const bytes = new Uint8Array(into.buffer, into.byteOffset + at * 4, words * 4);
  if (format.bits === 8) bytes.set(quants);
  else {
    for (let i = 0; i < width; i += 8) {
      for (let j = i; j < i + 4; j++) bytes[j - i / 2] = (quants[j] as number) | ((quants[j + 4] as number) << 4);
    }
  }
  const halves = new Uint16Array(
    into.buffer,
    into.byteOffset + (at + words) * 4,
    (rowWords(format, width) - words) * 2,
  );
  for (let group = 0; group < scales.length; group++) {
    const scale = f16Bits(scales[group] as number);
    if (format.asymmetric) {
      halves[2 * group] = scale;
      halves[2 * group + 1] = f16Bits(offsets?.[group] ?? 0);
    } else halves[group] = scale;
  }
}

/** The weights of a packed row. */
export function unpackRow(format: QuantFormat, width: number, words: Uint32Array, at = 0): Float32Array {
  const quants = quantWords(format, width);
  const halves = new Uint16Array(words.buffer, words.byteOffset + (at + quants) * 4);
  const zero = zeroPoint(format);
  return Float32Array.from({ length: width }, (_, i) => {
    const group = Math.floor(i / format.group);
    const scale = f16ToF32(halves[format.asymmetric ? 2 * group : group] as number);
    const offset = format.asymmetric ? f16ToF32(halves[2 * group + 1] as number) : 0;
    return (quantAt(format, words, at, i) - zero) * scale + offset;
  });
}

function quantAt({ bits }: QuantFormat, words: Uint32Array, at: number, i: number): number {
  if (bits === 8) return ((words[at + (i >> 2)] as number) >>> (8 * (i & 3))) & 0xff;
  return ((words[at + (i >> 3)] as number) >>> (8 * (i & 3) + (i & 4))) & 0xf;
}

/** Packed rows of one width as they lie in a buffer: all quants, then all scales. */
export function joinRows(format: QuantFormat, width: number, rows: readonly Uint32Array[]): Uint32Array<ArrayBuffer> {
  const quants = quantWords(format, width);
  const all = rowWords(format, width);
  const words = new Uint32Array(rows.length * all);
  rows.forEach((row, i) => {
    words.set(row.subarray(0, quants), i * quants);
    words.set(row.subarray(quants, all), rows.length * quants + i * (all - quants));
  });
  return words;
}

/** The rows of a buffer that {@link joinRows} made. */
export function splitRows(format: QuantFormat, width: number, words: Uint32Array): Uint32Array[] {
  const quants = quantWords(format, width);
  const all = rowWords(format, width);
  const count = words.length / all;
  return Array.from({ length: count }, (_, i) => {
    const row = new Uint32Array(all);
    row.set(words.subarray(i * quants, (i + 1) * quants));
    row.set(words.subarray(count * quants + i * (all - quants), count * quants + (i + 1) * (all - quants)), quants);
    return row;
  });
}
