// Measures prefill and decode of one shape with random weights. The same code runs in a browser and in Node.
import { Fields } from '../src/formats/fields.ts';
import { type Gpu, type GpuOptions, openGpu } from '../src/gpu/device.ts';
import { createModel } from '../src/models/registry.ts';
import { TokenLoop } from '../src/runtime/generate.ts';
import type { DTypeChoice } from '../src/runtime/load-weights.ts';
import { LoadedModel } from '../src/runtime/loaded-model.ts';
import { Session } from '../src/runtime/session.ts';
import { SHAPES } from './shapes.ts';

export interface BenchOptions {
  shape: string;
  dtype: DTypeChoice;
  promptTokens: number;
  decodeTokens: number;
  /** Measured runs; the median is reported. */
  repeats: number;
  /** Also measure each kernel of a decode and of a prefill step by itself. */
  profile?: boolean;
  /** Measure loading instead: load.ts. */
  load?: boolean;
  gpu: GpuOptions;
}

/** One line of `npm run bench`. */
export interface BenchResult {
  engine: 'intab';
  runtime: string;
  adapter: string;
  shape: string;
  dtype: string;
  prompt_tokens: number;
  decode_tokens: number;
  prefill_tok_s: number;
  decode_tok_s: number;
  ttft_ms: number;
  load_ms: number;
  layers: number;
  dispatches_per_token: number;
  /** Of the decoder layers alone, per layer. */
  dispatches_per_layer: number;
  weight_bytes: number;
  gpu_bytes: number;
  /** Every measured run, in order. */
  runs: { prefill_tok_s: number; decode_tok_s: number }[];
  /** With `--profile`, by step. */
  profile?: Record<string, StepProfile>;
}

export interface StepProfile {
  /** The whole step on the GPU, by timestamps, where the adapter has them. */
  gpu_ms?: number;
  /** Microseconds of each kernel, how often it runs in a step, and their product. */
  kernels: KernelTime[];
}

export interface KernelTime {
  label: string;
  us: number;
  count: number;
  total_us: number;
}

const SEED = 7;
/** Embedding, final norm with head, and the two steps of greedy choice. */
const OUTSIDE_LAYERS = 4;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const round = (value: number) => Math.round(value * 100) / 100;

/** Prompts differ from run to run, so that no prefix is reused. */
function promptOf(length: number, vocab: number, run: number): number[] {
  let state = SEED + run * 7919;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % vocab;
  });
}

/** @throws an Error for an unknown shape; what opening the device and making the model throws. */
export async function runBench(options: BenchOptions, runtime: string): Promise<BenchResult> {
  const { shape } = options;
  const config = SHAPES[shape];
  if (!config) throw new Error(`no shape ${shape}; there are: ${Object.keys(SHAPES).join(', ')}`);
  const gpu = await openGpu(options.gpu);
  try {
    return await measure(gpu, config, options, runtime);
  } finally {
    gpu.dispose();
  }
}

async function measure(
  gpu: Gpu,
  config: Record<string, unknown>,
  { shape, dtype, promptTokens, decodeTokens, repeats, profile }: BenchOptions,
  runtime: string,
): Promise<BenchResult> {
  const model = createModel(new Fields(config, 'shape'), 'causal', new Set());
  const began = performance.now();
  const loaded = await LoadedModel.random(gpu, model, { dtype });
  const loop = new TokenLoop(new Session(loaded, { capacity: promptTokens + decodeTokens }));
  const sampling = { temperature: 1, repetitionPenalty: 1, topK: 0, topP: 1, minP: 0, sample: false, seed: SEED };
  const settings = { maxNewTokens: decodeTokens, eosTokenIds: [], sampling };
  const run = async (index: number) => {
    const start = performance.now();
    let first = 0;
    let tokens = 0;
    for await (const _ of loop.run([promptOf(promptTokens, model.vocabSize, index)], settings)) {
      if (tokens++ === 0) first = performance.now();
    }
    const end = performance.now();
    return {
      ttft: first - start,
      prefill_tok_s: (promptTokens * 1000) / (first - start),
      decode_tok_s: ((tokens - 1) * 1000) / (end - first),
    };
  };
  await run(0);
  const loadMs = performance.now() - began;
  await run(1);
  const runs = [];
  for (let index = 0; index < repeats; index++) runs.push(await run(2 + index));
  const result: BenchResult = {
    engine: 'intab',
    runtime,
    adapter: gpu.name,
    shape,
    dtype,
    prompt_tokens: promptTokens,
    decode_tokens: decodeTokens,
    prefill_tok_s: round(median(runs.map((each) => each.prefill_tok_s))),
    decode_tok_s: round(median(runs.map((each) => each.decode_tok_s))),
    ttft_ms: round(median(runs.map((each) => each.ttft))),
    load_ms: round(loadMs),
    layers: model.layers,
    dispatches_per_token: loop.dispatchesPerToken,
    dispatches_per_layer: (loop.dispatchesPerToken - OUTSIDE_LAYERS) / model.layers,
    weight_bytes: loaded.weights.sizeBytes,
    gpu_bytes: gpu.buffers.liveBytes,
    runs: runs.map((each) => ({ prefill_tok_s: round(each.prefill_tok_s), decode_tok_s: round(each.decode_tok_s) })),
  };
  if (profile) result.profile = await profileSteps(loop.session, promptTokens, decodeTokens);
  loop.dispose();
  loaded.dispose();
  return result;
}

const PROFILE_REPEATS = 50;

/** Times each kernel of a decode step behind the prompt, and of a prefill step. */
async function profileSteps(session: Session, promptTokens: number, decodeTokens: number) {
  const { cache, chunkTokens } = session;
  const profile: Record<string, StepProfile> = {};
  const steps = [
    { name: 'decode', plan: await session.plan({ input: 'ids', head: 'logits', tokens: 1, kept: 0 }), tokens: 1 },
    {
      name: 'prefill',
      plan: await session.plan({ input: 'ids', head: 'keptLogits', tokens: chunkTokens, kept: 1 }),
      tokens: Math.min(chunkTokens, promptTokens),
    },
  ];
  for (const { name, plan, tokens } of steps) {
    cache.length = name === 'decode' ? promptTokens + decodeTokens - 1 : 0;
    const size = session.beginStep(tokens, name === 'decode' ? 0 : 1, 0, cache.capacity, (_, t) => t);
    await plan.gpuTime(size);
    const gpuMs = await plan.gpuTime(size);
    const byLabel = new Map<string, number[]>();
    for (const { label, ms } of await plan.profile(size, PROFILE_REPEATS)) {
      byLabel.set(label, [...(byLabel.get(label) ?? []), ms]);
    }
    const kernels = [...byLabel]
      .map(([label, times]) => {
        const us = round(median(times) * 1000);
        return { label, us, count: times.length, total_us: round(us * times.length) };
      })
      .sort((a, b) => b.total_us - a.total_us);
    profile[name] = { ...(gpuMs === undefined ? {} : { gpu_ms: round(gpuMs) }), kernels };
  }
  return profile;
}
