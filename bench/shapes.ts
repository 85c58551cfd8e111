// The model shapes that benchmarks run, as configurations. Weights are random; only sizes matter.

const LLAMA = { model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_act: 'silu' };

export const SHAPES: Readonly<Record<string, Record<string, unknown>>> = {
  tiny: {
    ...LLAMA,
    vocab_size: 512,
    hidden_size: 64,
    intermediate_size: 160,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 4096,
  },
  'smollm2-135m': {
    ...LLAMA,
    vocab_size: 49_152,
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  'llama-3.2-1b': {
    ...LLAMA,
    vocab_size: 128_256,
    hidden_size: 2048,
    intermediate_size: 8192,
    num_hidden_layers: 16,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 64,
    max_position_embeddings: 131_072,
    rope_theta: 500_000,
    tie_word_embeddings: true,
  },
  'llama-3.1-8b': {
    ...LLAMA,
    vocab_size: 128_256,
    hidden_size: 4096,
    intermediate_size: 14_336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    head_dim: 128,
    max_position_embeddings: 131_072,
    rope_theta: 500_000,
  },
};
