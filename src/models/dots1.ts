// dots.llm1 (transformers 5.17, modeling_dots1.py; arXiv 2506.05767): q and k normed by head before the rotation; sigmoid routing with
// a correction bias, limited to groups of experts, and ungated shared experts; the first layers have a plain MLP.
import type { Fields } from '../formats/fields.ts';
import { vector } from '../graph/weights.ts';
import { readActivation } from './blocks/activation.ts';
import { selfAttention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { decoderDefaults, layerTypes } from './blocks/defaults.ts';
import { gatedMlp } from './blocks/mlp.ts';
import { checkRouting, mixtureOfExperts, type RoutingChoice } from './blocks/moe.ts';
import { readRope } from './blocks/rope.ts';
import { readWindow, windowedShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Of the reference's Dots1Config. */
const DEFAULTS = {
  vocab_size: 152_064,
  hidden_size: 4608,
  intermediate_size: 10_944,
  num_hidden_layers: 62,
  num_attention_heads: 32,
  num_key_value_heads: 32,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-6,
  attention_bias: false,
  sliding_window: 4096,
  max_window_layers: 62,
  moe_intermediate_size: 1408,
  first_k_dense_replace: 0,
  n_group: 1,
  topk_group: 1,
  norm_topk_prob: false,
  routed_scaling_factor: 1,
};

function dots1(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config);
  const { hiddenSize: width, headDim, layers, eps } = sizes;
  const activation = readActivation(config);
  const attentionBias = config.bool('attention_bias');
  const denseInner = config.int('intermediate_size', { min: 1 });
  const inner = config.int('moe_intermediate_size', { min: 1 });
  const sharedExperts = config.int('n_shared_experts', { default: 0, min: 0 });
  const experts = config.int('n_routed_experts', { default: 0, min: 0 });
  const firstSparse = experts > 0 ? config.int('first_k_dense_replace', { min: 0 }) : layers;
  const sparse = Math.max(layers - firstSparse, 0);
  const routing: RoutingChoice = {
    scoring: 'sigmoid',
    experts,
    chosen: config.int('num_experts_per_tok', { default: 0, min: sparse > 0 ? 1 : 0 }),
    groups: config.int('n_group', { min: 1 }),
    chosenGroups: config.int('topk_group', { min: 1 }),
    normalize: config.bool('norm_topk_prob'),
    floor: 1e-20,
    scale: config.number('routed_scaling_factor'),
  };
  if (sparse > 0) checkRouting(config, routing, 'num_experts_per_tok');

  return decoder(config, task, layout, {
    sizes,
    shapes: windowedShapes(config, sizes, readWindow(config)),
    rope: readRope(config, headDim, sizes.maxPositions),
    routed:
      sparse === 0
        ? undefined
        : {
            experts: Array.from({ length: sparse }, () => experts),
            chosen: routing.chosen,
            auxLossCoefficient: undefined,
            output: false,
          },
    attention: selfAttention({
      width,
      qkvBias: attentionBias,
      outputBias: attentionBias,
      headNorm: { query: 'q_norm', key: 'k_norm', eps, place: 'before' },
    }),
    mlp: (g, x, { name: layerName, layer, request }) => {
      const name = `${layerName}.mlp`;
      if (layer < firstSparse) return gatedMlp(g, x, { name, width, inner: denseInner, activation, bias: false });
      return mixtureOfExperts(g, x, layout, {
        name,
        width,
        inner,
        activation,
        routing,
        router: `${name}.gate.weight`,
        bias: vector([{ tensor: `${name}.gate.e_score_correction_bias`, rows: experts }]),
        shared: sharedExperts === 0 ? undefined : { name: `${name}.shared_experts`, inner: sharedExperts * inner },
        logitsOutput: request.routerLogits ? `router_logits.${layer - firstSparse}` : undefined,
      });
    },
  });
}

export const DOTS1: ModelFamily = {
  type: 'dots1',
  architectures: { base: 'Dots1Model', causal: 'Dots1ForCausalLM' },
  defaults: (config) => ({
    ...decoderDefaults(config, DEFAULTS),
    layer_types: layerTypes(config, config.toJSON().sliding_window !== null, DEFAULTS),
  }),
  create: dots1,
};
