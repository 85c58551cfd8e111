// Qwen3 (transformers 5.17, modeling_qwen3.py; arXiv 2505.09388): Llama with q and k normed by head before the rotation, a head
// dimension of its own, and sliding windows in some layers.
import type { Fields } from '../formats/fields.ts';
import { selfAttention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { decoderDefaults, switchedLayerTypes } from './blocks/defaults.ts';
import { denseMlp } from './blocks/mlp.ts';
import { readRope } from './blocks/rope.ts';
import { readSwitchedWindow, windowedShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Of the reference's Qwen3Config. */
const DEFAULTS = {
  vocab_size: 151_936,
  hidden_size: 4096,
  intermediate_size: 22_016,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 32,
  head_dim: 128,
  max_position_embeddings: 32_768,
  rms_norm_eps: 1e-6,
  attention_bias: false,
  use_sliding_window: false,
  sliding_window: 4096,
  max_window_layers: 28,
};

function qwen3(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config);
  const { hiddenSize: width, eps } = sizes;
  const bias = config.bool('attention_bias');
  const headNorm = { query: 'q_norm', key: 'k_norm', eps, place: 'before' } as const;
  return decoder(config, task, layout, {
    sizes,
    shapes: windowedShapes(config, sizes, readSwitchedWindow(config)),
    rope: readRope(config, sizes.headDim, sizes.maxPositions),
    attention: selfAttention({ width, qkvBias: bias, outputBias: bias, headNorm }),
    mlp: denseMlp(config, sizes),
  });
}

export const QWEN3: ModelFamily = {
  type: 'qwen3',
  architectures: {
    base: 'Qwen3Model',
    causal: 'Qwen3ForCausalLM',
    'sequence-classification': 'Qwen3ForSequenceClassification',
    'token-classification': 'Qwen3ForTokenClassification',
    'question-answering': 'Qwen3ForQuestionAnswering',
  },
  defaults: (config) => ({ ...decoderDefaults(config, DEFAULTS), layer_types: switchedLayerTypes(config, DEFAULTS) }),
  create: qwen3,
};
