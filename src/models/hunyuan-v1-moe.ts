// HunYuan-MoE V1 (transformers 5.17, modeling_hunyuan_v1_moe.py): q and k normed by head after the rotation; softmax routing, always
// renormalised, and one ungated shared MLP in every layer; experts and experts per token may differ from layer to layer.
// Older versions of the reference norm before the rotation and drop tokens over an expert's capacity: this follows 5.17.
import type { Fields } from '../formats/fields.ts';
import { readActivation } from './blocks/activation.ts';
import { selfAttention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { decoderDefaults } from './blocks/defaults.ts';
import { checkRouting, mixtureOfExperts, type RoutingChoice } from './blocks/moe.ts';
import { readRope } from './blocks/rope.ts';
import { sameShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Of the reference's HunYuanMoEV1Config. */
const DEFAULTS = {
  vocab_size: 290_943,
  hidden_size: 4096,
  intermediate_size: 11_008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  attention_bias: false,
  num_experts: 1,
  moe_topk: 1,
  pretraining_tp: 1,
  bos_token_id: 1,
  eos_token_id: 2,
  pad_token_id: 0,
  eod_token_id: 3,
  sep_token_id: 4,
};

/** A whole number for every layer, or a list with one per layer. */
function perLayer(config: Fields, field: string, layers: number): number[] {
  if (!Array.isArray(config.raw(field))) return Array(layers).fill(config.int(field, { default: 1, min: 1 }));
  const list = config.numberList(field, { min: 1 });
  const wrong = list.find((value) => !Number.isSafeInteger(value));
  if (list.length < layers || wrong !== undefined) {
    throw config.wrong(field, `${layers} integers`, String(wrong ?? `${list.length}`));
  }
  return list.slice(0, layers);
}

function hunyuanMoe(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config);
  const { hiddenSize: width, headDim, layers, eps } = sizes;
  const activation = readActivation(config);
  const attentionBias = config.bool('attention_bias');
  const inner = config.int('intermediate_size', { min: 1 });
  const experts = perLayer(config, config.nameOf('num_experts', 'num_local_experts'), layers);
  const chosenField = config.nameOf('moe_topk', 'num_experts_per_tok');
  const chosen = perLayer(config, chosenField, layers);
  const routings = experts.map((count, layer): RoutingChoice => {
    const routing: RoutingChoice = {
      scoring: 'softmax',
      experts: count,
      chosen: chosen[layer] as number,
      groups: 1,
      chosenGroups: 1,
      normalize: true,
      floor: 0,
      scale: 1,
    };
    checkRouting(config, routing, chosenField);
    return routing;
  });

  return decoder(config, task, layout, {
    sizes,
    shapes: sameShapes(sizes),
    rope: readRope(config, headDim, sizes.maxPositions),
    routed: { experts, chosen: chosen[0] as number, auxLossCoefficient: undefined, output: false },
    attention: selfAttention({
      width,
      qkvBias: attentionBias,
      outputBias: attentionBias,
      headNorm: { query: 'query_layernorm', key: 'key_layernorm', eps, place: 'after' },
    }),
    mlp: (g, x, { name: layerName, layer, request }) => {
      const name = `${layerName}.mlp`;
      return mixtureOfExperts(g, x, layout, {
        name,
        width,
        inner,
        activation,
        routing: routings[layer] as RoutingChoice,
        router: `${name}.gate.wg.weight`,
        shared: { name: `${name}.shared_mlp`, inner },
        logitsOutput: request.routerLogits ? `router_logits.${layer}` : undefined,
      });
    },
  });
}

export const HUNYUAN_V1_MOE: ModelFamily = {
  type: 'hunyuan_v1_moe',
  architectures: {
    base: 'HunYuanMoEV1Model',
    causal: 'HunYuanMoEV1ForCausalLM',
    'sequence-classification': 'HunYuanMoEV1ForSequenceClassification',
  },
  defaults: (config) => ({
    ...decoderDefaults(config, DEFAULTS),
    moe_intermediate_size: config.int('intermediate_size', { default: DEFAULTS.intermediate_size, min: 1 }),
  }),
  create: hunyuanMoe,
};
