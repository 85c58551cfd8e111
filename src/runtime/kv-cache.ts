// The KV cache of one session: keys and values of each layer, allocated once, appended in place, never re-created.
import { InputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { type AttentionShape, type KvDType, kvRowBytes, type LayerCache } from '../kernels/attention.ts';

export class KvCache {
  readonly batch: number;
  /** Slots per sequence. */
  readonly capacity: number;
  readonly dtype: KvDType;
  /** Slots in use, the same for every sequence. */
  length = 0;
  readonly #gpu: Gpu;
  readonly #layers: LayerCache[];
  #mask: GPUBuffer | undefined;

  /** @throws {DeviceMemoryError} one layer does not fit the device's largest binding. */
  constructor(gpu: Gpu, attention: readonly AttentionShape[], batch: number, capacity: number, dtype: KvDType) {
    this.#gpu = gpu;
    this.batch = batch;
    this.capacity = capacity;
    this.dtype = keptDType(attention, dtype);
    this.#layers = attention.map((shape, layer) => {
      const sizeBytes = batch * capacity * slotBytes(shape, this.dtype);
      return {
        keys: gpu.buffers.storage(`keys ${layer}`, sizeBytes),
        values: gpu.buffers.storage(`values ${layer}`, sizeBytes),
        dtype: this.dtype,
      };
    });
  }

  /** Whether some slots are padding. */
  get masked(): boolean {
    return this.#mask !== undefined;
  }

  layer(index: number): LayerCache {
    return { ...(this.#layers[index] as LayerCache), mask: this.#mask };
  }

  /** Room for `tokens` more, or an error. */
  reserve(tokens: number): void {
    if (this.length + tokens <= this.capacity) return;
    throw new InputError({
      what: 'The KV cache is too short for these tokens',
      expected: `at most ${this.capacity} tokens in all`,
      actual: `${this.length} cached and ${tokens} new`,
      remedy: 'shorten the input, or open the session with a larger capacity',
    });
  }

  /** Marks which of the slots from `from` on are padding (0); the first mask makes room for all slots. */
  setMask(from: number, values: readonly (readonly number[])[]): void {
    if (!this.#mask) {
      if (values.every((row) => row.every((value) => value !== 0))) return;
      this.#mask = this.#gpu.buffers.storageOf('mask', new Uint32Array(this.batch * this.capacity).fill(1));
    }
    values.forEach((row, sequence) => {
      this.#gpu.queue.writeBuffer(
        this.#mask as GPUBuffer,
        (sequence * this.capacity + from) * 4,
        Uint32Array.from(row, (value) => (value === 0 ? 0 : 1)),
      );
    });
  }

  /** Bytes on the GPU. */
  get sizeBytes(): number {
    return this.#layers.reduce((sum, { keys, values }) => sum + keys.size + values.size, this.#mask?.size ?? 0);
  }

  dispose(): void {
    for (const { keys, values } of this.#layers) {
      this.#gpu.buffers.release(keys);
      this.#gpu.buffers.release(values);
    }
    if (this.#mask) this.#gpu.buffers.release(this.#mask);
  }
}

/** Words hold several elements of the smaller dtypes, so a head whose dimension is no multiple of 4 is kept in f32. */
export function keptDType(attention: readonly AttentionShape[], dtype: KvDType): KvDType {
  return attention.every(({ headDim }) => headDim % 4 === 0) ? dtype : 'f32';
}

/** Bytes of the keys, or of the values, of one token in one layer. */
function slotBytes({ kvHeads, headDim }: AttentionShape, dtype: KvDType): number {
  return kvHeads * kvRowBytes(headDim, dtype);
}

/** Bytes that a cache of `capacity` slots takes on the GPU. */
export function kvCacheBytes(attention: readonly AttentionShape[], capacity: number, dtype: KvDType): number {
  const kept = keptDType(attention, dtype);
  return attention.reduce((sum, shape) => sum + 2 * capacity * slotBytes(shape, kept), 0);
}
