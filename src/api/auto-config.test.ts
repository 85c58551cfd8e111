import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import { withDefaults } from './auto-config.ts';

describe('a configuration with its defaults', () => {
  it('keeps what is given and fills in what is missing', () => {
    const config = withDefaults({ model_type: 'llama', hidden_size: 64, num_attention_heads: 4, extra: { a: 1 } });
    expect(config).toMatchObject({ hidden_size: 64, num_key_value_heads: 4, head_dim: 16, vocab_size: 32_000 });
    expect(config).toMatchObject({ extra: { a: 1 }, bos_token_id: 1, rms_norm_eps: 1e-6 });
    expect(config.rope_parameters).toEqual({ rope_theta: 10_000, rope_type: 'default' });
  });

  it('takes null as none, but derives what the reference derives', () => {
    const config = withDefaults({ model_type: 'llama', bos_token_id: null, head_dim: null, num_key_value_heads: null });
    expect(config).toMatchObject({ bos_token_id: null, head_dim: 128, num_key_value_heads: 32 });
  });

  it('moves the older fields of the rotary embedding', () => {
    const scaled = { model_type: 'llama', rope_theta: 5e5, rope_scaling: { type: 'linear', factor: 2 } };
    expect(withDefaults(scaled).rope_parameters).toEqual({ rope_theta: 5e5, rope_type: 'linear', factor: 2 });
  });

  it('derives the attention of each layer', () => {
    const windowed = { num_hidden_layers: 3, max_window_layers: 1 };
    const sliding = ['full_attention', 'sliding_attention', 'sliding_attention'];
    const full = Array(3).fill('full_attention');
    expect(withDefaults({ model_type: 'dots1', ...windowed }).layer_types).toEqual(sliding);
    expect(withDefaults({ model_type: 'dots1', ...windowed, sliding_window: null }).layer_types).toEqual(full);
    expect(withDefaults({ model_type: 'qwen2_moe', ...windowed }).layer_types).toEqual(full);
    const on = { model_type: 'qwen2_moe', ...windowed, use_sliding_window: true };
    expect(withDefaults(on).layer_types).toEqual(sliding);
    expect(withDefaults({ model_type: 'hunyuan_v1_moe', intermediate_size: 7 }).moe_intermediate_size).toBe(7);
  });

  it('leaves other families alone and names a field of the wrong type', () => {
    expect(withDefaults({ model_type: 'other', a: null })).toEqual({ model_type: 'other', a: null });
    expect(() => withDefaults({ model_type: 'llama', hidden_size: 'wide' })).toThrow(ConfigError);
  });
});
