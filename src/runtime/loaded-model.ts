// A model on the GPU: its definition and its weights. Sessions (session.ts) run it.
import { DisposedError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import { withErrorScopes } from '../gpu/error-scopes.ts';
import type { MatrixSpec } from '../graph/weights.ts';
import type { Checkpoint } from '../hub/checkpoint.ts';
import type { KvDType } from '../kernels/attention.ts';
import { DEFAULT_KNOBS, type KernelKnobs } from '../kernels/kernel.ts';
import type { Model } from '../models/model.ts';
import {
  type DTypeChoice,
  type FormatOptions,
  formatFor,
  isQuantizedCheckpoint,
  type LoadWeightsOptions,
  loadWeights,
} from './load-weights.ts';
import { Pace } from './pace.ts';
import { writeStored } from './stored-weights.ts';
import type { TuneOptions } from './tuner.ts';
import type { WeightStore } from './weight-store.ts';

export interface LoadModelOptions extends Omit<LoadWeightsOptions, 'onAllocated'>, TuneOptions {
  /** Told when the weights have their buffers, which are still empty. */
  onAllocated?: (parts: Pick<LoadedModel, 'weights' | 'kvDType' | 'knobs'>) => void;
}

export class LoadedModel {
  readonly gpu: Gpu;
  readonly model: Model;
  readonly weights: WeightStore;
  /** How sessions keep keys and values unless told otherwise. */
  readonly kvDType: KvDType;
  /** Of the kernels that decode. */
  readonly knobs: KernelKnobs;
  /** How fast prompts go. */
  readonly pace: Pace;
  readonly #disposing = new AbortController();

  constructor(gpu: Gpu, model: Model, weights: WeightStore, kvDType: KvDType, knobs = DEFAULT_KNOBS) {
    this.gpu = gpu;
    this.model = model;
    this.weights = weights;
    this.kvDType = kvDType;
    this.knobs = knobs;
    this.pace = new Pace(gpu.queue);
  }

  /**
   * Loads a checkpoint's weights.
   * @throws what {@link loadWeights} throws; {DeviceMemoryError} the weights do not fit; {InputError} knobs that do not run here.
   */
  static async load(
    gpu: Gpu,
    model: Model,
    checkpoint: Checkpoint,
    options: LoadModelOptions = {},
  ): Promise<LoadedModel> {
    // First, while the GPU has nothing else to do and room for what is measured.
    const knobs = await knobsFor(gpu, model, options, checkpoint);
    const kvDType = kvDTypeFor(options, checkpoint);
    const { weights, place } = await withErrorScopes(gpu, 'Loading weights', () =>
      loadWeights(gpu, model, fullGraph(model), checkpoint, {
        ...options,
        onAllocated: (weights) => options.onAllocated?.({ weights, kvDType, knobs }),
      }),
    );
    const loaded = new LoadedModel(gpu, model, weights, kvDType, knobs);
    // In the background: whoever waits for the model does not wait for this, and where it fails, weights are quantised anew next time.
    if (place) writeStored(gpu, weights, place, loaded.#disposing.signal).catch(() => undefined);
    return loaded;
  }

  /** @throws {DisposedError} after `dispose()`. */
  throwIfDisposed(): void {
    if (!this.#disposing.signal.aborted) return;
    throw new DisposedError({ what: 'The model was disposed', remedy: 'load it again' });
  }

  dispose(): void {
    if (this.#disposing.signal.aborted) return;
    this.#disposing.abort();
    this.weights.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

export async function knobsFor(
  gpu: Gpu,
  model: Model,
  options: FormatOptions & TuneOptions,
  checkpoint: Checkpoint | undefined,
): Promise<KernelKnobs> {
  const isSoftware = gpu.isFallback || gpu.softwareKernels;
  const { tune = model.task === 'causal' && !isSoftware, cache } = options;
  if (tune === false) return DEFAULT_KNOBS;
  // Loaded only here: classifiers and software adapters do without. So does who cannot load it, after a new version was put online, say.
  const tuner = await import('./tuner.ts').catch(() => undefined);
  if (!tuner) return typeof tune === 'object' ? tune : DEFAULT_KNOBS;
  const formatOf = (spec: MatrixSpec) => formatFor(spec, options, checkpoint);
  return tuner.chooseKnobs(gpu, tune, () => fullGraph(model), formatOf, cache);
}

/** The graph that uses every weight of the model. */
export function fullGraph(model: Model) {
  return model.record({ input: 'ids', head: model.hasLogits ? 'logits' : 'hidden' });
}

const SMALL_DTYPES: readonly DTypeChoice[] = ['f16', 'q8', 'q4'];

/** How keys and values are kept: as asked for, or what fits the weights. */
export function kvDTypeFor(options: FormatOptions, checkpoint?: Checkpoint): KvDType {
  const { dtype = 'auto', kv_cache_dtype = 'auto' } = options;
  if (kv_cache_dtype !== 'auto') return kv_cache_dtype;
  const isSmall = dtype === 'auto' ? checkpoint && isQuantizedCheckpoint(checkpoint) : SMALL_DTYPES.includes(dtype);
  return isSmall ? 'f16' : 'f32';
}
