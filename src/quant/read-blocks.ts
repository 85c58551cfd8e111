// Reads the blocks of GGUF files as rows of intab's own formats. A part by itself: few pages load such files.
// Layouts as in ggml's ggml-common.h and dequantize_row_* of ggml-quants.c.
import { f16ToF32 } from '../tensor/half.ts';
import { type QuantFormat, rowWords, zeroPoint } from './format.ts';
import { type BlockType, blockBytes, blockFormat, blockWeights } from './gguf-blocks.ts';
import { packRow, type QuantRow } from './packed.ts';

type OffsetRow = QuantRow & { offsets: Float32Array };

/** Reads the block at byte `at` into a row, from weight `first` on. Scales and offsets are exact. */
type BlockReader = (bytes: DataView, at: number, row: OffsetRow, first: number) => void;

const halfAt = (bytes: DataView, at: number) => f16ToF32(bytes.getUint16(at, true));

/** Q4_0, Q4_1, Q5_0, Q5_1: a scale, an offset or none, the fifth bits of all weights or none, then two weights a byte, 16 apart. */
function halvesOf32(type: BlockType, bits: 4 | 5, hasOffset: boolean): BlockReader {
  const highAt = hasOffset ? 4 : 2;
  const lowAt = highAt + (bits === 5 ? 4 : 0);
  const shift = hasOffset ? 0 : zeroPoint(blockFormat(type)) - 2 ** (bits - 1);
  return (bytes, at, { quants, scales, offsets }, first) => {
    scales[first / 32] = halfAt(bytes, at);
    if (hasOffset) offsets[first / 32] = halfAt(bytes, at + 2);
    const high = bits === 5 ? bytes.getUint32(at + highAt, true) : 0;
    for (let i = 0; i < 16; i++) {
      const byte = bytes.getUint8(at + lowAt + i);
      quants[first + i] = ((byte & 15) | (((high >>> i) & 1) << 4)) + shift;
      quants[first + i + 16] = ((byte >> 4) | (((high >>> (i + 16)) & 1) << 4)) + shift;
    }
  };
}

/** The six bits of scale and of offset of each of eight groups, in 12 bytes. */
function readScales(bytes: DataView, at: number, { scales, offsets }: OffsetRow, first: number): void {
  const scale = halfAt(bytes, at);
  const offset = -halfAt(bytes, at + 2);
  for (let g = 0; g < 8; g++) {
    const a = bytes.getUint8(at + 4 + (g % 4));
    const b = bytes.getUint8(at + 8 + (g % 4));
    const c = bytes.getUint8(at + 12 + (g % 4));
    scales[first / 32 + g] = scale * (g < 4 ? a & 63 : (c & 15) | ((a >> 6) << 4));
    offsets[first / 32 + g] = offset * (g < 4 ? b & 63 : (c >> 4) | ((b >> 6) << 4));
  }
}

const Q4_K: BlockReader = (bytes, at, row, first) => {
  readScales(bytes, at, row, first);
  for (let i = 0; i < 128; i++) {
    const byte = bytes.getUint8(at + 16 + i);
    const place = first + (i >> 5) * 64 + (i & 31);
    row.quants[place] = byte & 15;
    row.quants[place + 32] = byte >> 4;
  }
};

const Q5_K: BlockReader = (bytes, at, row, first) => {
  readScales(bytes, at, row, first);
  for (let i = 0; i < 128; i++) {
    const byte = bytes.getUint8(at + 48 + i);
    const high = bytes.getUint8(at + 16 + (i & 31)) >> (2 * (i >> 5));
    const place = first + (i >> 5) * 64 + (i & 31);
    row.quants[place] = (byte & 15) | ((high & 1) << 4);
    row.quants[place + 32] = (byte >> 4) | ((high & 2) << 3);
  }
};

const Q6_K: BlockReader = (bytes, at, { quants, scales }, first) => {
  const scale = halfAt(bytes, at + 208);
  for (let g = 0; g < 16; g++) scales[first / 16 + g] = scale * bytes.getInt8(at + 192 + g);
  for (let half = 0; half < 2; half++) {
    for (let i = 0; i < 32; i++) {
      const a = bytes.getUint8(at + half * 64 + i);
      const b = bytes.getUint8(at + half * 64 + 32 + i);
      const high = bytes.getUint8(at + 128 + half * 32 + i);
      const place = first + half * 128 + i;
      // 32 stands for zero here, 128 in a row of 8 bits.
      quants[place] = 96 + ((a & 15) | ((high & 3) << 4));
      quants[place + 32] = 96 + ((b & 15) | ((high & 12) << 2));
      quants[place + 64] = 96 + ((a >> 4) | (high & 48));
      quants[place + 96] = 96 + ((b >> 4) | ((high & 192) >> 2));
    }
  }
};

const Q8_0: BlockReader = (bytes, at, { quants, scales }, first) => {
  scales[first / 32] = halfAt(bytes, at);
  for (let i = 0; i < 32; i++) quants[first + i] = bytes.getInt8(at + 2 + i) + 128;
};

const READERS: Record<BlockType, BlockReader> = {
  Q4_0: halvesOf32('Q4_0', 4, false),
  Q4_1: halvesOf32('Q4_1', 4, true),
  Q5_0: halvesOf32('Q5_0', 5, false),
  Q5_1: halvesOf32('Q5_1', 5, true),
  Q8_0,
  Q4_K,
  Q5_K,
  Q6_K,
};

/** `count` weights of a tensor, from its bytes at `at` on. */
export function readBlocks(type: BlockType, bytes: DataView, at: number, count: number): QuantRow {
  const format = blockFormat(type);
  const weights = blockWeights(type);
  const groups = count / format.group;
  const row = {
    quants: new Uint8Array(count),
    scales: new Float32Array(groups),
    offsets: new Float32Array(format.asymmetric ? groups : 0),
  };
  const read = READERS[type];
  for (let first = 0; first < count; first += weights) read(bytes, at + blockBytes(type, first), row, first);
  return row;
}

/** The weights of a row, exactly. */
export function dequantizeRow(format: QuantFormat, { quants, scales, offsets }: QuantRow): Float32Array<ArrayBuffer> {
  const zero = zeroPoint(format);
  const weights = new Float32Array(quants.length);
  for (let group = 0; group < scales.length; group++) {
    const scale = scales[group] as number;
    const offset = format.asymmetric ? ((offsets as Float32Array)[group] as number) : 0;
    const end = (group + 1) * format.group;
    for (let i = end - format.group; i < end; i++) weights[i] = ((quants[i] as number) - zero) * scale + offset;
  }
  return weights;
}

/**
 * Packs a row of blocks as rows of `width` weights, one after the other.
 * @param format holds the blocks, as `canHold` says
 * @returns the largest magnitude of a scale or offset, which f16 may not hold
 */
export function packBlocks(
  type: BlockType,
  row: QuantRow,
  format: QuantFormat,
  width: number,
  into: Uint32Array,
): number {
  const own = blockFormat(type);
  const isOwn = own.bits === format.bits && own.group === format.group && own.asymmetric === format.asymmetric;
  const { quants, scales, offsets } = isOwn ? row : widenRow(own, format, row);
  const groups = width / format.group;
  for (let i = 0; i < quants.length / width; i++) {
    const part = (values: Float32Array) => values.subarray(i * groups, (i + 1) * groups);
    packRow(
      format,
      { quants: quants.subarray(i * width, (i + 1) * width), scales: part(scales), offsets: offsets && part(offsets) },
      into,
      i * rowWords(format, width),
    );
  }
  return Math.max(largestMagnitude(scales), offsets ? largestMagnitude(offsets) : 0);
}

function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** A row in a wider format: the same weights, as zero points are powers of two. */
export function widenRow(from: QuantFormat, to: QuantFormat, row: QuantRow): QuantRow {
  const copies = from.group / to.group;
  const repeat = (values: Float32Array, times = 1) =>
    Float32Array.from({ length: values.length * copies }, (_, i) => times * (values[Math.floor(i / copies)] as number));
  const shift = to.asymmetric ? 0 : zeroPoint(to) - zeroPoint(from);
  return {
    quants: shift === 0 ? row.quants : row.quants.map((quant) => quant + shift),
    scales: copies === 1 ? row.scales : repeat(row.scales),
    offsets:
      to.asymmetric && !from.asymmetric ? repeat(row.scales, -zeroPoint(from)) : row.offsets && repeat(row.offsets),
  };
}
