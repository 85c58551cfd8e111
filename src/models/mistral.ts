// Mistral (transformers 5.17, modeling_mistral.py; arXiv 2310.06825): Llama with one sliding window for all layers.
import type { Fields } from '../formats/fields.ts';
import { selfAttention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { decoderDefaults } from './blocks/defaults.ts';
import { denseMlp } from './blocks/mlp.ts';
import { readRope } from './blocks/rope.ts';
import { readWindow, sameShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Of the reference's MistralConfig. */
const DEFAULTS = {
  vocab_size: 32_000,
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 131_072,
  rms_norm_eps: 1e-6,
  sliding_window: 4096,
  bos_token_id: 1,
  eos_token_id: 2,
};

function mistral(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config);
  const width = sizes.hiddenSize;
  return decoder(config, task, layout, {
    sizes,
    shapes: sameShapes(sizes, readWindow(config)),
    rope: readRope(config, sizes.headDim, sizes.maxPositions),
    attention: selfAttention({ width, qkvBias: false, outputBias: false }),
    mlp: denseMlp(config, sizes),
  });
}

export const MISTRAL: ModelFamily = {
  type: 'mistral',
  architectures: {
    base: 'MistralModel',
    causal: 'MistralForCausalLM',
    'sequence-classification': 'MistralForSequenceClassification',
    'token-classification': 'MistralForTokenClassification',
    'question-answering': 'MistralForQuestionAnswering',
  },
  defaults: (config) => decoderDefaults(config, DEFAULTS),
  create: mistral,
};
