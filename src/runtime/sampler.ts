// The GPU side of choosing tokens for one session: settings, the set of seen tokens, scratch, and the launches that
// turn logits into the next id.
import type { Activation, Launch } from '../kernels/kernel.ts';
import { type KernelTarget, kernelTarget } from '../kernels/kernel.ts';
import {
  ARGMAX_SLICES,
  chooseToken,
  processLogits,
  SAMPLING_BYTES,
  type SamplingSettings,
  samplingBytes,
  seenWords,
} from '../kernels/sampling.ts';
import { alignUp } from '../tensor/dtype.ts';
import type { PlanTail, Session } from './session.ts';

/** What the sampling kernels bind. */
export interface SamplerBuffers {
  settings: GPUBuffer;
  seen: GPUBuffer;
  best: GPUBuffer;
  scores: GPUBuffer;
  ids: GPUBuffer;
  step: GPUBuffer;
}

/** The launches that turn logits into the next id: only a maximum where `greedy`. */
export function samplerLaunches(
  target: KernelTarget,
  logits: Activation,
  { scores, ...buffers }: SamplerBuffers,
  vocab: number,
  greedy: boolean,
): Launch[] {
  const common = { vocab, stride: logits.stride, ...buffers };
  if (greedy) return chooseToken(target, { ...common, scores: logits.buffer, noise: false });
  const { settings, seen } = buffers;
  return [
    ...processLogits(target, { settings, logits, seen, scores }),
    ...chooseToken(target, { ...common, scores, noise: true }),
  ];
}

export class Sampler {
  readonly #session: Session;
  readonly #settings: GPUBuffer;
  readonly #seen: GPUBuffer;
  readonly #best: GPUBuffer;
  readonly #scores: GPUBuffer;
  readonly #vocab: number;

  constructor(session: Session) {
    const { gpu, model } = session.loaded;
    const { batch } = session.cache;
    this.#session = session;
    this.#vocab = model.vocabSize;
    this.#settings = gpu.buffers.storage('sampling settings', SAMPLING_BYTES);
    this.#seen = gpu.buffers.storage('seen tokens', batch * seenWords(this.#vocab) * 4);
    this.#best = gpu.buffers.storage('best tokens', batch * ARGMAX_SLICES * 8);
    this.#scores = gpu.buffers.storage('scores', batch * alignUp(this.#vocab, 8) * 4);
  }

  /** Writes the settings of a generation and which tokens its prompts hold. */
  begin(settings: SamplingSettings, prompts: readonly (readonly number[])[]): void {
    const { queue } = this.#session.loaded.gpu;
    queue.writeBuffer(this.#settings, 0, samplingBytes(settings));
    const words = seenWords(this.#vocab);
    const seen = new Uint32Array(prompts.length * words);
    prompts.forEach((ids, sequence) => {
      for (const id of ids) {
        const at = sequence * words + (id >> 5);
        seen[at] = (seen[at] as number) | (1 << (id & 31));
      }
    });
    queue.writeBuffer(this.#seen, 0, seen);
  }

  /** The launches after a plan's logits: only a maximum where the settings change nothing else. */
  tail(settings: SamplingSettings): PlanTail {
    const target = kernelTarget(this.#session.loaded.gpu);
    const greedy = !settings.sample && settings.repetitionPenalty === 1;
    const { ids, step } = this.#session;
    const buffers = {
      settings: this.#settings,
      seen: this.#seen,
      best: this.#best,
      scores: this.#scores,
      ids,
      step,
    };
    return {
      key: greedy ? 'greedy' : 'sampled',
      launches: (output) => samplerLaunches(target, output('logits'), buffers, this.#vocab, greedy),
    };
  }

  dispose(): void {
    const { buffers } = this.#session.loaded.gpu;
    for (const buffer of [this.#settings, this.#seen, this.#best, this.#scores]) buffers.release(buffer);
  }
}
