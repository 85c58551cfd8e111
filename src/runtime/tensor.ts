// Numbers with a shape on the CPU, as the public API takes and gives them.
import { InputError } from '../errors.ts';
import { elementCount } from '../tensor/dtype.ts';

/** Numbers in as many levels of lists as a tensor has dimensions. */
export type NestedNumbers = number | NestedNumbers[];

export class Tensor {
  readonly data: Float32Array | Int32Array;
  /** Shape, outermost first. */
  readonly dims: readonly number[];

  /** @throws {InputError} data and shape do not fit. */
  constructor(data: Float32Array | Int32Array, dims: readonly number[]) {
    if (data.length !== elementCount(dims)) {
      throw new InputError({
        what: 'The data does not fit the shape',
        expected: `${elementCount(dims)} elements for [${dims.join(', ')}]`,
        actual: `${data.length}`,
        remedy: 'pass data of the stated shape',
      });
    }
    this.data = data;
    this.dims = dims;
  }

  /** The numbers as nested lists. */
  tolist(): NestedNumbers[] {
    const nested = (level: number, from: number): NestedNumbers[] => {
      const size = elementCount(this.dims.slice(level + 1));
      return Array.from({ length: this.dims[level] ?? 0 }, (_, i) =>
        level + 1 < this.dims.length ? nested(level + 1, from + i * size) : (this.data[from + i] as number),
      );
    };
    return nested(0, 0);
  }
}
