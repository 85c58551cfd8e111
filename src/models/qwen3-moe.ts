// Qwen3-MoE (transformers 5.17, modeling_qwen3_moe.py; arXiv 2505.09388): Qwen3's attention with one window for all layers, Qwen2-MoE's
// routing without a shared expert.
import type { Fields } from '../formats/fields.ts';
import { selfAttention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { decoderDefaults } from './blocks/defaults.ts';
import { QWEN_MOE_DEFAULTS, qwenMoe } from './blocks/qwen-moe.ts';
import { readRope } from './blocks/rope.ts';
import { readSwitchedWindow, sameShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Of the reference's Qwen3MoeConfig. */
const DEFAULTS = {
  ...QWEN_MOE_DEFAULTS,
  vocab_size: 151_936,
  hidden_size: 2048,
  intermediate_size: 6144,
  num_hidden_layers: 24,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  max_position_embeddings: 32_768,
  rms_norm_eps: 1e-6,
  attention_bias: false,
  use_sliding_window: false,
  sliding_window: 4096,
  num_experts: 128,
  num_experts_per_tok: 8,
  moe_intermediate_size: 768,
};

function qwen3Moe(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config);
  const { hiddenSize: width, eps } = sizes;
  const bias = config.bool('attention_bias');
  const headNorm = { query: 'q_norm', key: 'k_norm', eps, place: 'before' } as const;
  return decoder(config, task, layout, {
    sizes,
    shapes: sameShapes(sizes, readSwitchedWindow(config)),
    rope: readRope(config, sizes.headDim, sizes.maxPositions),
    attention: selfAttention({ width, qkvBias: bias, outputBias: bias, headNorm }),
    ...qwenMoe(config, sizes, layout),
  });
}

export const QWEN3_MOE: ModelFamily = {
  type: 'qwen3_moe',
  architectures: {
    base: 'Qwen3MoeModel',
    causal: 'Qwen3MoeForCausalLM',
    'sequence-classification': 'Qwen3MoeForSequenceClassification',
    'token-classification': 'Qwen3MoeForTokenClassification',
    'question-answering': 'Qwen3MoeForQuestionAnswering',
  },
  defaults: (config) => decoderDefaults(config, DEFAULTS),
  create: qwen3Moe,
};
