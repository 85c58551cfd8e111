// Qwen2 (transformers 5.17, modeling_qwen2.py; arXiv 2407.10671): Llama with biases on q, k and v, and sliding windows in some layers.
import type { Fields } from '../formats/fields.ts';
import { selfAttention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { decoderDefaults, switchedLayerTypes } from './blocks/defaults.ts';
import { denseMlp } from './blocks/mlp.ts';
import { readRope } from './blocks/rope.ts';
import { readSwitchedWindow, windowedShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Of the reference's Qwen2Config. */
const DEFAULTS = {
  vocab_size: 151_936,
  hidden_size: 4096,
  intermediate_size: 22_016,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 32,
  max_position_embeddings: 32_768,
  rms_norm_eps: 1e-6,
  use_sliding_window: false,
  sliding_window: 4096,
  max_window_layers: 28,
};

function qwen2(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config);
  const width = sizes.hiddenSize;
  return decoder(config, task, layout, {
    sizes,
    shapes: windowedShapes(config, sizes, readSwitchedWindow(config)),
    rope: readRope(config, sizes.headDim, sizes.maxPositions),
    attention: selfAttention({ width, qkvBias: true, outputBias: false }),
    mlp: denseMlp(config, sizes),
  });
}

export const QWEN2: ModelFamily = {
  type: 'qwen2',
  architectures: {
    base: 'Qwen2Model',
    causal: 'Qwen2ForCausalLM',
    'sequence-classification': 'Qwen2ForSequenceClassification',
    'token-classification': 'Qwen2ForTokenClassification',
    'question-answering': 'Qwen2ForQuestionAnswering',
  },
  defaults: (config) => ({ ...decoderDefaults(config, DEFAULTS), layer_types: switchedLayerTypes(config, DEFAULTS) }),
  create: qwen2,
};
