// Mixtures of experts: nothing is read back inside a forward pass, decode stays within its dispatches, and the same input gives
// the same bits however often it runs.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Fields } from '../../src/formats/fields.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { createModel } from '../../src/models/registry.ts';
import { forward } from '../../src/runtime/forward.ts';
import type { LoadedModel } from '../../src/runtime/loaded-model.ts';
import { randomModel } from '../../src/runtime/random-model.ts';
import { Session } from '../../src/runtime/session.ts';
import { GpuLog } from './gpu-log.ts';

const SIZES = {
  vocab_size: 64,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  moe_intermediate_size: 16,
};

const CONFIGS = {
  qwen2_moe: { num_experts: 8, num_experts_per_tok: 3, shared_expert_intermediate_size: 32 },
  dots1: { n_routed_experts: 8, num_experts_per_tok: 3, n_shared_experts: 1, head_dim: 8 },
  hunyuan_v1_moe: { num_experts: 8, moe_topk: 3, head_dim: 8 },
};

/** Dense takes six; a mixture of experts at most four or five more. */
const MAX_DISPATCHES_PER_LAYER = 11;
const PROMPT = [5, 1, 60, 7, 7, 33, 12, 40, 2];

describe.each(Object.entries(CONFIGS))('%s', (model_type, config) => {
  let gpu: Gpu;
  let log: GpuLog;
  let loaded: LoadedModel;
  beforeAll(async () => {
    gpu = await openGpu();
    log = new GpuLog(gpu);
    log.watchBuffers(gpu);
    const fields = new Fields({ ...SIZES, ...config, model_type }, 'test');
    loaded = await randomModel(gpu, createModel(fields, 'causal', new Set()), { dtype: 'f32' });
  });
  afterAll(() => gpu.dispose());

  it('reads nothing back inside a forward pass', async () => {
    // Of a GPU that seems to take no time, all is submitted that can be.
    vi.spyOn(gpu.queue, 'onSubmittedWorkDone').mockResolvedValue(undefined);
    await forward(loaded, { input_ids: [PROMPT], logits_to_keep: 1 });
    log.clear();
    await forward(loaded, { input_ids: [PROMPT], logits_to_keep: 1 });
    // A submit for the prompt's first dispatches, one for the others, one for the copy of the logits, which is the only thing read.
    expect(log.count('pass')).toBe(2);
    expect(log.count('read')).toBeLessThanOrEqual(1);
    expect(log.count('submit')).toBe(3);
  });

  it('stays within its dispatches in decode', async () => {
    const session = new Session(loaded, { capacity: 64 });
    try {
      const plan = await session.plan({ input: 'ids', head: 'logits', tokens: 1, kept: 0 });
      const dispatches = plan.labels({ ...session.size, tokens: 1, past: 40, splits: 2 }).length;
      // All but the embeddings and the head.
      expect((dispatches - 2) / SIZES.num_hidden_layers).toBeLessThanOrEqual(MAX_DISPATCHES_PER_LAYER);
    } finally {
      session.dispose();
    }
  });

  it('gives the same bits ten times', async () => {
    const runs = [];
    for (let i = 0; i < 10; i++) runs.push((await forward(loaded, { input_ids: [PROMPT, PROMPT] })).logits?.data);
    for (const run of runs) expect(run).toEqual(runs[0]);
  });
});
