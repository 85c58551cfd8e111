// A ring of small mappable buffers through which token ids come back a few steps late, so that no step waits for the CPU.
import { askUntilDone } from '../gpu/ask-until-done.ts';
import { MAP_READ } from '../gpu/buffers.ts';
import type { Gpu } from '../gpu/device.ts';

export class TokenRing {
  readonly #gpu: Gpu;
  readonly #buffers: readonly GPUBuffer[];
  readonly #batch: number;
  readonly #waiting: Promise<void>[] = [];
  #written = 0;
  #read = 0;

  constructor(gpu: Gpu, batch: number, depth: number) {
    this.#gpu = gpu;
    this.#batch = batch;
    this.#buffers = Array.from({ length: depth }, (_, i) => gpu.buffers.mappable(`token ring ${i}`, batch * 4));
  }

  /** Steps submitted and not yet read. */
  get inFlight(): number {
    return this.#written - this.#read;
  }

  /** Encodes the copy of the step's ids; call `submitted` after the submit. */
  copy(encoder: GPUCommandEncoder, ids: GPUBuffer): void {
    encoder.copyBufferToBuffer(ids, 0, this.#slot(this.#written), 0, this.#batch * 4);
  }

  submitted(): void {
    const mapped = this.#slot(this.#written++).mapAsync(MAP_READ);
    mapped.catch(() => undefined);
    this.#waiting.push(mapped);
  }

  /** The oldest step's ids, [B]; with `soon`, the GPU is asked for them. */
  async next({ soon = false } = {}): Promise<number[]> {
    const mapped = this.#waiting.shift();
    await (soon && mapped ? askUntilDone(this.#gpu, mapped) : mapped);
    const buffer = this.#slot(this.#read++);
    const ids = [...new Uint32Array(buffer.getMappedRange())];
    buffer.unmap();
    return ids;
  }

  /** Waits for everything in flight and forgets it. */
  async drain(): Promise<void> {
    while (this.inFlight > 0) await this.next();
  }

  #slot(index: number): GPUBuffer {
    return this.#buffers[index % this.#buffers.length] as GPUBuffer;
  }

  dispose(): void {
    for (const buffer of this.#buffers) this.#gpu.buffers.release(buffer);
  }
}
