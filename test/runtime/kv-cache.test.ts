// How keys and values are kept: what it changes in the logits, what it takes, and that the choice reaches whoever keeps them.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { AutoModelForCausalLM, InputError, type LoadOptions, pipeline, planModel } from '../../src/index.ts';
import type { KvDType } from '../../src/kernels/attention.ts';
import { forward } from '../../src/runtime/forward.ts';
import { kvCacheBytes } from '../../src/runtime/kv-cache.ts';
import { Session } from '../../src/runtime/session.ts';
import { compileGeneration } from '../../src/runtime/warm-up.ts';
import { relativeError } from '../relative-error.ts';
import { loadTiny } from './tiny-model.ts';

const MODEL = '/models/intab-chat';
const CONFIG = { head_dim: 40 };
const PROMPT = [5, 1, 60, 7, 7, 33, 12, 40, 2];
const NEXT = [9, 30, 4];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

/** The last logits of a prompt in two chunks and of each token after it, and the bytes of the cache. */
async function run(kv_cache_dtype: KvDType) {
  using loaded = await loadTiny(gpu, { config: CONFIG, kv_cache_dtype });
  using session = await Session.open(loaded, { capacity: 20, chunkTokens: 5 });
  expect(session.cache.dtype).toBe(kv_cache_dtype);
  const logits: number[] = [];
  for (const ids of [PROMPT, ...NEXT.map((id) => [id])]) {
    const outputs = await forward(loaded, { input_ids: [ids], logits_to_keep: 1, past_key_values: session });
    logits.push(...(outputs.logits?.data ?? []));
  }
  const counted = kvCacheBytes(loaded.model.attention, session.cache.capacity, kv_cache_dtype);
  return { logits, sizeBytes: session.cache.sizeBytes, counted };
}

describe('a cache in q8', () => {
  it('gives nearly the logits of one in floats', async () => {
    const exact = await run('f32');
    const half = await run('f16');
    const bytes = await run('q8');
    expect(relativeError(half.logits, exact.logits)).toBeLessThan(1e-3);
    const error = relativeError(bytes.logits, half.logits);
    expect(error).toBeGreaterThan(1e-4);
    expect(error).toBeLessThan(2e-2);
  });

  it.each([
    ['f32', 4 * 40],
    ['f16', 2 * 40],
    ['q8', 40 + 2 * 4],
  ] as const)('in %s takes %i bytes a row', async (dtype, rowBytes) => {
    const { sizeBytes, counted } = await run(dtype);
    // Layers, keys and values, heads, slots.
    expect(counted).toBe(2 * 2 * 2 * 20 * rowBytes);
    expect(sizeBytes).toBe(counted);
  });

  it('has its kernels compiled ahead', async () => {
    const device = await openGpu();
    try {
      using loaded = await loadTiny(device, { config: CONFIG, kv_cache_dtype: 'q8' });
      await compileGeneration(loaded);
      const compiled = device.pipelines.size;
      using session = await Session.open(loaded, { capacity: 20 });
      await session.plan({ input: 'ids', head: 'logits', tokens: 1, kept: 0 });
      expect(device.pipelines.size).toBe(compiled);
    } finally {
      device.dispose();
    }
  });

  it('is no choice for heads that do not fill words', async () => {
    using loaded = await loadTiny(gpu, { kv_cache_dtype: 'q8' });
    using session = await Session.open(loaded, { capacity: 4 });
    expect(session.cache.dtype).toBe('f32');
  });
});

describe('kv_cache_dtype', () => {
  it('counts in planModel, and answers the same', async () => {
    const plan = await planModel(MODEL, { dtype: 'q4', kv_cache_dtype: 'q8' });
    // 8 layers × keys and values × 4 heads × 36 bytes for 32 elements × 1024 tokens.
    expect(plan.plans[0]?.kvCacheBytes).toBe(8 * 2 * 4 * 36 * 1024);
    const chat = await pipeline('text-generation', MODEL, { device: gpu, kv_cache_dtype: 'q8' });
    const options = { max_new_tokens: 12, do_sample: false };
    const [answer] = await chat([{ role: 'user', content: 'What is the capital of France?' }], options);
    expect(answer?.generated_text.at(-1)?.content).toBe('The capital of France is **Paris**.');
    await chat.dispose();
  });

  it('is refused before anything is fetched where there is no such', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const options = { kv_cache_dtype: 'q5' } as unknown as LoadOptions;
    for (const open of [
      () => AutoModelForCausalLM.from_pretrained(MODEL, options),
      () => pipeline('text-generation', MODEL, options),
      () => planModel(MODEL, options),
    ]) {
      const opening = open();
      await expect(opening).rejects.toThrow(InputError);
      await expect(opening).rejects.toThrow(/Expected: one of auto, f32, f16, q8\. Found: "q5"/);
    }
    expect(fetched).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('reaches a worker', async () => {
    const worker = new Worker(new URL('../chat-worker.ts', import.meta.url), { type: 'module' });
    const kv_cache_dtype = 'q5' as unknown as KvDType;
    await expect(pipeline('text-generation', MODEL, { worker, kv_cache_dtype })).rejects.toThrow(/"q5"/);
    worker.terminate();
  });
});
