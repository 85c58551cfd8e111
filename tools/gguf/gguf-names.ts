// What a Hub checkpoint's configuration and tensors are called in a GGUF file, as llama.cpp's convert_hf_to_gguf.py names them.
import type { GgufValue } from './gguf-file.ts';

export type Config = Readonly<Record<string, unknown>>;

/** By `model_type`. */
export const ARCHITECTURES: Readonly<Record<string, string>> = {
  llama: 'llama',
  qwen2: 'qwen2',
  qwen3: 'qwen3',
  qwen2_moe: 'qwen2moe',
  qwen3_moe: 'qwen3moe',
  dots1: 'dots1',
  hunyuan_v1_moe: 'hunyuan-moe',
  hunyuan_v1_dense: 'hunyuan-dense',
};

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens/, 'token_embd'],
  [/^model\.norm/, 'output_norm'],
  [/^lm_head/, 'output'],
  [/^model\.layers\.(\d+)\.input_layernorm/, 'blk.$1.attn_norm'],
  [/^model\.layers\.(\d+)\.post_attention_layernorm/, 'blk.$1.ffn_norm'],
  [/^model\.layers\.(\d+)\.self_attn\.o_proj/, 'blk.$1.attn_output'],
  [/^model\.layers\.(\d+)\.self_attn\.([qkv])_proj/, 'blk.$1.attn_$2'],
  [/^model\.layers\.(\d+)\.self_attn\.(?:q_norm|query_layernorm)/, 'blk.$1.attn_q_norm'],
  [/^model\.layers\.(\d+)\.self_attn\.(?:k_norm|key_layernorm)/, 'blk.$1.attn_k_norm'],
  [/^model\.layers\.(\d+)\.mlp\.gate\.e_score_correction_bias/, 'blk.$1.exp_probs_b.bias'],
  [/^model\.layers\.(\d+)\.mlp\.gate(?:\.wg)?\.weight/, 'blk.$1.ffn_gate_inp.weight'],
  [/^model\.layers\.(\d+)\.mlp\.shared_expert_gate/, 'blk.$1.ffn_gate_inp_shexp'],
  [/^model\.layers\.(\d+)\.mlp\.(?:shared_experts?|shared_mlp)\.(gate|up|down)_proj/, 'blk.$1.ffn_$2_shexp'],
  [/^model\.layers\.(\d+)\.mlp\.experts\.\d+\.(gate|up|down)_proj/, 'blk.$1.ffn_$2_exps'],
  [/^model\.layers\.(\d+)\.mlp\.(gate|up|down)_proj/, 'blk.$1.ffn_$2'],
];

/**
 * The name of a checkpoint's tensor in a GGUF file, where those of a layer's experts are one.
 * @throws Error the name is of no tensor that has a GGUF name of its own.
 */
export function ggufName(name: string): string {
  const [pattern, replacement] = NAMES.find(([regex]) => regex.test(name)) ?? [];
  if (!pattern || replacement === undefined) throw new Error(`no GGUF name for ${name}`);
  return name.replace(pattern, replacement);
}

/** The shape in a GGUF file of a tensor of that name there: the shared expert's gate is a vector. */
export function ggufShape(name: string, shape: readonly number[]): readonly number[] {
  return name.includes('inp_shexp') ? shape.slice(1) : shape;
}

/** The metadata that the conversion writes for a configuration. */
export function metadataOf(config: Config, name: string): Record<string, GgufValue> {
  const rope = (config.rope_parameters ?? {}) as Record<string, number>;
  const isHunyuan = config.model_type === 'hunyuan_v1_moe';
  const fields: [string, unknown, 'float'?][] = [
    ['block_count', config.num_hidden_layers],
    ['context_length', config.max_position_embeddings],
    ['embedding_length', config.hidden_size],
    ['feed_forward_length', config.intermediate_size],
    ['attention.head_count', config.num_attention_heads],
    ['attention.head_count_kv', config.num_key_value_heads],
    ['attention.key_length', config.head_dim],
    ['attention.value_length', config.head_dim],
    ['attention.layer_norm_rms_epsilon', config.rms_norm_eps, 'float'],
    ['rope.freq_base', rope.rope_theta ?? config.rope_theta, 'float'],
    ['expert_count', config.num_experts ?? config.num_local_experts ?? config.n_routed_experts],
    ['expert_used_count', config.num_experts_per_tok ?? config.moe_topk],
    ['expert_feed_forward_length', config.moe_intermediate_size ?? (isHunyuan ? config.intermediate_size : undefined)],
    ['expert_shared_feed_forward_length', config.shared_expert_intermediate_size],
    ['expert_shared_count', config.n_shared_experts],
    ['expert_group_count', config.n_group],
    ['expert_group_used_count', config.topk_group],
    ['expert_weights_scale', config.routed_scaling_factor, 'float'],
    ['expert_weights_norm', config.norm_topk_prob],
    ['expert_gating_func', config.model_type === 'dots1' ? 2 : undefined],
    ['leading_dense_block_count', config.first_k_dense_replace],
  ];
  return {
    'general.architecture': name,
    ...Object.fromEntries(
      fields.flatMap(([key, value, kind]) =>
        value === undefined ? [] : [[`${name}.${key}`, (kind ? { f32: value } : value) as GgufValue]],
      ),
    ),
  };
}
