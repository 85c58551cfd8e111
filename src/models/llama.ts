// Llama (transformers 5.17, modeling_llama.py; arXiv 2302.13971): pre-norm decoder, rotary embedding, grouped-query attention,
// gated MLP. The whole model is `record`.
import { ConfigError } from '../errors.ts';
import type { Fields } from '../formats/fields.ts';
import { type AttentionShape, GraphBuilder } from '../graph/graph.ts';
import { matrix, vector } from '../graph/weights.ts';
import { readActivation } from './blocks/activation.ts';
import { attention } from './blocks/attention.ts';
import { gatedMlp } from './blocks/mlp.ts';
import { readRope } from './blocks/rope.ts';
import type { ForwardRequest, Model, ModelFamily, Task } from './model.ts';

/** Reads the configuration; missing fields take the defaults of the reference's LlamaConfig. */
function readConfig(config: Fields) {
  const hiddenSize = config.int('hidden_size', { default: 4096, min: 1 });
  const heads = config.int('num_attention_heads', { default: 32, min: 1 });
  const kvHeads = config.int('num_key_value_heads', { default: heads, min: 1 });
  const headDim = config.int('head_dim', { default: Math.floor(hiddenSize / heads), min: 2 });
  const maxPositions = config.int('max_position_embeddings', { default: 2048, min: 1 });
  if (heads % kvHeads !== 0) {
    throw new ConfigError({
      what: `${config.file}: num_key_value_heads does not divide num_attention_heads`,
      expected: `a divisor of ${heads}`,
      actual: String(kvHeads),
      remedy: 'check the configuration',
    });
  }
  if (headDim % 2 !== 0 || headDim > 512) {
    throw new ConfigError({
      what: `${config.file}: head_dim cannot be run`,
      expected: 'an even number up to 512',
      actual: String(headDim),
      remedy: 'check the configuration',
    });
  }
  return {
    vocabSize: config.int('vocab_size', { default: 32_000, min: 1 }),
    hiddenSize,
    innerSize: config.int('intermediate_size', { default: 11_008, min: 1 }),
    layers: config.int('num_hidden_layers', { default: 32, min: 1 }),
    maxPositions,
    eps: config.number('rms_norm_eps', { default: 1e-6, min: 0 }),
    tied: config.bool('tie_word_embeddings', { default: false }),
    attentionBias: config.bool('attention_bias', { default: false }),
    mlpBias: config.bool('mlp_bias', { default: false }),
    activation: readActivation(config),
    shape: { heads, kvHeads, headDim, scale: headDim ** -0.5 } satisfies AttentionShape,
    rope: readRope(config, headDim, maxPositions),
    pretrainingTp: config.int('pretraining_tp', { default: 1 }),
  };
}

function llama(fields: Fields, task: Task, prefix: string): Model {
  const config = readConfig(fields);
  const { hiddenSize, shape, eps } = config;
  const table = matrix([{ tensor: `${prefix}embed_tokens.weight`, rows: config.vocabSize }], hiddenSize, {
    role: 'token',
  });
  const head = config.tied
    ? table
    : matrix([{ tensor: 'lm_head.weight', rows: config.vocabSize }], hiddenSize, { role: 'token' });
  const norm = (tensor: string) => ({ gain: vector([{ tensor: `${prefix}${tensor}`, rows: hiddenSize }]), eps });

  function record(request: ForwardRequest) {
    const g = new GraphBuilder();
    let x = request.input === 'ids' ? g.embed(table) : g.input(hiddenSize); // [tokens, M]
    for (let layer = 0; layer < config.layers; layer++) {
      if (request.hiddenStates) g.output(`hidden_states.${layer}`, x);
      const name = `layers.${layer}`;
      const attended = attention(g, g.norm(x, norm(`${name}.input_layernorm.weight`)), {
        name: `${prefix}${name}.self_attn`,
        layer,
        shape,
        width: hiddenSize,
        qkvBias: config.attentionBias,
        outputBias: config.attentionBias,
        attentions: request.attentions,
      });
      x = g.add(x, attended);
      const mixed = gatedMlp(g, g.norm(x, norm(`${name}.post_attention_layernorm.weight`)), {
        name: `${prefix}${name}.mlp`,
        width: hiddenSize,
        inner: config.innerSize,
        activation: config.activation,
        bias: config.mlpBias,
      });
      x = g.add(x, mixed);
    }
    if (request.head === 'keptLogits' && !request.hiddenStates) x = g.selectRows(x); // [kept, M]
    if (request.head !== 'none' || request.hiddenStates) x = g.norm(x, norm('norm.weight'));
    if (request.hiddenStates) g.output(`hidden_states.${config.layers}`, x);
    if (request.head === 'hidden') g.output('last_hidden_state', x);
    if (request.head === 'keptLogits' && request.hiddenStates) x = g.selectRows(x);
    if (request.head === 'logits' || request.head === 'keptLogits') g.output('logits', g.linear(x, head)); // [rows, V]
    return g.finish();
  }

  return {
    type: 'llama',
    className: task === 'causal' ? 'LlamaForCausalLM' : 'LlamaModel',
    vocabSize: config.vocabSize,
    hiddenSize,
    layers: config.layers,
    maxPositions: config.maxPositions,
    rope: config.rope,
    attention: Array.from({ length: config.layers }, () => shape),
    hasLogits: task === 'causal',
    notes: config.pretrainingTp === 1 ? [] : ['pretraining_tp is ignored: it changes nothing in inference'],
    prefix,
    record,
    ignores: (tensor) =>
      tensor.endsWith('rotary_emb.inv_freq') || (tensor === 'lm_head.weight' && (config.tied || task === 'base')),
  };
}

export const LLAMA: ModelFamily = {
  type: 'llama',
  architectures: { causal: 'LlamaForCausalLM', base: 'LlamaModel' },
  create: llama,
};
