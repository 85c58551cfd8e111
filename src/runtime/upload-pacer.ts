// Keeps uploads from piling up: what is written to GPU buffers lies in host memory until the GPU has taken it.
import type { Gpu } from '../gpu/device.ts';

/** At most twice this is under way. */
const STEP_BYTES = 8 * 2 ** 20;

export class UploadPacer {
  readonly #gpu: Gpu;
  #stepBytes = 0;
  #lastStep: Promise<unknown> = Promise.resolve();

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** Takes note of bytes that were written; waits, where much is under way, for what came a step before them. */
  async wrote(sizeBytes: number): Promise<void> {
    this.#stepBytes += sizeBytes;
    if (this.#stepBytes < STEP_BYTES) return;
    this.#stepBytes = 0;
    const before = this.#lastStep;
    this.#lastStep = this.#gpu.queue.onSubmittedWorkDone();
    await before;
  }
}
