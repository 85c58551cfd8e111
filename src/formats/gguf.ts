// The header of a GGUF file: bytes in, metadata and a checked list of tensors out. Follows ggml's docs/gguf.md, versions 2 and 3;
// reads no tensor data. A malformed header gives a FormatError that names the file and, where there is one, the key or tensor.
import { FormatError, UnsupportedError } from '../errors.ts';
import { BLOCK_TYPES, type BlockType, blockBytes, blockWeights, isBlockType } from '../quant/gguf-blocks.ts';
import { alignUp, elementCount } from '../tensor/dtype.ts';
import type { JsonObject } from './json.ts';
import { quoteName, type TensorEntry } from './safetensors.ts';

export interface GgufHeader {
  /** Values by key. Integers beyond 2^53 are bigints. */
  metadata: JsonObject;
  /** Names and shapes as in the file, shapes with the longest stride first; sorted by offset. */
  tensors: TensorEntry[];
}

/** Numbers of ggml's types that intab reads. */
const PLAIN_TYPES = { 0: 'F32', 1: 'F16', 30: 'BF16' } as const;
const TYPE_NAMES: Readonly<Record<number, TensorEntry['dtype']>> = {
  ...PLAIN_TYPES,
  2: 'Q4_0',
  3: 'Q4_1',
  6: 'Q5_0',
  7: 'Q5_1',
  8: 'Q8_0',
  12: 'Q4_K',
  13: 'Q5_K',
  14: 'Q6_K',
};
/** Names of the others, for messages. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  10: 'Q2_K',
  11: 'Q3_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

/** Longer headers are refused: those of large vocabularies take about 16 MiB. */
export const MAX_GGUF_HEADER_BYTES = 256 * 2 ** 20;
const MAX_DIMS = 4;
const MAX_NESTING = 4;
const DOWNLOAD_AGAIN = 'download the file again; if that does not help, the file itself is damaged';

/**
 * Parses a header.
 * @param bytes the file from its start, at least 24 bytes unless it is shorter.
 * @param fileSizeBytes size of the whole file where known; then its tensors must lie within.
 * @returns undefined where the header goes on after `bytes`.
 * @throws {FormatError} it is malformed. {UnsupportedError} another version, byte order or tensor type, by name.
 */
export function parseGgufHeader(
  bytes: Uint8Array,
  file: string,
  fileSizeBytes: number | undefined,
): GgufHeader | undefined {
  const reader = new Reader(bytes, file, fileSizeBytes);
  try {
    return readHeader(reader, file, fileSizeBytes);
  } catch (error) {
    if (error === MORE) return undefined;
    throw error;
  }
}

/** Thrown where the header goes on after the bytes at hand. */
const MORE = Symbol('more bytes');

/** Bytes of a value of each type; the least that strings and arrays take. */
const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8] as const;
const [BOOL, STRING, ARRAY] = [7, 8, 9];

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  /** Where the header ends at the latest. */
  readonly #limit: number;
  readonly #utf8 = new TextDecoder();
  at = 0;

  constructor(bytes: Uint8Array, file: string, fileSizeBytes: number | undefined) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.#limit = Math.min(fileSizeBytes ?? Number.POSITIVE_INFINITY, MAX_GGUF_HEADER_BYTES);
  }

  malformed(what: string, expected: string, actual: string): FormatError {
    return new FormatError({ what: `${this.#file}: ${what}`, expected, actual, remedy: DOWNLOAD_AGAIN });
  }

  /** Moves on by so many bytes; where they began. */
  take(sizeBytes: number): number {
    const start = this.at;
    const end = start + sizeBytes;
    if (end > this.#limit) {
      throw this.malformed('the header runs past the end', `a header of at most ${this.#limit} bytes`, `${end} bytes`);
    }
    if (end > this.#bytes.length) throw MORE;
    this.at = end;
    return start;
  }

  u32(): number {
    return this.#view.getUint32(this.take(4), true);
  }

  /** A count or a size. */
  count(what: string): number {
    const value = this.#view.getBigUint64(this.take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.malformed(what, 'a number below 2^53', String(value));
    return Number(value);
  }

  /** UTF-8; what is not becomes U+FFFD. */
  string(what: string): string {
    const sizeBytes = this.count(`the length of ${what}`);
    const start = this.take(sizeBytes);
    return this.#utf8.decode(this.#bytes.subarray(start, start + sizeBytes));
  }

  value(key: string, type: number, depth = 0): unknown {
    if (type === ARRAY) return this.#array(key, depth);
    if (type === STRING) return this.string(`the value of ${quoteName(key)}`);
    const sizeBytes = SIZES[type];
    if (sizeBytes === undefined) {
      throw this.malformed(`the value of ${quoteName(key)} is of an unknown type`, 'a type from 0 to 12', String(type));
    }
    const view = this.#view;
    const at = this.take(sizeBytes);
    switch (type) {
      case 0:
        return view.getUint8(at);
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getUint16(at, true);
      case 3:
        return view.getInt16(at, true);
      case 4:
        return view.getUint32(at, true);
      case 5:
        return view.getInt32(at, true);
      case 6:
        return view.getFloat32(at, true);
      case BOOL:
        return view.getUint8(at) !== 0;
      case 10:
        return exact(view.getBigUint64(at, true));
      case 11:
        return exact(view.getBigInt64(at, true));
      default:
        return view.getFloat64(at, true);
    }
  }

  #array(key: string, depth: number): unknown[] {
    if (depth === MAX_NESTING) {
      throw this.malformed(
        `the value of ${quoteName(key)} is malformed`,
        `at most ${MAX_NESTING} nested arrays`,
        'more',
      );
    }
    const type = this.u32();
    const length = this.count(`the length of ${quoteName(key)}`);
    // Whether so many can be there at all is told before any is kept.
    const end = this.at + length * (SIZES[type] ?? 1);
    if (end > this.#limit) {
      throw this.malformed(`${quoteName(key)} runs past the end`, `at most ${this.#limit} bytes`, `${length} elements`);
    }
    if (end > this.#bytes.length) throw MORE;
    const values: unknown[] = [];
    for (let i = 0; i < length; i++) values.push(this.value(key, type, depth + 1));
    return values;
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function readHeader(reader: Reader, file: string, fileSizeBytes: number | undefined): GgufHeader {
  const magic = reader.u32();
  if (magic !== 0x46554747) {
    throw reader.malformed('it is not a GGUF file', 'GGUF at its start', `0x${magic.toString(16).padStart(8, '0')}`);
  }
  const version = reader.u32();
  if (version !== 2 && version !== 3) {
    throw new UnsupportedError({
      what: `${file} has another version of GGUF`,
      expected: '2 or 3, little-endian',
      actual: version > 0xffff ? 'big-endian' : String(version),
      remedy: 'convert the model again with a recent llama.cpp',
    });
  }
  const tensorCount = reader.count('the number of tensors');
  const keyCount = reader.count('the number of keys');
  const metadata = new Map<string, unknown>();
  for (let i = 0; i < keyCount; i++) {
    const key = reader.string('a key');
    if (metadata.has(key)) throw reader.malformed(`${quoteName(key)} occurs twice`, 'each key once', 'a duplicate');
    metadata.set(key, reader.value(key, reader.u32()));
  }
  const alignment = metadata.get('general.alignment') ?? 32;
  if (typeof alignment !== 'number' || !(alignment > 0) || alignment % 8 !== 0) {
    throw reader.malformed('general.alignment is malformed', 'a multiple of 8', String(alignment));
  }
  const tensors: TensorEntry[] = [];
  const names = new Set<string>();
  for (let i = 0; i < tensorCount; i++) {
    const entry = readTensor(reader, file, alignment);
    if (names.has(entry.name)) {
      throw reader.malformed(`tensor ${quoteName(entry.name)} occurs twice`, 'each name once', 'a duplicate');
    }
    names.add(entry.name);
    tensors.push(entry);
  }
  const dataStartBytes = alignUp(reader.at, alignment);
  tensors.sort((a, b) => a.offsetBytes - b.offsetBytes);
  let endBytes = 0;
  for (const entry of tensors) {
    if (entry.offsetBytes < endBytes) {
      throw reader.malformed(
        `tensor ${quoteName(entry.name)} overlaps another`,
        `data from ${endBytes} on`,
        String(entry.offsetBytes),
      );
    }
    endBytes = entry.offsetBytes + entry.sizeBytes;
    entry.offsetBytes += dataStartBytes;
    if (dataStartBytes + endBytes > (fileSizeBytes ?? Number.MAX_SAFE_INTEGER)) {
      throw reader.malformed(
        `tensor ${quoteName(entry.name)} runs past the end of the file`,
        `data within ${fileSizeBytes ?? Number.MAX_SAFE_INTEGER} bytes`,
        `an end at byte ${dataStartBytes + endBytes}`,
      );
    }
  }
  return { metadata: Object.fromEntries(metadata), tensors };
}

/** A tensor's description; its offset counts from the start of the data. */
function readTensor(reader: Reader, file: string, alignment: number): TensorEntry {
  const name = reader.string('the name of a tensor');
  const of = `of tensor ${quoteName(name)}`;
  const dimCount = reader.u32();
  if (dimCount > MAX_DIMS)
    throw reader.malformed(`the shape ${of}`, `at most ${MAX_DIMS} dimensions`, String(dimCount));
  const shape = Array.from({ length: dimCount }, () => reader.count(`the shape ${of}`)).reverse();
  const type = reader.u32();
  const offsetBytes = reader.count(`the offset ${of}`);
  const dtype = TYPE_NAMES[type];
  if (dtype === undefined) {
    throw new UnsupportedError({
      what: `${file}: tensor ${quoteName(name)} has a type that intab does not read`,
      expected: [...Object.values(PLAIN_TYPES), ...BLOCK_TYPES].join(', '),
      actual: OTHER_TYPES[type] ?? `type ${type}`,
      remedy: 'use a file quantised as one of these, such as Q4_K_M or Q8_0',
    });
  }
  const sizeBytes = sizeOf(dtype as 'F32' | 'F16' | 'BF16' | BlockType, shape);
  if (sizeBytes === undefined) {
    throw reader.malformed(
      `the shape ${of}`,
      `rows of whole blocks, fewer than 2^53 bytes of ${dtype}`,
      `[${shape.join(', ')}]`,
    );
  }
  if (offsetBytes % alignment !== 0) {
    throw reader.malformed(`the offset ${of}`, `a multiple of ${alignment}`, String(offsetBytes));
  }
  return { name, dtype, shape, file, offsetBytes, sizeBytes };
}

function sizeOf(dtype: 'F32' | 'F16' | 'BF16' | BlockType, shape: readonly number[]): number | undefined {
  const count = elementCount(shape);
  const isWhole = !isBlockType(dtype) || (shape.at(-1) ?? 1) % blockWeights(dtype) === 0;
  const sizeBytes = isBlockType(dtype) ? blockBytes(dtype, count) : count * (dtype === 'F32' ? 4 : 2);
  return isWhole && Number.isSafeInteger(count) && Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}
