// Counting what known shapes take, without a device or any weights.
import { expect, it } from 'vitest';
import { Fields } from '../formats/fields.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Checkpoint } from '../hub/checkpoint.ts';
import { createModel } from '../models/registry.ts';
import type { FormatOptions } from './load-weights.ts';
import { type MemoryPlan, planMemory } from './memory-plan.ts';

const GPU = {
  features: new Set(),
  limits: {
    maxStorageBufferBindingSize: 128 * 2 ** 20,
    maxBufferSize: 256 * 2 ** 20,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
  },
  softwareKernels: false,
} as unknown as Gpu;

const CHECKPOINT = { tensors: new Map() } as unknown as Checkpoint;

/** TinyLlama 1.1B. */
const SMALL = {
  model_type: 'llama',
  hidden_size: 2048,
  intermediate_size: 5632,
  num_attention_heads: 32,
  num_hidden_layers: 22,
  num_key_value_heads: 4,
  max_position_embeddings: 2048,
  vocab_size: 32_000,
};
const SMALL_WEIGHTS = 1_100_048_384;

function plan(config: object, options: FormatOptions & { dtype: MemoryPlan['dtype'] }, contextLength: number) {
  const model = createModel(new Fields(config as Record<string, never>, 'test'), 'causal', new Set());
  return planMemory(GPU, model, CHECKPOINT, options, contextLength);
}

it('keeps a 1.1B Llama at four bits within 0.62 bytes a weight', () => {
  expect(plan(SMALL, { dtype: 'q4' }, 2048).weightBytes / SMALL_WEIGHTS).toBeLessThan(0.62);
  // Everything counted: scales, token tables, vectors, keys and values of 1024 tokens in f16, activations.
  const all = plan(SMALL, { dtype: 'q4', group_size: 64, embeddings_dtype: 'q4' }, 1024);
  expect(all.totalBytes / SMALL_WEIGHTS).toBeLessThan(0.62);
});

it('counts the other formats, and the context', () => {
  const half = plan(SMALL, { dtype: 'f16' }, 1024);
  expect(half.weightBytes / SMALL_WEIGHTS).toBeCloseTo(2, 3);
  expect(plan(SMALL, { dtype: 'f32' }, 1024).weightBytes / SMALL_WEIGHTS).toBeCloseTo(4, 3);
  // 22 layers, keys and values of 4 heads of 64 in f16.
  expect(half.kvCacheBytes).toBe(22 * 2 * 4 * 64 * 2 * 1024);
  expect(plan(SMALL, { dtype: 'f16' }, 2048).kvCacheBytes).toBe(2 * half.kvCacheBytes);
  const { kvCacheBytes } = plan(SMALL, { dtype: 'f16', kv_cache_dtype: 'q8' }, 1024);
  expect(kvCacheBytes / half.kvCacheBytes).toBe(36 / 64);
  expect(half.largestBinding).toMatchObject({ sizeBytes: 32_000 * 2048 * 2, limitBytes: 128 * 2 ** 20 });
  // The token tables are split.
  const { largestBinding } = plan(SMALL, { dtype: 'f32' }, 1024);
  expect(largestBinding.sizeBytes).toBe(largestBinding.limitBytes);
});

it('plans the largest models', () => {
  const { weightBytes } = plan(
    { model_type: 'dots1', n_routed_experts: 128, num_experts_per_tok: 6 },
    { dtype: 'q4' },
    4096,
  );
  expect(weightBytes).toBeGreaterThan(70e9);
});
