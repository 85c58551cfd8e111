// The element types intab stores and computes with, and their sizes. Knows nothing of any file format.

export const DTYPES = ['f32', 'f16', 'bf16', 'u32', 'i32'] as const;
export type DType = (typeof DTYPES)[number];

const SIZE_BYTES: Record<DType, number> = { f32: 4, f16: 2, bf16: 2, u32: 4, i32: 4 };

/** Bytes of one element. */
export function dtypeSizeBytes(dtype: DType): number {
  return SIZE_BYTES[dtype];
}

/** `value` rounded up to a multiple of `step`. */
export function alignUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}
