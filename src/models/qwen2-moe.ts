// Qwen2-MoE (transformers 5.17, modeling_qwen2_moe.py; arXiv 2407.10671): Llama's attention with biases on q, k and v; softmax routing
// and a shared expert behind a sigmoid gate in most layers, a plain MLP in the others.
import type { Fields } from '../formats/fields.ts';
import { selfAttention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { decoderDefaults, switchedLayerTypes } from './blocks/defaults.ts';
import { QWEN_MOE_DEFAULTS, qwenMoe } from './blocks/qwen-moe.ts';
import { readRope } from './blocks/rope.ts';
import { readSwitchedWindow, windowedShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Of the reference's Qwen2MoeConfig. */
const DEFAULTS = {
  ...QWEN_MOE_DEFAULTS,
  vocab_size: 151_936,
  hidden_size: 2048,
  intermediate_size: 5632,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  max_position_embeddings: 32_768,
  rms_norm_eps: 1e-6,
  qkv_bias: true,
  use_sliding_window: false,
  sliding_window: 4096,
  max_window_layers: 28,
  num_experts: 60,
  num_experts_per_tok: 4,
  moe_intermediate_size: 1408,
  shared_expert_intermediate_size: 5632,
};

function qwen2Moe(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config);
  const qkvBias = config.bool('qkv_bias');
  const sharedInner = config.int('shared_expert_intermediate_size', { min: 1 });
  return decoder(config, task, layout, {
    sizes,
    shapes: windowedShapes(config, sizes, readSwitchedWindow(config)),
    rope: readRope(config, sizes.headDim, sizes.maxPositions),
    attention: selfAttention({ width: sizes.hiddenSize, qkvBias, outputBias: false }),
    ...qwenMoe(config, sizes, layout, sharedInner),
  });
}

export const QWEN2_MOE: ModelFamily = {
  type: 'qwen2_moe',
  architectures: {
    base: 'Qwen2MoeModel',
    causal: 'Qwen2MoeForCausalLM',
    'sequence-classification': 'Qwen2MoeForSequenceClassification',
    'token-classification': 'Qwen2MoeForTokenClassification',
    'question-answering': 'Qwen2MoeForQuestionAnswering',
  },
  defaults: (config) => ({ ...decoderDefaults(config, DEFAULTS), layer_types: switchedLayerTypes(config, DEFAULTS) }),
  create: qwen2Moe,
};
