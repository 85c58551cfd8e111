// Reading configurations: the reference's defaults, refusals by name, and nothing but typed errors for nonsense.
import { describe, expect, it } from 'vitest';
import { ConfigError, IntabError, UnsupportedError } from '../errors.ts';
import { Fields } from '../formats/fields.ts';
import { createModel } from './registry.ts';

type Json = Record<string, unknown>;
const create = (config: Json, tensors: string[] = []) =>
  createModel(new Fields(config, 'config.json'), 'causal', new Set(tensors));

const SMALL: Json = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 40,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 4,
  hidden_act: 'silu',
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_parameters: { rope_type: 'linear', factor: 2, rope_theta: 10_000 },
  tie_word_embeddings: false,
  attention_bias: false,
  mlp_bias: false,
};

describe('llama', () => {
  it("fills missing fields with the reference's defaults", () => {
    const model = create({ model_type: 'llama' });
    expect(model).toMatchObject({
      type: 'llama',
      className: 'LlamaForCausalLM',
      vocabSize: 32_000,
      hiddenSize: 4096,
      layers: 32,
      maxPositions: 2048,
      hasLogits: true,
      notes: [],
    });
    expect(model.attention).toHaveLength(32);
    expect(model.attention[0]).toMatchObject({ heads: 32, kvHeads: 32, headDim: 128, scale: 128 ** -0.5 });
    expect(model.rope.at(1).inverse[1]).toBeCloseTo(10_000 ** (-2 / 128), 6);
    const { ops } = model.record({ input: 'ids', head: 'logits' });
    const linears = ops.filter((op) => op.kind === 'linear');
    expect(linears.map(({ weight }) => weight.rows).slice(0, 4)).toEqual([12_288, 4096, 22_016, 4096]);
    expect(linears.every(({ bias }) => bias === undefined)).toBe(true);
    expect(linears.at(-1)?.weight.name).toBe('lm_head.weight');
    expect(ops.find((op) => op.kind === 'norm')).toMatchObject({ norm: { eps: 1e-6 } });
    expect(ops.find((op) => op.kind === 'gate')).toMatchObject({ activation: 'silu' });
  });

  it('reads what is stated', () => {
    const model = create({ ...SMALL, tie_word_embeddings: true, attention_bias: true, hidden_act: 'gelu_new' });
    const { ops } = model.record({ input: 'ids', head: 'logits' });
    const linears = ops.filter((op) => op.kind === 'linear');
    expect(linears.at(-1)?.weight.name).toBe('model.embed_tokens.weight');
    expect(linears.map(({ bias }) => bias !== undefined).slice(0, 4)).toEqual([true, true, false, false]);
    expect(ops.find((op) => op.kind === 'gate')).toMatchObject({ activation: 'gelu_tanh' });
    expect(create({ ...SMALL, pretraining_tp: 2 }).notes).toHaveLength(1);
  });

  it('finds the family by architecture where there is no model_type, and the prefix by the tensors', () => {
    expect(create({ architectures: ['LlamaForCausalLM'] }).type).toBe('llama');
    expect(create(SMALL, ['embed_tokens.weight']).prefix).toBe('');
    expect(create(SMALL, ['model.embed_tokens.weight']).prefix).toBe('model.');
  });

  it.each([
    [{ model_type: 'gpt2' }, /"gpt2".*llama/],
    [{ model_type: undefined, architectures: [] }, /model_type null/],
    [{ architectures: ['LlamaForAudio'] }, /"LlamaForAudio"/],
    [{ quantization_config: { bits: 4 } }, /quantization_config/],
    [{ quantization_config: { quant_method: 'gptq', bits: 3 } }, /gptq with 3 bits/],
    [{ quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true } }, /bitsandbytes with 4 bits/],
    [{ attn_logit_softcapping: 50 }, /attn_logit_softcapping/],
    [{ hidden_act: 'swoosh' }, /hidden_act "swoosh"/],
    [{ hidden_act: 'constructor' }, /hidden_act "constructor"/],
  ])('refuses %j by name', (change, message) => {
    expect(() => create({ ...SMALL, ...change })).toThrow(UnsupportedError);
    expect(() => create({ ...SMALL, ...change })).toThrow(message);
  });

  it.each([
    { vocab_size: 0 },
    { hidden_size: -16 },
    { hidden_size: 16.5 },
    { num_hidden_layers: '2' },
    { num_hidden_layers: 1e9 },
    { num_attention_heads: 0 },
    { num_key_value_heads: 3 },
    { num_key_value_heads: 8 },
    { head_dim: 3 },
    { head_dim: 1024 },
    { max_position_embeddings: 0 },
    { rms_norm_eps: -1 },
    { rms_norm_eps: 'tiny' },
    { tie_word_embeddings: 1 },
    { attention_bias: 'no' },
    { architectures: 'LlamaForCausalLM' },
    { model_type: 7 },
  ])('refuses %j as out of range', (change) => {
    expect(() => create({ ...SMALL, ...change })).toThrow(ConfigError);
  });
});

describe('a bidirectional model', () => {
  const config = { ...SMALL, architectures: ['LlamaForTokenClassification'], is_causal: false };
  const createFor = (task: Parameters<typeof createModel>[1]) =>
    createModel(new Fields(config, 'config.json'), task, new Set());

  it('says so in every layer', () => {
    const model = createFor('token-classification');
    expect(model.bidirectional).toBe(true);
    expect(model.attention.map(({ bidirectional }) => bidirectional)).toEqual([true, true]);
    expect(create(SMALL).bidirectional).toBe(false);
  });

  it('is refused for generating text', () => {
    expect(() => createFor('causal')).toThrow(UnsupportedError);
  });
});

/** Numbers in [0, 1) from a seed (mulberry32). */
function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NONSENSE: unknown[] = [
  null,
  true,
  0,
  -1,
  1,
  2,
  3,
  0.5,
  7,
  512,
  1e9,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  'silu',
  '__proto__',
  [],
  [1],
  ['x'],
  {},
  { rope_type: 'yarn' },
  { rope_type: 'longrope', short_factor: [], long_factor: [] },
  { rope_type: 'dynamic', factor: 1e300 },
  { rope_type: 'llama3', factor: 8, low_freq_factor: 4, high_freq_factor: 4, original_max_position_embeddings: 1 },
];

describe('hostile configurations', () => {
  it('give a model that can be recorded, or a typed error', () => {
    const random = randomSource(20_240_501);
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
    const names = Object.keys(SMALL);
    let accepted = 0;
    for (let round = 0; round < 3000; round++) {
      const config: Json = { ...SMALL };
      for (let change = 0; change <= random() * 3; change++) {
        const name = pick(names);
        if (random() < 0.2) delete config[name];
        else config[name] = pick(NONSENSE);
      }
      try {
        const model = create(config);
        expect(model.layers).toBeLessThanOrEqual(4096);
        const { inverse, scaling } = model.rope.at(model.maxPositions + 1);
        expect(inverse).toHaveLength((model.attention[0]?.headDim ?? 0) / 2);
        expect(scaling).toBeTypeOf('number');
        if (model.layers <= 32) model.record({ input: 'ids', head: 'logits' });
        accepted++;
      } catch (error) {
        if (!(error instanceof IntabError)) throw new Error(`${JSON.stringify(config)}: ${error}`, { cause: error });
      }
    }
    expect(accepted).toBeGreaterThan(100);
  });
});
