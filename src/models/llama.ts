// Llama (transformers 5.17, modeling_llama.py; arXiv 2302.13971): pre-norm decoder, rotary embedding, grouped-query attention,
// gated MLP. The forward pass that all families share is in blocks/decoder.ts.
import type { Fields } from '../formats/fields.ts';
import { selfAttention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { decoderDefaults } from './blocks/defaults.ts';
import { denseMlp } from './blocks/mlp.ts';
import { readRope } from './blocks/rope.ts';
import { sameShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Of the reference's LlamaConfig. */
const DEFAULTS = {
  vocab_size: 32_000,
  hidden_size: 4096,
  intermediate_size: 11_008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-6,
  attention_bias: false,
  mlp_bias: false,
  pretraining_tp: 1,
  bos_token_id: 1,
  eos_token_id: 2,
};

function llama(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config);
  const width = sizes.hiddenSize;
  const attentionBias = config.bool('attention_bias');
  const pretrainingTp = config.int('pretraining_tp');
  return decoder(config, task, layout, {
    sizes,
    shapes: sameShapes(sizes),
    rope: readRope(config, sizes.headDim, sizes.maxPositions),
    notes: pretrainingTp === 1 ? [] : ['pretraining_tp is ignored: it changes nothing in inference'],
    attention: selfAttention({ width, qkvBias: attentionBias, outputBias: attentionBias }),
    mlp: denseMlp(config, sizes, config.bool('mlp_bias')),
  });
}

export const LLAMA: ModelFamily = {
  type: 'llama',
  architectures: {
    base: 'LlamaModel',
    causal: 'LlamaForCausalLM',
    'sequence-classification': 'LlamaForSequenceClassification',
    'token-classification': 'LlamaForTokenClassification',
    'question-answering': 'LlamaForQuestionAnswering',
  },
  defaults: (config) => decoderDefaults(config, DEFAULTS),
  create: llama,
};
