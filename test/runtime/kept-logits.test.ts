// Logits of some positions: what the whole forward pass gives there, though the last layer computes only those rows.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Fields } from '../../src/formats/fields.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { FUSION_RULES } from '../../src/graph/fusion/index.ts';
import type { Task } from '../../src/models/model.ts';
import { createModel } from '../../src/models/registry.ts';
import { forward } from '../../src/runtime/forward.ts';
import type { ForwardInputs } from '../../src/runtime/forward-inputs.ts';
import type { LoadedModel } from '../../src/runtime/loaded-model.ts';
import { randomModel } from '../../src/runtime/random-model.ts';
import { Session } from '../../src/runtime/session.ts';
import type { Tensor } from '../../src/runtime/tensor.ts';
import { relativeError } from '../relative-error.ts';
import { IS_SWEEP } from '../sweep.ts';
import { TINY_CONFIG } from './tiny-model.ts';

/** Sums in f32 in another order. */
const TOLERANCE = 1e-5;

const { architectures: _, ...TINY } = TINY_CONFIG;
const SIZES = { ...TINY, pad_token_id: 0 };
const DENSE = { ...SIZES, model_type: 'llama', attention_bias: true, mlp_bias: true };
const MOE = { ...SIZES, model_type: 'qwen2_moe', num_experts: 6, num_experts_per_tok: 2, moe_intermediate_size: 16 };
const CONFIGS: Record<string, Record<string, string | number | boolean>> = {
  'a dense model': DENSE,
  'experts with a shared one among them': { ...MOE, shared_expert_intermediate_size: 32 },
  'experts beside a shared one': { ...MOE, shared_expert_intermediate_size: 40 },
};

const PROMPT = [5, 1, 60, 7, 7, 33, 12, 40, 2, 19, 28];
const INPUTS: [string, ForwardInputs][] = [
  ['a prompt', { input_ids: [PROMPT] }],
  [
    'a padded batch',
    {
      input_ids: [PROMPT, [0, 0, 0, ...PROMPT.slice(0, -3)]],
      attention_mask: [PROMPT.map(() => 1), PROMPT.map((_, t) => (t < 3 ? 0 : 1))],
    },
  ],
];
/** Each with the positions it stands for. */
const KEEPS: [number | number[], number[]][] = [
  [1, [10]],
  [3, [8, 9, 10]],
  [
    [7, -1, 4],
    [7, 10, 4],
  ],
  [6, [5, 6, 7, 8, 9, 10]],
  // More rows than a chunk has, and than the prompt.
  [
    [10, 0, 10, 3, 3, -8, 10, 0, 2, 1, 10, 3, 3],
    [10, 0, 10, 3, 3, 3, 10, 0, 2, 1, 10, 3, 3],
  ],
];

function load(gpu: Gpu, config: Record<string, string | number | boolean>, task: Task): Promise<LoadedModel> {
  return randomModel(gpu, createModel(new Fields(config, 'test'), task, new Set()), { dtype: 'f32' });
}

/** Rows of `[B, T, V]` at some positions. */
function rowsAt({ data, dims: [batch = 0, tokens = 0, width = 0] }: Tensor, positions: number[]): number[] {
  return Array.from({ length: batch }, (_, b) =>
    positions.flatMap((t) => [...data.subarray((b * tokens + t) * width, (b * tokens + t + 1) * width)]),
  ).flat();
}

afterEach(() => vi.restoreAllMocks());

// Hardware kernels are GEMMs from a few rows on.
describe.each(['software', 'hardware'] as const)('with %s kernels, logits to keep of', (kernels) => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openGpu({ kernels });
  });
  afterAll(() => gpu.dispose());

  describe.each(Object.entries(CONFIGS))('%s', (_model, config) => {
    let loaded: LoadedModel;
    beforeAll(async () => {
      loaded = await load(gpu, config, 'causal');
    });
    afterAll(() => loaded.dispose());

    // All with each model; GEMMs, which take long to compile, with one model, and a prompt in chunks with the others.
    const isWhole = IS_SWEEP || kernels === 'software' || config === DENSE;
    describe.each(isWhole ? INPUTS : INPUTS.slice(0, 1))('and %s', (_input, inputs) => {
      let all: Tensor;
      beforeAll(async () => {
        all = (await forward(loaded, inputs)).logits as Tensor;
      });

      it.each([
        ['chunks', 4, FUSION_RULES] as const,
        ...(isWhole
          ? ([
              ['one chunk', 11, FUSION_RULES],
              ['chunks without fusion', 4, []],
            ] as const)
          : []),
      ])('are those of all logits, in %s', async (_, chunkTokens, rules) => {
        const batch = all.dims[0] as number;
        for (const [logits_to_keep, positions] of KEEPS) {
          using session = new Session(loaded, { batch, capacity: 12, chunkTokens, rules });
          const { logits } = await forward(loaded, { ...inputs, past_key_values: session, logits_to_keep });
          expect(logits?.dims).toEqual([batch, positions.length, SIZES.vocab_size]);
          expect(relativeError(logits?.data ?? [], rowsAt(all, positions))).toBeLessThan(TOLERANCE);
          // Chunks of which no logits are kept leave the whole cache behind, too.
          const next = { input_ids: Array.from({ length: batch }, () => [9]), past_key_values: session };
          using whole = new Session(loaded, { batch, capacity: 12 });
          await forward(loaded, { ...inputs, past_key_values: whole });
          const ours = (await forward(loaded, { ...next, logits_to_keep: 1 })).logits;
          const theirs = (await forward(loaded, { ...next, past_key_values: whole })).logits;
          expect(ours?.dims).toEqual(theirs?.dims);
          expect(relativeError(ours?.data ?? [], theirs?.data ?? [])).toBeLessThan(TOLERANCE);
        }
      });
    });
  });

  it.each([true, false])(
    'a classifier are those of one whose last layer has all rows (is_causal: %s)',
    async (is_causal) => {
      const config = { ...DENSE, is_causal };
      using loaded = await load(gpu, config, 'sequence-classification');
      const input_ids = [PROMPT, [...PROMPT.slice(0, 7), 0, 0, 0, 0]];
      const attention_mask = input_ids.map((row) => row.map((id) => +(id !== 0)));
      const ours = await forward(loaded, { input_ids, attention_mask });
      const theirs = await forward(loaded, { input_ids, attention_mask, output_hidden_states: true });
      expect(ours.logits?.dims).toEqual(theirs.logits?.dims);
      expect(relativeError(ours.logits?.data ?? [], theirs.logits?.data ?? [])).toBeLessThan(TOLERANCE);
    },
  );
});

it('selects no rows where all are kept', async () => {
  const gpu = await openGpu();
  try {
    using loaded = await load(gpu, DENSE, 'causal');
    const planned = vi.spyOn(Session.prototype, 'plan');
    await forward(loaded, { input_ids: [[5]], logits_to_keep: 1 });
    await forward(loaded, { input_ids: [PROMPT], logits_to_keep: PROMPT.length });
    await forward(loaded, { input_ids: [PROMPT], logits_to_keep: PROMPT.map((_, t) => t) });
    await forward(loaded, { input_ids: [[5, 7]], logits_to_keep: [1, 0] });
    expect(planned.mock.calls.map(([{ head }]) => head)).toEqual(['logits', 'logits', 'logits', 'keptLogits']);
  } finally {
    gpu.dispose();
  }
});
