// What a field that config.json leaves out means, by model_type: the defaults of the configuration classes of transformers 5.17.
import type { Fields } from '../formats/fields.ts';
import type { JsonObject } from '../formats/json.ts';

/** Fields with their defaults. `object` tells null, which means none, from a field that is missing. */
type Defaults = (config: Fields, object: JsonObject) => JsonObject;

/** Fields whose default follows from others, and those that all families share. */
function common(config: Fields, defaults: { hidden: number; heads: number; kvHeads?: number }): JsonObject {
  const hidden = config.int('hidden_size', { default: defaults.hidden, min: 1 });
  const heads = config.int('num_attention_heads', { default: defaults.heads, min: 1 });
  return {
    hidden_size: hidden,
    num_attention_heads: heads,
    num_key_value_heads: defaults.kvHeads ?? heads,
    head_dim: Math.floor(hidden / heads),
    hidden_act: 'silu',
    tie_word_embeddings: false,
    use_cache: true,
    initializer_range: 0.02,
    attention_dropout: 0,
  };
}

/** Full attention up to `firstWindowed`, windows after it where they are on. */
function layerTypes(config: Fields, layers: number, windows: boolean, firstWindowed: number): string[] {
  const count = config.int('num_hidden_layers', { default: layers, min: 1, max: 4096 });
  const first = config.int('max_window_layers', { default: firstWindowed, min: 0 });
  return Array.from({ length: count }, (_, i) => (windows && i >= first ? 'sliding_attention' : 'full_attention'));
}

export const CONFIG_DEFAULTS: Readonly<Record<string, Defaults>> = {
  llama: (config) => ({
    ...common(config, { hidden: 4096, heads: 32 }),
    vocab_size: 32_000,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-6,
    attention_bias: false,
    mlp_bias: false,
    pretraining_tp: 1,
    bos_token_id: 1,
    eos_token_id: 2,
  }),

  qwen2_moe: (config) => ({
    ...common(config, { hidden: 2048, heads: 16, kvHeads: 16 }),
    vocab_size: 151_936,
    intermediate_size: 5632,
    num_hidden_layers: 24,
    max_position_embeddings: 32_768,
    rms_norm_eps: 1e-6,
    qkv_bias: true,
    use_sliding_window: false,
    sliding_window: 4096,
    max_window_layers: 28,
    layer_types: layerTypes(config, 24, config.bool('use_sliding_window', { default: false }), 28),
    num_experts: 60,
    num_experts_per_tok: 4,
    moe_intermediate_size: 1408,
    shared_expert_intermediate_size: 5632,
    norm_topk_prob: false,
    decoder_sparse_step: 1,
    mlp_only_layers: [],
    output_router_logits: false,
    router_aux_loss_coef: 0.001,
  }),

  dots1: (config, { sliding_window }) => ({
    ...common(config, { hidden: 4608, heads: 32, kvHeads: 32 }),
    vocab_size: 152_064,
    intermediate_size: 10_944,
    num_hidden_layers: 62,
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-6,
    attention_bias: false,
    sliding_window: 4096,
    max_window_layers: 62,
    layer_types: layerTypes(config, 62, sliding_window !== null, 62),
    moe_intermediate_size: 1408,
    first_k_dense_replace: 0,
    n_group: 1,
    topk_group: 1,
    norm_topk_prob: false,
    routed_scaling_factor: 1,
  }),

  hunyuan_v1_moe: (config) => {
    const inner = config.int('intermediate_size', { default: 11_008, min: 1 });
    return {
      ...common(config, { hidden: 4096, heads: 32 }),
      vocab_size: 290_943,
      intermediate_size: inner,
      moe_intermediate_size: inner,
      num_hidden_layers: 32,
      max_position_embeddings: 2048,
      rms_norm_eps: 1e-5,
      attention_bias: false,
      num_experts: 1,
      moe_topk: 1,
      pretraining_tp: 1,
      bos_token_id: 1,
      eos_token_id: 2,
      pad_token_id: 0,
      eod_token_id: 3,
      sep_token_id: 4,
    };
  },
};
