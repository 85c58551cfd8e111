// Measures prefill and decode of one shape with random weights. The same code runs in a browser and in Node.
import { DeviceMemoryError, InputError } from '../src/errors.ts';
import { Fields } from '../src/formats/fields.ts';
import { type GpuOptions, openGpu } from '../src/gpu/device.ts';
import { hasRoomFor } from '../src/gpu/memory-probe.ts';
import { checkpointFromTensors } from '../src/hub/memory-checkpoint.ts';
import type { KvDType } from '../src/kernels/attention.ts';
import { GREEDY } from '../src/kernels/sampling.ts';
import type { Model } from '../src/models/model.ts';
import { createModel } from '../src/models/registry.ts';
import { TokenLoop } from '../src/runtime/generate.ts';
import { checkFormats, type DTypeChoice, type FormatOptions } from '../src/runtime/load-weights.ts';
import type { LoadedModel } from '../src/runtime/loaded-model.ts';
import { planMemory } from '../src/runtime/memory-plan.ts';
import { randomModel } from '../src/runtime/random-model.ts';
import { Session } from '../src/runtime/session.ts';
import { tokensPerSecond } from '../src/runtime/tokens-per-second.ts';
import type { KernelKnobs } from '../src/runtime/tuner.ts';
import { formatBytes } from '../src/tensor/format-bytes.ts';
import { SHAPES } from './shapes.ts';

export const BENCH_DTYPES = ['f32', 'f16', 'bf16', 'q8', 'q4'] as const satisfies readonly DTypeChoice[];
export type BenchDType = (typeof BENCH_DTYPES)[number];

export interface BenchOptions {
  shape: string;
  dtype: BenchDType;
  /** How keys and values are kept; as for any model where left out. */
  kvCacheDType?: FormatOptions['kv_cache_dtype'];
  /** Lengths of prompts; each is measured with each context. */
  promptTokens: readonly number[];
  /**
   * Tokens in the KV cache when decode starts: the prompt is the last of them, those before it are taken as cached and never computed.
   * Empty: the prompt alone.
   */
  contexts: readonly number[];
  decodeTokens: number;
  /** Measured runs; the median is reported. */
  repeats: number;
  /** Fit the kernels to the device first, as for any model where left out; or the knobs to use. */
  tune?: boolean | KernelKnobs;
  gpu: GpuOptions;
}

/** One line of `npm run bench`. */
export interface BenchResult {
  engine: 'intab';
  runtime: string;
  adapter: string;
  shape: string;
  dtype: BenchDType;
  kv_cache_dtype: KvDType;
  prompt_tokens: number;
  context_tokens: number;
  decode_tokens: number;
  prefill_tok_s: number;
  decode_tok_s: number;
  ttft_ms: number;
  /** Tuning, making the weights, compiling, and a first run: once for all lines of a shape and dtype. */
  load_ms: number;
  layers: number;
  dispatches_per_token: number;
  /** Milliseconds of this thread to encode and submit one token's step. */
  encode_ms_per_token: number;
  /** Of the decoder layers alone, per layer. */
  dispatches_per_layer: number;
  weight_bytes: number;
  gpu_bytes: number;
  /** The knobs of the kernels that decode: the defaults where nothing was tuned. */
  tuned: KernelKnobs;
  /** Every measured run, in order. */
  runs: { prefill_tok_s: number; decode_tok_s: number }[];
}

/** How far a benchmark is, and what it does now. */
export interface BenchProgress {
  done: number;
  total: number;
  text: string;
}

export interface BenchControl {
  signal?: AbortSignal;
  onProgress?: (progress: BenchProgress) => void;
}

/** A prompt and what is in the cache behind it. */
export interface Combination {
  promptTokens: number;
  contextTokens: number;
}

const SEED = 7;
/** Embedding, final norm with head, and the two steps of greedy choice. */
const OUTSIDE_LAYERS = 4;
/** The first run of a combination compiles, the second one sets the prefill's chunks. */
export const WARM_UP_RUNS = 2;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const round = (value: number) => Math.round(value * 100) / 100;

/** Tokens that differ from run to run, so that no prefix is reused. */
export function promptOf(length: number, vocab: number, run: number): number[] {
  let state = SEED + run * 7919;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % vocab;
  });
}

/** @throws {InputError} there is no such shape. */
export function modelOf(shape: string): Model {
  const config = SHAPES[shape];
  if (!config) {
    const names = Object.keys(SHAPES).join(', ');
    throw new InputError({ what: `There is no shape ${shape}`, expected: names, remedy: 'name one of these' });
  }
  return createModel(new Fields(config, 'shape'), 'causal', new Set());
}

/**
 * Every prompt with every context.
 * @throws {InputError} a context is shorter than a prompt, which is a part of it.
 */
export function combinations({ promptTokens, contexts }: Pick<BenchOptions, 'promptTokens' | 'contexts'>) {
  return promptTokens.flatMap((prompt) =>
    (contexts.length > 0 ? contexts : [prompt]).map((context): Combination => {
      if (context >= prompt) return { promptTokens: prompt, contextTokens: context };
      throw new InputError({
        what: 'A context is shorter than its prompt',
        expected: `at least ${prompt} tokens of context, the last ${prompt} of which are the prompt`,
        actual: String(context),
        remedy: 'make the prompt shorter or the context longer',
      });
    }),
  );
}

/**
 * A shape with random weights on a device of its own, which the caller disposes; an abort destroys it at once, so that nobody waits for
 * what the GPU still has to do.
 * @throws {DeviceMemoryError} the weights and a cache of so many slots do not fit; {InputError} a wrong option; what opening the device
 * throws.
 */
export async function openShape(
  {
    shape,
    dtype,
    kvCacheDType = 'auto',
    tune,
    gpu: gpuOptions,
  }: Pick<BenchOptions, 'shape' | 'dtype' | 'kvCacheDType' | 'tune' | 'gpu'>,
  slots: number,
  signal?: AbortSignal,
): Promise<LoadedModel> {
  const model = modelOf(shape);
  const formats = { dtype, kv_cache_dtype: kvCacheDType };
  checkFormats(formats);
  const gpu = await openGpu(gpuOptions);
  try {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => gpu.dispose(), { once: true });
    const plan = planMemory(gpu, model, checkpointFromTensors(new Map()), formats, slots);
    const layerKeysBytes = plan.kvCacheBytes / (2 * model.layers);
    if (layerKeysBytes > plan.largestBinding.limitBytes || !(await hasRoomFor(gpu, plan.totalBytes))) {
      throw new DeviceMemoryError({
        what: `${shape} in ${dtype} with ${slots} tokens does not fit this GPU`,
        expected: `room for ${formatBytes(plan.totalBytes)}, in buffers of at most ${formatBytes(plan.largestBinding.limitBytes)}`,
        actual: `weights take ${formatBytes(plan.weightBytes)}, keys and values ${formatBytes(plan.kvCacheBytes)}`,
        remedy: 'choose a smaller shape, a smaller dtype or a shorter context, or close other pages that use the GPU',
      });
    }
    return await randomModel(gpu, model, { ...formats, tune });
  } catch (error) {
    gpu.dispose();
    signal?.throwIfAborted();
    throw error;
  }
}

/**
 * Measures each combination of prompt and context, on a device that lives as long as the measurement.
 * @throws {InputError} an unknown shape, a context that is too short; what {@link openShape} throws; the signal's reason on abort.
 */
export async function* runBench(
  options: BenchOptions,
  runtime: string,
  { signal, onProgress }: BenchControl = {},
): AsyncGenerator<BenchResult, void, undefined> {
  const { shape, dtype, decodeTokens, repeats } = options;
  const all = combinations(options);
  const total = 1 + all.length * (WARM_UP_RUNS + repeats);
  let done = 0;
  const report = (text: string) => onProgress?.({ done, total, text });
  const longest = Math.max(...all.map(({ contextTokens }) => contextTokens));
  report(`${shape}, ${dtype}: making weights`);
  const began = performance.now();
  const loaded = await openShape(options, longest + decodeTokens, signal);
  try {
    done++;
    let loadMs: number | undefined;
    for (const combination of all) {
      signal?.throwIfAborted();
      const { promptTokens, contextTokens } = combination;
      const session = await Session.open(loaded, { capacity: contextTokens + decodeTokens });
      const loop = new TokenLoop(session);
      try {
        const run = async (index: number) => {
          report(`${shape}, ${dtype}: ${contextTokens} tokens of context, prompt of ${promptTokens}`);
          const result = await measureRun(loop, combination, decodeTokens, index, signal);
          done++;
          return result;
        };
        await run(0);
        loadMs ??= performance.now() - began;
        for (let index = 1; index < WARM_UP_RUNS; index++) await run(index);
        const runs: RunTimes[] = [];
        for (let index = 0; index < repeats; index++) runs.push(await run(WARM_UP_RUNS + index));
        const { gpu, model } = loaded;
        const result: BenchResult = {
          engine: 'intab',
          runtime,
          adapter: gpu.name,
          shape,
          dtype,
          kv_cache_dtype: session.cache.dtype,
          prompt_tokens: promptTokens,
          context_tokens: contextTokens,
          decode_tokens: decodeTokens,
          ...speedsOf(runs),
          load_ms: round(loadMs),
          layers: model.layers,
          dispatches_per_token: loop.dispatchesPerToken,
          encode_ms_per_token: round(median(runs.map((each) => each.encode_ms_per_token))),
          dispatches_per_layer: (loop.dispatchesPerToken - OUTSIDE_LAYERS) / model.layers,
          weight_bytes: loaded.weights.sizeBytes,
          gpu_bytes: gpu.buffers.liveBytes,
          tuned: loaded.knobs,
        };
        report(`${shape}, ${dtype}: ${contextTokens} tokens of context measured`);
        yield result;
      } finally {
        loop.dispose();
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    loaded.gpu.dispose();
  }
}

/** Of one run. */
export interface RunSpeeds {
  ttft: number;
  prefill_tok_s: number;
  decode_tok_s: number;
}

interface RunTimes extends RunSpeeds {
  encode_ms_per_token: number;
}

/** The medians of runs, and each of them. */
export function speedsOf(
  runs: readonly RunSpeeds[],
): Pick<BenchResult, 'prefill_tok_s' | 'decode_tok_s' | 'ttft_ms' | 'runs'> {
  return {
    prefill_tok_s: round(median(runs.map((run) => run.prefill_tok_s))),
    decode_tok_s: round(median(runs.map((run) => run.decode_tok_s))),
    ttft_ms: round(median(runs.map((run) => run.ttft))),
    runs: runs.map((run) => ({ prefill_tok_s: round(run.prefill_tok_s), decode_tok_s: round(run.decode_tok_s) })),
  };
}

/** One prompt behind a context that is taken as cached, and the tokens after it. */
async function measureRun(
  loop: TokenLoop,
  { promptTokens, contextTokens }: Combination,
  decodeTokens: number,
  index: number,
  signal: AbortSignal | undefined,
): Promise<RunTimes> {
  const settings = { maxNewTokens: decodeTokens, eosTokenIds: [], sampling: GREEDY };
  const ids = promptOf(contextTokens, loop.session.loaded.model.vocabSize, index);
  loop.assumeCached(ids.slice(0, contextTokens - promptTokens));
  const encodedBefore = { ...loop.encoded };
  const start = performance.now();
  let first = 0;
  let tokens = 0;
  for await (const _ of loop.run([ids], settings, { signal })) {
    if (tokens++ === 0) first = performance.now();
  }
  const end = performance.now();
  return {
    encode_ms_per_token: (loop.encoded.ms - encodedBefore.ms) / Math.max(loop.encoded.tokens - encodedBefore.tokens, 1),
    ttft: first - start,
    prefill_tok_s: tokensPerSecond(promptTokens, first - start),
    decode_tok_s: tokensPerSecond(tokens - 1, end - first),
  };
}
