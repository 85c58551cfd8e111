// Creates GPU buffers, counts them and their bytes, and turns failed allocations into typed errors.
import { DeviceMemoryError } from '../errors.ts';
import { alignUp } from '../tensor/dtype.ts';
import { formatBytes } from '../tensor/format-bytes.ts';

const STORAGE_USAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST: numbers, since GPUBufferUsage is absent before WebGPU is
export const MAP_READ = 0x1; // GPUMapMode.READ, for buffers of `mappable`
const READ_USAGE = 0x1 | 0x8; // MAP_READ | COPY_DST
export const MAP_WRITE = 0x2; // GPUMapMode.WRITE, for buffers of `staging`
const WRITE_USAGE = 0x2 | 0x4; // MAP_WRITE | COPY_SRC

export class BufferPool {
  readonly #device: GPUDevice;
  readonly #live = new Set<GPUBuffer>();
  #liveBytes = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Number of buffers created and not yet released. */
  get liveCount(): number {
    return this.#live.size;
  }

  /** Bytes of the buffers created and not yet released. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /**
   * A storage buffer of at least `sizeBytes` (rounded up to 16).
   * @throws {DeviceMemoryError} larger than the device's binding or buffer limit.
   */
  storage(label: string, sizeBytes: number): GPUBuffer {
    const size = Math.max(alignUp(sizeBytes, 16), 16);
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits;
    const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (size > limit) {
      throw new DeviceMemoryError({
        what: `Buffer ${label} is larger than this device allows`,
        expected: `at most ${formatBytes(limit)}`,
        actual: formatBytes(size),
        remedy: 'use a shorter context, a smaller batch or a smaller model',
      });
    }
    return this.#create(label, size, STORAGE_USAGE);
  }

  /** A buffer the CPU can map for reading. */
  mappable(label: string, sizeBytes: number): GPUBuffer {
    return this.#create(label, Math.max(alignUp(sizeBytes, 4), 4), READ_USAGE);
  }

  /**
   * A buffer the CPU can map for writing, already mapped.
   * @throws {DeviceMemoryError} there is no memory to map.
   */
  staging(label: string, sizeBytes: number): GPUBuffer {
    try {
      return this.#create(label, Math.max(alignUp(sizeBytes, 4), 4), WRITE_USAGE, true);
    } catch (cause) {
      throw new DeviceMemoryError({
        what: `There is no memory for the buffer ${label}`,
        expected: formatBytes(sizeBytes),
        actual: cause instanceof Error ? cause.message : String(cause),
        remedy: 'close other pages and load again',
        cause,
      });
    }
  }

  /** A storage buffer holding `data`. */
  storageOf(label: string, data: ArrayBufferView<ArrayBuffer>): GPUBuffer {
    const buffer = this.storage(label, data.byteLength);
    this.#device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    return buffer;
  }

  #create(label: string, size: number, usage: number, mappedAtCreation = false): GPUBuffer {
    const buffer = this.#device.createBuffer({ label, size, usage, mappedAtCreation });
    this.#live.add(buffer);
    this.#liveBytes += size;
    return buffer;
  }

  /** Destroys a buffer of this pool. Releasing twice is harmless. */
  release(buffer: GPUBuffer): void {
    if (!this.#live.delete(buffer)) return;
    this.#liveBytes -= buffer.size;
    buffer.destroy();
  }

  dispose(): void {
    for (const buffer of [...this.#live]) this.release(buffer);
  }
}
