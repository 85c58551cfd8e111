// HunYuan dense V1 (transformers 5.17, modeling_hunyuan_v1_dense.py): Llama with q and k normed by head after the rotation.
import type { Fields } from '../formats/fields.ts';
import { selfAttention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { decoderDefaults } from './blocks/defaults.ts';
import { denseMlp } from './blocks/mlp.ts';
import { readRope } from './blocks/rope.ts';
import { sameShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Of the reference's HunYuanDenseV1Config. */
const DEFAULTS = {
  vocab_size: 290_943,
  hidden_size: 4096,
  intermediate_size: 11_008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  attention_bias: false,
  pretraining_tp: 1,
  bos_token_id: 1,
  eos_token_id: 2,
  pad_token_id: 0,
  eod_token_id: 3,
};

function hunyuanDense(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config);
  const { hiddenSize: width, eps } = sizes;
  const bias = config.bool('attention_bias');
  const headNorm = { query: 'query_layernorm', key: 'key_layernorm', eps, place: 'after' } as const;
  return decoder(config, task, layout, {
    sizes,
    shapes: sameShapes(sizes),
    rope: readRope(config, sizes.headDim, sizes.maxPositions),
    attention: selfAttention({ width, qkvBias: bias, outputBias: bias, headNorm }),
    mlp: denseMlp(config, sizes),
  });
}

export const HUNYUAN_V1_DENSE: ModelFamily = {
  type: 'hunyuan_v1_dense',
  architectures: {
    base: 'HunYuanDenseV1Model',
    causal: 'HunYuanDenseV1ForCausalLM',
    'sequence-classification': 'HunYuanDenseV1ForSequenceClassification',
  },
  defaults: (config) => decoderDefaults(config, DEFAULTS),
  create: hunyuanDense,
};
