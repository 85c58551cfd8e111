// Llama (transformers 5.17, modeling_llama.py; arXiv 2302.13971): pre-norm decoder, rotary embedding, grouped-query attention,
// gated MLP.
import type { Fields } from '../formats/fields.ts';
import { readActivation } from './blocks/activation.ts';
import { attention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { gatedMlp } from './blocks/mlp.ts';
import { readRope } from './blocks/rope.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Missing fields take the defaults of the reference's LlamaConfig. */
const DEFAULTS = { vocab: 32_000, hidden: 4096, layers: 32, heads: 32, positions: 2048, eps: 1e-6 };

function llama(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config, DEFAULTS);
  const { hiddenSize: width, heads, kvHeads, headDim } = sizes;
  const shape = { heads, kvHeads, headDim, scale: headDim ** -0.5 };
  const inner = config.int('intermediate_size', { default: 11_008, min: 1 });
  const activation = readActivation(config);
  const attentionBias = config.bool('attention_bias', { default: false });
  const mlpBias = config.bool('mlp_bias', { default: false });
  const pretrainingTp = config.int('pretraining_tp', { default: 1 });
  return decoder(config, task, layout, {
    sizes,
    shapes: Array.from({ length: sizes.layers }, () => shape),
    rope: readRope(config, headDim, sizes.maxPositions),
    notes: pretrainingTp === 1 ? [] : ['pretraining_tp is ignored: it changes nothing in inference'],
    attention: (g, x, { name, layer, shape, request }) =>
      attention(g, x, {
        name: `${name}.self_attn`,
        layer,
        shape,
        width,
        qkvBias: attentionBias,
        outputBias: attentionBias,
        attentions: request.attentions,
      }),
    mlp: (g, x, { name }) => gatedMlp(g, x, { name: `${name}.mlp`, width, inner, activation, bias: mlpBias }),
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
  create: llama,
};
