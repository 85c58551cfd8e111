// The buffer that tells the kernels what changes from step to step. Twin of shaders/lib/step.wgsl.
import type { StepSize } from './kernel.ts';

const HEADER = 8;

/** u32 words a step buffer needs for `rows` rows with `frequencies` rotary frequencies. */
export function stepWords(rows: number, frequencies: number): number {
  return HEADER + rows * frequencies * 2;
}

/** The CPU side of a step buffer; one view is reused for every step. */
export class StepData {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly #floats: Float32Array<ArrayBuffer>;
  readonly #frequencies: number;
  /** The position that each row's angles are of. */
  readonly #positions: Float64Array;
  #inverseFrequencies: Float32Array | undefined;
  #scaling = 1;

  constructor(rows: number, frequencies: number) {
    this.words = new Uint32Array(stepWords(rows, frequencies));
    this.#floats = new Float32Array(this.words.buffer);
    this.#frequencies = frequencies;
    this.#positions = new Float64Array(rows).fill(Number.NaN);
  }

  setSize(size: StepSize): void {
    this.words[0] = size.tokens;
    this.words[1] = size.past;
    this.words[2] = size.kept;
    this.words[3] = size.counter;
    this.words[4] = size.splits;
    this.words[5] = size.capacity;
    this.words[6] = size.batch * size.tokens;
    this.words[7] = size.batch * size.kept;
  }

  /**
   * Cosines and sines of one row: angles `position · inverseFrequencies`, both times `scaling`, rounded as f32 arithmetic would. What a row
   * has already is not computed again, as most prompts begin at the same position. The frequencies of an array do not change.
   */
  setRope(row: number, position: number, inverseFrequencies: Float32Array, scaling: number): void {
    if (inverseFrequencies !== this.#inverseFrequencies || scaling !== this.#scaling) {
      this.#inverseFrequencies = inverseFrequencies;
      this.#scaling = scaling;
      this.#positions.fill(Number.NaN);
    }
    if (this.#positions[row] === position) return;
    this.#positions[row] = position;
    const at = HEADER + row * this.#frequencies * 2;
    for (let i = 0; i < this.#frequencies; i++) {
      const angle = Math.fround(position * (inverseFrequencies[i] as number));
      this.#floats[at + 2 * i] = Math.cos(angle) * scaling;
      this.#floats[at + 2 * i + 1] = Math.sin(angle) * scaling;
    }
  }

  /** Uploads the header and `rows` rows. */
  upload(queue: GPUQueue, buffer: GPUBuffer, rows: number): void {
    queue.writeBuffer(buffer, 0, this.words.buffer, 0, stepWords(rows, this.#frequencies) * 4);
  }
}
