// A whole safetensors file in memory as typed arrays: for tests and the parity command, not for loading weights.

import { UnsupportedError } from '../errors.ts';
import { bf16ToF32, f16ToF32 } from '../tensor/half.ts';
import {
  LENGTH_PREFIX_BYTES,
  parseSafetensorsHeader,
  quoteName,
  readHeaderLength,
  type TensorEntry,
} from './safetensors.ts';

/** Floats come as Float32Array (F16, BF16 and F64 converted), whole numbers as Int32Array or checked Float64Array. */
export interface HostTensor {
  dtype: TensorEntry['dtype'];
  shape: number[];
  data: Float32Array | Int32Array | Float64Array;
}

/**
 * Reads every tensor of a file.
 * @returns name → tensor. I64, U64 and U32 give a Float64Array of exact whole numbers.
 * @throws FormatError for a malformed file, UnsupportedError for dtypes with no host type (F8, F6, F4, complex).
 */
export function readSafetensors(bytes: ArrayBuffer, file: string): Map<string, HostTensor> {
  const all = new Uint8Array(bytes);
  const length = readHeaderLength(all.subarray(0, LENGTH_PREFIX_BYTES), file, all.length);
  const headerBytes = all.subarray(LENGTH_PREFIX_BYTES, LENGTH_PREFIX_BYTES + length);
  const tensors = new Map<string, HostTensor>();
  for (const entry of parseSafetensorsHeader(headerBytes, file, all.length)) {
    const raw = bytes.slice(entry.offsetBytes, entry.offsetBytes + entry.sizeBytes);
    tensors.set(entry.name, { dtype: entry.dtype, shape: entry.shape, data: toTypedArray(entry, raw) });
  }
  return tensors;
}

function toTypedArray(entry: TensorEntry, raw: ArrayBuffer): HostTensor['data'] {
  switch (entry.dtype) {
    case 'F32':
      return new Float32Array(raw);
    case 'F16':
      return Float32Array.from(new Uint16Array(raw), f16ToF32);
    case 'BF16':
      return Float32Array.from(new Uint16Array(raw), bf16ToF32);
    case 'F64':
      return Float32Array.from(new Float64Array(raw));
    case 'I32':
      return new Int32Array(raw);
    case 'I16':
      return Int32Array.from(new Int16Array(raw));
    case 'I8':
      return Int32Array.from(new Int8Array(raw));
    case 'U16':
      return Int32Array.from(new Uint16Array(raw));
    case 'U8':
    case 'BOOL':
      return Int32Array.from(new Uint8Array(raw));
    case 'U32':
      return Float64Array.from(new Uint32Array(raw));
    case 'I64':
      return Float64Array.from(new BigInt64Array(raw), (value) => exactNumber(value, entry));
    case 'U64':
      return Float64Array.from(new BigUint64Array(raw), (value) => exactNumber(value, entry));
    default:
      throw new UnsupportedError({
        what: `Tensor ${quoteName(entry.name)} of ${entry.file} cannot be read on the host`,
        expected: 'a float or integer dtype of at least 8 bits',
        actual: entry.dtype,
        remedy: 'save the tensor in float32',
      });
  }
}

function exactNumber(value: bigint, entry: TensorEntry): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new UnsupportedError({
    what: `Tensor ${quoteName(entry.name)} of ${entry.file} holds a number that JavaScript cannot represent`,
    expected: 'whole numbers below 2^53',
    actual: String(value),
    remedy: 'save the tensor in a smaller integer type',
  });
}
