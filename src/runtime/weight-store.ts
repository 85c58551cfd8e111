// The weights of one model on the GPU, by name. Splits large matrices by rows, so that any device's limits hold them.
import { DeviceMemoryError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { type MatrixSpec, paddedRows, type VectorSpec, vectorLength, type WeightSpec } from '../graph/weights.ts';
import { formatRowBytes, type Weight, type WeightFormat, type WeightPart, WIDTH_STEP } from '../kernels/kernel.ts';
import { PART_ROW_STEP } from '../kernels/linear.ts';
import { alignUp } from '../tensor/dtype.ts';

export class WeightStore {
  readonly #gpu: Gpu;
  readonly #matrices = new Map<string, Weight>();
  readonly #vectors = new Map<string, GPUBuffer>();
  #sizeBytes = 0;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** Bytes of all weights on the GPU. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get matrices(): Iterable<Weight> {
    return this.#matrices.values();
  }

  /** @throws {DeviceMemoryError} one row is larger than the device's largest binding. */
  addMatrix(spec: MatrixSpec, format: WeightFormat): Weight {
    const stride = alignUp(spec.width, WIDTH_STEP);
    const rows = paddedRows(spec);
    const rowBytes = formatRowBytes(format, stride);
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#gpu.limits;
    const fitting = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / rowBytes);
    const step = spec.blockRows ?? PART_ROW_STEP;
    const most = fitting >= rows ? rows : Math.floor(fitting / step) * step;
    if (most === 0) {
      throw new DeviceMemoryError({
        what: `${step} rows of ${spec.name} are larger than this device's largest binding`,
        expected: `at most ${maxStorageBufferBindingSize} bytes`,
        actual: `${rowBytes * step} bytes`,
        remedy: 'use a GPU with larger buffers',
      });
    }
    const parts: WeightPart[] = [];
    for (let firstRow = 0; firstRow < rows; firstRow += most) {
      const partRows = Math.min(most, rows - firstRow);
      parts.push({ buffer: this.#create(spec.name, partRows * rowBytes), firstRow, rows: partRows });
    }
    const weight: Weight = { format, rows, width: spec.width, stride, parts };
    this.#matrices.set(spec.name, weight);
    return weight;
  }

  /** Adds a vector in f32, padded with zeros, which are all it holds at first. */
  addVector(spec: VectorSpec): void {
    this.#vectors.set(spec.name, this.#create(spec.name, vectorLength(spec) * 4));
  }

  setVector(spec: VectorSpec, values: Float32Array<ArrayBuffer>): void {
    this.#gpu.queue.writeBuffer(this.vector(spec), 0, values);
  }

  /** Every buffer: the parts of each matrix, then the vectors, as they were added. */
  get buffers(): GPUBuffer[] {
    const parts = [...this.matrices].flatMap((weight) => weight.parts.map((part) => part.buffer));
    return [...parts, ...this.#vectors.values()];
  }

  #create(name: string, sizeBytes: number): GPUBuffer {
    const buffer = this.#gpu.buffers.storage(name, sizeBytes);
    this.#sizeBytes += buffer.size;
    return buffer;
  }

  has(spec: WeightSpec): boolean {
    return (spec.kind === 'matrix' ? this.#matrices : this.#vectors).has(spec.name);
  }

  matrix(spec: MatrixSpec): Weight {
    return found(this.#matrices.get(spec.name), spec);
  }

  vector(spec: VectorSpec): GPUBuffer {
    return found(this.#vectors.get(spec.name), spec);
  }

  dispose(): void {
    for (const buffer of this.buffers) this.#gpu.buffers.release(buffer);
    this.#matrices.clear();
    this.#vectors.clear();
  }
}

function found<T>(value: T | undefined, spec: WeightSpec): T {
  if (value === undefined) throw new Error(`weight ${spec.name} was not loaded`);
  return value;
}
