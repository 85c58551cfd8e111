// Brings bytes to GPU buffers through a ring of buffers that the CPU writes into directly, each mapped again as soon as it is copied:
// several times as fast as queue.writeBuffer, and no more than the ring is ever under way.
import { MAP_WRITE } from './buffers.ts';
import type { Gpu } from './device.ts';

const BUFFER_BYTES = 4 * 2 ** 20;
const BUFFERS = 4;

interface Slot {
  buffer: GPUBuffer;
  mapped: Promise<unknown>;
}

export class StagingRing {
  readonly #gpu: Gpu;
  /** Made when first needed. */
  readonly #slots: Slot[] = [];
  #current = 0;
  /** The mapped bytes of the current slot, and how many are taken; undefined until something is written into it. */
  #range: Uint8Array<ArrayBuffer> | undefined;
  #filledBytes = 0;
  /** Holds the copies out of the current slot. */
  #encoder: GPUCommandEncoder | undefined;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /**
   * Takes bytes for `target` at `offsetBytes`; offset and size are multiples of 4. They are copied when it returns, and on the queue after
   * `flush`, or once their part of the ring is full. Writes come one at a time; they wait while all of the ring is under way.
   * @throws {DeviceMemoryError} there is no memory for the ring; {DOMException} the device is lost, or the ring disposed.
   */
  async write(target: GPUBuffer, offsetBytes: number, data: Uint8Array): Promise<void> {
    for (let used = 0; used < data.byteLength; ) {
      this.#range ??= await this.#map();
      this.#encoder ??= this.#gpu.device.createCommandEncoder({ label: 'staging ring' });
      const sizeBytes = Math.min(this.#range.byteLength - this.#filledBytes, data.byteLength - used);
      this.#range.set(data.subarray(used, used + sizeBytes), this.#filledBytes);
      const { buffer } = this.#slots[this.#current] as Slot;
      this.#encoder.copyBufferToBuffer(buffer, this.#filledBytes, target, offsetBytes + used, sizeBytes);
      this.#filledBytes += sizeBytes;
      used += sizeBytes;
      if (this.#filledBytes === this.#range.byteLength) this.flush();
    }
  }

  async #map(): Promise<Uint8Array<ArrayBuffer>> {
    let slot = this.#slots[this.#current];
    if (!slot) {
      const buffer = this.#gpu.buffers.staging(`staging ring ${this.#current}`, BUFFER_BYTES);
      slot = { buffer, mapped: Promise.resolve() };
      this.#slots[this.#current] = slot;
    }
    await slot.mapped;
    return new Uint8Array(slot.buffer.getMappedRange());
  }

  /** Puts everything written so far on the queue: before work that reads it, and after the last write. */
  flush(): void {
    const slot = this.#slots[this.#current];
    if (!slot || !this.#encoder) return;
    slot.buffer.unmap();
    this.#gpu.queue.submit([this.#encoder.finish()]);
    slot.mapped = slot.buffer.mapAsync(MAP_WRITE);
    // Whoever awaits it hears of a lost device; nobody may.
    slot.mapped.catch(() => undefined);
    this.#range = undefined;
    this.#encoder = undefined;
    this.#filledBytes = 0;
    this.#current = (this.#current + 1) % BUFFERS;
  }

  /** Lets go of the ring; what was written and not flushed is dropped. */
  dispose(): void {
    for (const { buffer } of this.#slots) this.#gpu.buffers.release(buffer);
  }
}
