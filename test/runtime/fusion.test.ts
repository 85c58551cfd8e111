// Each fusion rule on its own: the same numbers with and without it, and fewer dispatches with it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fields } from '../../src/formats/fields.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { FUSION_RULES } from '../../src/graph/fusion/index.ts';
import type { FusionRule } from '../../src/graph/fusion/rule.ts';
import { createModel } from '../../src/models/registry.ts';
import { forward } from '../../src/runtime/forward.ts';
import type { LoadedModel } from '../../src/runtime/loaded-model.ts';
import { randomModel } from '../../src/runtime/random-model.ts';
import { Session } from '../../src/runtime/session.ts';
import { relativeError } from '../relative-error.ts';
import { loadTiny } from './tiny-model.ts';

/** Sums in f32 in another order. */
const TOLERANCE = 1e-5;
const PROMPT = [5, 1, 60, 7, 7, 33, 12];
const NEXT = [9, 2];

interface Run {
  prefill: ArrayLike<number>;
  decode: number[];
  prefillDispatches: number;
  decodeDispatches: number;
}

/** One layer of experts: where `slots-add` has something to do. */
const MOE_CONFIG = {
  model_type: 'qwen2_moe',
  vocab_size: 61,
  hidden_size: 32,
  intermediate_size: 40,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  num_experts: 6,
  num_experts_per_tok: 2,
  moe_intermediate_size: 16,
  shared_expert_intermediate_size: 32,
};

const isForExperts = (rule: FusionRule) => rule.name === 'slots-add';

const MODELS: [string, (gpu: Gpu) => Promise<LoadedModel>, FusionRule[]][] = [
  [
    'a dense model',
    (gpu) => loadTiny(gpu, { config: { attention_bias: true, mlp_bias: true, hidden_act: 'gelu' } }),
    FUSION_RULES.filter((rule) => !isForExperts(rule)),
  ],
  [
    'a mixture of experts',
    (gpu) => randomModel(gpu, createModel(new Fields(MOE_CONFIG, 'test'), 'causal', new Set()), { dtype: 'f32' }),
    FUSION_RULES.filter(isForExperts),
  ],
];

describe.each(MODELS)('fusion rules of %s', (_model, load, rules) => {
  let gpu: Gpu;
  let loaded: LoadedModel;
  let all: Run;
  beforeAll(async () => {
    gpu = await openGpu();
    loaded = await load(gpu);
    all = await run(FUSION_RULES);
  });
  afterAll(() => gpu.dispose());

  /** Logits of a prompt and of two single tokens behind it. */
  async function run(rules: readonly FusionRule[]): Promise<Run> {
    const session = new Session(loaded, { capacity: 16, rules });
    try {
      const dispatches = async (tokens: number) => {
        const plan = await session.plan({ input: 'ids', head: 'logits', tokens, kept: 0 });
        return plan.labels({ ...session.size, tokens, kept: 0 }).length;
      };
      const first = await forward(loaded, { input_ids: [PROMPT], past_key_values: session });
      const decode: number[] = [];
      for (const id of NEXT) {
        const { logits } = await forward(loaded, { input_ids: [[id]], past_key_values: session });
        decode.push(...(logits?.data ?? []));
      }
      return {
        prefill: first.logits?.data ?? [],
        decode,
        prefillDispatches: await dispatches(PROMPT.length),
        decodeDispatches: await dispatches(1),
      };
    } finally {
      session.dispose();
    }
  }

  it('change nothing when all are left out', async () => {
    const plain = await run([]);
    expect(relativeError(plain.prefill, all.prefill)).toBeLessThan(TOLERANCE);
    expect(relativeError(plain.decode, all.decode)).toBeLessThan(TOLERANCE);
    expect(plain.decodeDispatches).toBeGreaterThan(all.decodeDispatches);
  });

  it.each(rules.map((rule) => [rule.name, rule] as const))('%s', async (_, rule) => {
    const without = await run(FUSION_RULES.filter((other) => other !== rule));
    expect(relativeError(without.prefill, all.prefill)).toBeLessThan(TOLERANCE);
    expect(relativeError(without.decode, all.decode)).toBeLessThan(TOLERANCE);
    expect(without.decodeDispatches).toBeGreaterThan(all.decodeDispatches);
    expect(without.prefillDispatches).toBeGreaterThanOrEqual(all.prefillDispatches);
  });
});
