// From a model's name to a model on the GPU: opens the source, refuses what cannot run before any weight is read, loads, reports
// progress in transformers.js's form.
import { DeviceMemoryError, SourceError } from '../errors.ts';
import { Fields } from '../formats/fields.ts';
import { parseJsonObject } from '../formats/json.ts';
import { type QuantMethod, readQuantMethod } from '../formats/quant-method.ts';
import { type Gpu, type GpuOptions, openGpu } from '../gpu/device.ts';
import type { Checkpoint } from '../hub/checkpoint.ts';
import { type ModelSourceOptions, openModelCheckpoint, openModelSource } from '../hub/gguf-source.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import type { ModelSource } from '../hub/source.ts';
import { loadPart } from '../load-part.ts';
import type { RopePrecision } from '../models/blocks/rope.ts';
import type { Model, Task } from '../models/model.ts';
import { createModel } from '../models/registry.ts';
import { checkFormats, type DTypeChoice, type FormatOptions } from '../runtime/load-weights.ts';
import { LoadedModel } from '../runtime/loaded-model.ts';
import type { MemoryPlan } from '../runtime/memory-plan.ts';
import type { TuneOptions } from '../runtime/tuner.ts';
import { compileGeneration } from '../runtime/warm-up.ts';
import { formatBytes } from '../tensor/format-bytes.ts';
import { type ProgressCallback, ProgressEvents } from './progress-events.ts';

export interface LoadOptions extends ModelSourceOptions, FormatOptions, TuneOptions {
  /** `webgpu`, or a device from `openGpu` that the caller disposes. */
  device?: 'webgpu' | Gpu;
  /**
   * Rounding of the rotary embedding's inverse frequencies. `f32`, the default, is what the reference's `from_pretrained` gives;
   * the others repeat a reference model that was cast as a whole with `model.to(dtype)`.
   */
  rope_precision?: RopePrecision;
  /** Most bytes that weights, keys, values and activations may take; `dtype: 'auto'` chooses a dtype that stays below. */
  memory_budget_bytes?: number;
  /**
   * Of models that generate text: compile while the weights are read, and run a step before the model is handed out, so that the first
   * prompt takes no longer than others. True unless stated; false on software adapters, which compile on the cores that load.
   */
  warm_up?: boolean;
  progress_callback?: ProgressCallback;
  signal?: AbortSignal;
}

/** Most tokens of prompt and answer, unless the model was trained for fewer. */
export const DEFAULT_CONTEXT = 4096;

let shared: Promise<Gpu> | undefined;

/** The page's own device, opened on first use and opened anew after it was lost. */
export async function sharedGpu(options: GpuOptions = {}): Promise<Gpu> {
  const current = shared;
  if (current) {
    const gpu = await current.catch(() => undefined);
    if (gpu && gpu.lostReason === undefined) return gpu;
  }
  if (shared === current) shared = openGpu(options);
  return shared as Promise<Gpu>;
}

/** Reads a JSON file of a source. */
export async function readJson(source: ModelSource, file: string, signal?: AbortSignal): Promise<Fields | undefined> {
  const text = await source.text(file, signal);
  return text === undefined ? undefined : new Fields(parseJsonObject(text, file), file);
}

export interface OpenedModel {
  source: ModelSource;
  config: Fields;
  generationConfig: Fields;
  loaded: LoadedModel;
  /** Whether its kernels are compiled and its first step is to be run before anybody waits for it. */
  warmsUp: boolean;
}

/** What a model is opened for. */
export interface OpenPurpose {
  /** It will generate text. */
  generates?: boolean;
  /** Hears where the files are from, before the weights are read. */
  onSource?: (source: ModelSource) => void;
}

/** A model before its weights are read. */
export interface OpenedHeaders {
  gpu: Gpu;
  source: ModelSource;
  config: Fields;
  model: Model;
  checkpoint: Checkpoint;
}

/**
 * Reads a model's configuration and the headers of its weights.
 * @throws {InputError} a wrong option, before anything is fetched. {SourceError} no such model, or the network fails. {FormatError}
 * {ConfigError} {UnsupportedError} a file that intab cannot read or run, named. {WebGpuUnavailableError} no WebGPU.
 */
export async function openHeaders(location: ModelLocation, task: Task, options: LoadOptions): Promise<OpenedHeaders> {
  checkFormats(options);
  const { device = 'webgpu', rope_precision, signal, progress_callback } = options;
  const source: ModelSource = openModelSource(location, options, (error) =>
    progress_callback?.({ status: 'uncached', name: source.name, error }),
  );
  signal?.throwIfAborted();
  const config = await readJson(source, 'config.json', signal);
  if (!config) {
    throw new SourceError({
      what: `${source.name} has no config.json`,
      expected: 'a folder in Hub layout, or the name of a GGUF file as `file`',
      remedy: 'check the address, or the id on the Hub',
    });
  }
  // Refuses by name before any weight file is opened; the tensors' names come with the headers.
  createModel(config, task, new Set());
  const [gpu, files] = await Promise.all([
    device === 'webgpu' ? sharedGpu() : device,
    openModelCheckpoint(source, signal),
  ]);
  const method = readQuantMethod(config);
  const checkpoint = method ? await unquantized(files, method) : files;
  const model = createModel(config, task, new Set(checkpoint.tensors.keys()), rope_precision);
  return { gpu, source, config, model, checkpoint };
}

/** Most checkpoints are not quantised: what reads those that are is loaded with the first. */
async function unquantized(files: Checkpoint, method: QuantMethod): Promise<Checkpoint> {
  const { quantizedCheckpoint } = await loadPart(import('../hub/quantized-checkpoint.ts'));
  return quantizedCheckpoint(files, method);
}

/**
 * Loads a model for a task.
 * @throws what {@link openHeaders} throws; {DeviceMemoryError} it does not fit; {InputError} `tune` has knobs that do not run here.
 */
export async function openModel(
  location: ModelLocation,
  task: Task,
  options: LoadOptions = {},
  { generates = false, onSource }: OpenPurpose = {},
): Promise<OpenedModel> {
  const { progress_callback, signal } = options;
  const { gpu, source, config, model, checkpoint } = await openHeaders(location, task, options);
  onSource?.(source);
  const warmsUp = generates && !model.bidirectional && (options.warm_up ?? !gpu.isFallback);
  const [generationConfig, dtype] = await Promise.all([
    readJson(source, 'generation_config.json', signal),
    fittingDType(gpu, model, checkpoint, options),
  ]);
  const origins = new Map<string, number>();
  for (const { file, offsetBytes } of checkpoint.tensors.values()) {
    origins.set(file, Math.min(origins.get(file) ?? Number.POSITIVE_INFINITY, offsetBytes));
  }
  const progress = new ProgressEvents(source.name, checkpoint.totalBytes, progress_callback);
  let compiled: Promise<void> = Promise.resolve();
  const loaded = await LoadedModel.load(gpu, model, checkpoint, {
    ...options,
    dtype,
    onAllocated: (parts) => {
      if (!warmsUp) return;
      // What is wrong with a kernel is told where it is used: at the first prompt.
      compiled = compileGeneration({ gpu, model, ...parts }).catch(() => undefined);
    },
    onProgress: (event) => progress.report(event),
    derived: async (name) =>
      source.derived?.(
        name,
        [...origins].map(([file, headBytes]) => ({ file, headBytes })),
      ),
  });
  try {
    await orAborted(compiled, signal);
  } catch (error) {
    loaded.dispose();
    throw error;
  }
  progress_callback?.({ status: 'ready', name: source.name });
  const defaults = generationConfig ?? new Fields({}, 'generation_config.json');
  return { source, config, generationConfig: defaults, loaded, warmsUp };
}

/** Waits for some work, or until the signal aborts. */
async function orAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', abort));
  });
}

/** Checkpoints up to this are loaded as they are stored, without asking whether there is room. */
const SMALL_CHECKPOINT_BYTES = 256 * 2 ** 20;

/**
 * The dtype asked for; of `auto`, the stored one where there is room for it, else the largest smaller one.
 * @throws {DeviceMemoryError} with what each dtype would take, where none fits.
 */
async function fittingDType(
  gpu: Gpu,
  model: Model,
  checkpoint: Checkpoint,
  options: LoadOptions,
): Promise<DTypeChoice> {
  const { dtype = 'auto', memory_budget_bytes: budget } = options;
  if (dtype !== 'auto') return dtype;
  if (budget === undefined && checkpoint.totalBytes <= SMALL_CHECKPOINT_BYTES) return 'auto';
  const contextLength = Math.min(DEFAULT_CONTEXT, model.maxPositions);
  const { planDTypes } = await loadPart(import('../runtime/memory-plan.ts'));
  const { best, plans } = await planDTypes(gpu, model, checkpoint, options, contextLength);
  if (best === plans[0]) return 'auto';
  if (best) return best.dtype;
  throw new DeviceMemoryError({
    what: 'The model does not fit the GPU',
    actual: inWords(plans),
    remedy: 'use a smaller model, close other pages that use the GPU, or name a dtype to try all the same',
  });
}

/** What each plan takes, in words. */
export function inWords(plans: readonly MemoryPlan[]): string {
  return plans
    .map(({ dtype, totalBytes, weightBytes, kvCacheBytes }) => {
      const parts = `weights ${formatBytes(weightBytes)}, keys and values ${formatBytes(kvCacheBytes)}`;
      return `${dtype} takes ${formatBytes(totalBytes)} (${parts})`;
    })
    .join('; ');
}
