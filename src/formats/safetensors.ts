// The safetensors header: bytes in, a checked list of tensors (name, dtype, shape, byte range) out, sorted by offset.
// Follows https://github.com/huggingface/safetensors#format; reads no tensor data.
// A malformed header gives a FormatError that names the file and, where there is one, the tensor.

import { FormatError, UnsupportedError } from '../errors.ts';
import type { BlockType } from '../quant/gguf-blocks.ts';
import type { DType } from '../tensor/dtype.ts';
import { describeJson, isJsonObject } from './json.ts';
import { scanJson } from './json-scan.ts';
import { decodeUtf8 } from './utf8.ts';

/** Bits of one element, for every dtype string the format knows. */
const FILE_DTYPE_BITS = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
  C64: 64,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
} as const;

export type FileDType = keyof typeof FILE_DTYPE_BITS;

/** One tensor of a checkpoint file. */
export interface TensorEntry {
  name: string;
  dtype: FileDType | BlockType;
  shape: number[];
  /** File name inside the model folder. */
  file: string;
  /** Offset of the first byte from the start of the file. */
  offsetBytes: number;
  sizeBytes: number;
  /** The halves of each head's rows, this many together, come in turn: row 2i is the head's row i, row 2i + 1 its row D/2 + i. */
  pairedRows?: number;
}

/** The length prefix in front of the header. */
export const LENGTH_PREFIX_BYTES = 8;
/** The reference implementation refuses longer headers. */
const MAX_HEADER_BYTES = 100_000_000;
const DOWNLOAD_AGAIN = 'download the file again; if that does not help, the checkpoint itself is damaged';

/**
 * Length of the JSON header in bytes, from the first 8 bytes of a file.
 * @throws FormatError naming `file`: too short, length past the end of the file, or over 100 MB.
 */
export function readHeaderLength(first8: Uint8Array, file: string, fileSizeBytes: number | undefined): number {
  if (first8.length < LENGTH_PREFIX_BYTES || (fileSizeBytes !== undefined && fileSizeBytes < LENGTH_PREFIX_BYTES)) {
    throw new FormatError({
      what: `${file} is too short to be a safetensors file`,
      expected: `at least ${LENGTH_PREFIX_BYTES} bytes`,
      actual: `${fileSizeBytes ?? first8.length} bytes`,
      remedy: DOWNLOAD_AGAIN,
    });
  }
  const length = new DataView(first8.buffer, first8.byteOffset, LENGTH_PREFIX_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    const start = String.fromCharCode(...first8.subarray(0, LENGTH_PREFIX_BYTES));
    throw new FormatError({
      what: `${file} does not start with a safetensors header`,
      expected: `a header length of at most ${MAX_HEADER_BYTES} bytes`,
      actual: /^[\x20-\x7e\n\r\t]{8}$/.test(start)
        ? `text that starts with ${JSON.stringify(start)}`
        : `${length} bytes`,
      remedy: start.startsWith('version ')
        ? 'this is a Git LFS pointer: fetch the real file with `git lfs pull`'
        : DOWNLOAD_AGAIN,
    });
  }
  const endBytes = LENGTH_PREFIX_BYTES + Number(length);
  if (fileSizeBytes !== undefined && endBytes > fileSizeBytes) {
    throw new FormatError({
      what: `The header of ${file} runs past the end of the file`,
      expected: `a file of at least ${endBytes} bytes`,
      actual: `${fileSizeBytes} bytes`,
      remedy: DOWNLOAD_AGAIN,
    });
  }
  return Number(length);
}

/**
 * Parses and checks a header.
 * @param headerBytes the JSON header: exactly the bytes after the 8-byte length.
 * @param fileSizeBytes size of the whole file where known; then the data must fill it exactly.
 * @returns entries sorted by offset; offsets are absolute in the file.
 * @throws FormatError naming the file and the tensor.
 */
export function parseSafetensorsHeader(
  headerBytes: Uint8Array,
  file: string,
  fileSizeBytes: number | undefined,
): TensorEntry[] {
  const header = parseHeaderObject(decodeUtf8(headerBytes, `The header of ${file}`), file);
  const dataStartBytes = LENGTH_PREFIX_BYTES + headerBytes.length;
  const entries: TensorEntry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') checkMetadata(value, file);
    else entries.push(parseEntry(name, value, file, dataStartBytes));
  }
  entries.sort((a, b) => a.offsetBytes - b.offsetBytes || a.sizeBytes - b.sizeBytes);
  checkLayout(entries, file, dataStartBytes, fileSizeBytes);
  return entries;
}

/**
 * The dtype under which intab loads a tensor as a weight.
 * @throws UnsupportedError naming file and tensor for every dtype but F32, F16 and BF16.
 */
export function weightDType(entry: TensorEntry): DType {
  switch (entry.dtype) {
    case 'F32':
      return 'f32';
    case 'F16':
      return 'f16';
    case 'BF16':
      return 'bf16';
    default:
      throw new UnsupportedError({
        what: `Tensor ${quoteName(entry.name)} of ${entry.file} has a dtype that intab does not load as a weight`,
        expected: 'F32, F16 or BF16',
        actual: entry.dtype,
        remedy: 'save the checkpoint in bfloat16, float16 or float32',
      });
  }
}

/** Bytes of a tensor of this dtype and shape; undefined past 2^53 or where sub-byte elements do not fill a byte. */
export function tensorSizeBytes(dtype: FileDType, shape: readonly number[]): number | undefined {
  const bits = elementCountOf(shape) * FILE_DTYPE_BITS[dtype];
  return Number.isSafeInteger(bits) && bits % 8 === 0 ? bits / 8 : undefined;
}

/** A tensor name in quotes, shortened where a hostile header made it huge. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}...` : name);
}

function parseHeaderObject(text: string, file: string): Record<string, unknown> {
  const fail = (expected: string, actual: string, cause?: unknown) =>
    new FormatError({ what: `The header of ${file} is malformed`, expected, actual, remedy: DOWNLOAD_AGAIN, cause });
  if (!text.startsWith('{')) throw fail('JSON that starts with {', describeJson(text.slice(0, 16)));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw fail('JSON', cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause), cause);
  }
  if (!isJsonObject(header)) throw fail('a JSON object', describeJson(header));
  const { duplicate, badNumber } = scanJson(text);
  if (duplicate) {
    const [tensor, ...rest] = duplicate;
    throw new FormatError({
      what:
        rest.length === 0
          ? `Tensor ${quoteName(tensor ?? '')} occurs twice in ${file}`
          : `Tensor ${quoteName(tensor ?? '')} of ${file} states ${quoteName(rest.join('.'))} twice`,
      expected: 'each name once',
      actual: 'a duplicate key in the header',
      remedy: 'save the checkpoint again with the safetensors library',
    });
  }
  if (badNumber) throw tensorError(badNumber.path[0] ?? '', file, 'whole numbers from 0 to 2^53 - 1', badNumber.text);
  return header;
}

function parseEntry(name: string, value: unknown, file: string, dataStartBytes: number): TensorEntry {
  if (!isJsonObject(value))
    throw tensorError(name, file, 'an object with dtype, shape, data_offsets', describeJson(value));
  for (const key of Object.keys(value)) {
    if (key !== 'dtype' && key !== 'shape' && key !== 'data_offsets') {
      throw tensorError(name, file, 'only dtype, shape and data_offsets', `a field ${quoteName(key)}`);
    }
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(FILE_DTYPE_BITS, dtype)) {
    throw tensorError(name, file, `a dtype of ${Object.keys(FILE_DTYPE_BITS).join(', ')}`, describeJson(dtype));
  }
  const dims = integerList(shape);
  if (!dims) throw tensorError(name, file, 'a shape of whole numbers', describeList(shape));
  const range = integerList(offsets);
  const [begin, end] = range ?? [];
  if (range?.length !== 2 || begin === undefined || end === undefined) {
    throw tensorError(name, file, 'data_offsets of two whole numbers', describeList(offsets));
  }
  if (end < begin) throw tensorError(name, file, 'data_offsets in ascending order', `[${begin}, ${end}]`);
  const sizeBytes = tensorSizeBytes(dtype as FileDType, dims);
  if (sizeBytes !== end - begin) {
    const expected = sizeBytes === undefined ? 'a size below 2^53 bits in whole bytes' : `${sizeBytes} bytes`;
    throw tensorError(name, file, `${expected} for ${dtype} [${dims.join(', ')}]`, `${end - begin} bytes`);
  }
  const offsetBytes = dataStartBytes + begin;
  if (!Number.isSafeInteger(dataStartBytes + end)) throw tensorError(name, file, 'offsets below 2^53', String(end));
  return { name, dtype: dtype as FileDType, shape: dims, file, offsetBytes, sizeBytes };
}

/** The data section must be covered exactly once, without gap or overlap. `entries` are sorted by offset. */
function checkLayout(
  entries: readonly TensorEntry[],
  file: string,
  dataStartBytes: number,
  fileSizeBytes: number | undefined,
): void {
  let nextBytes = dataStartBytes;
  let previous = '';
  for (const { name, offsetBytes, sizeBytes } of entries) {
    if (offsetBytes !== nextBytes) {
      const after = previous === '' ? 'the start of the data' : `the end of ${quoteName(previous)}`;
      const kind = offsetBytes < nextBytes ? 'an overlap' : 'a gap';
      throw tensorError(name, file, `data that begins at ${after} (byte ${nextBytes})`, `${kind}: byte ${offsetBytes}`);
    }
    nextBytes = offsetBytes + sizeBytes;
    if (fileSizeBytes !== undefined && nextBytes > fileSizeBytes) {
      throw tensorError(
        name,
        file,
        `data within the ${fileSizeBytes} bytes of the file`,
        `an end at byte ${nextBytes}`,
      );
    }
    previous = name;
  }
  if (fileSizeBytes !== undefined && nextBytes !== fileSizeBytes) {
    throw new FormatError({
      what: `${file} is not the size its header states`,
      expected: `${nextBytes} bytes`,
      actual: `${fileSizeBytes} bytes`,
      remedy: DOWNLOAD_AGAIN,
    });
  }
}

function checkMetadata(value: unknown, file: string): void {
  const wrong = isJsonObject(value) ? Object.entries(value).find(([, text]) => typeof text !== 'string') : [];
  if (wrong === undefined) return;
  throw new FormatError({
    what: `__metadata__ in the header of ${file} is malformed`,
    expected: 'an object of strings',
    actual: wrong[0] === undefined ? describeJson(value) : `${quoteName(wrong[0])} with ${describeJson(wrong[1])}`,
    remedy: DOWNLOAD_AGAIN,
  });
}

function tensorError(name: string, file: string, expected: string, actual: string): FormatError {
  const what = `Tensor ${quoteName(name)} in the header of ${file} is malformed`;
  return new FormatError({ what, expected, actual, remedy: DOWNLOAD_AGAIN });
}

function integerList(value: unknown): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const isSize = (item: unknown) => Number.isSafeInteger(item) && (item as number) >= 0;
  return value.every(isSize) ? (value as number[]) : undefined;
}

function describeList(value: unknown): string {
  if (!Array.isArray(value)) return describeJson(value);
  const items = value.slice(0, 8).map(describeJson).join(', ');
  return `[${items}${value.length > 8 ? ', ...' : ''}]`;
}

/** Product of the dims; NaN once it passes 2^53, 0 as soon as one dim is 0. */
function elementCountOf(shape: readonly number[]): number {
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const dim of shape) {
    count *= dim;
    if (!Number.isSafeInteger(count)) return Number.NaN;
  }
  return count;
}
