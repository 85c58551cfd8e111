// HunYuan-MoE V1 (transformers 5.17, modeling_hunyuan_v1_moe.py): q and k normed by head after the rotation; softmax routing, always
// renormalised, and one ungated shared MLP in every layer; experts and experts per token may differ from layer to layer.
// Older versions of the reference norm before the rotation and drop tokens over an expert's capacity: this follows 5.17.
import type { Fields } from '../formats/fields.ts';
import { readActivation } from './blocks/activation.ts';
import { attention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { checkRouting, mixtureOfExperts, type RoutingChoice } from './blocks/moe.ts';
import { readRope } from './blocks/rope.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Missing fields take the defaults of the reference's HunYuanMoEV1Config. */
const DEFAULTS = { vocab: 290_943, hidden: 4096, layers: 32, heads: 32, positions: 2048, eps: 1e-5 };

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
  const sizes = readSizes(config, DEFAULTS);
  const { hiddenSize: width, heads, kvHeads, headDim, layers, eps } = sizes;
  const shape = { heads, kvHeads, headDim, scale: headDim ** -0.5 };
  const activation = readActivation(config);
  const attentionBias = config.bool('attention_bias', { default: false });
  const inner = config.int('intermediate_size', { default: 11_008, min: 1 });
  const experts = perLayer(config, 'num_experts', layers);
  const chosen = perLayer(config, 'moe_topk', layers);
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
    checkRouting(config, routing, 'moe_topk');
    return routing;
  });

  return decoder(config, task, layout, {
    sizes,
    shapes: experts.map(() => shape),
    rope: readRope(config, headDim, sizes.maxPositions),
    routed: { experts, chosen: chosen[0] as number, auxLossCoefficient: undefined, output: false },
    attention: (g, x, { name, layer, request }) =>
      attention(g, x, {
        name: `${name}.self_attn`,
        layer,
        shape,
        width,
        qkvBias: attentionBias,
        outputBias: attentionBias,
        headNorm: { query: 'query_layernorm', key: 'key_layernorm', eps, place: 'after' },
        attentions: request.attentions,
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
  create: hunyuanMoe,
};
