// dots.llm1 (transformers 5.17, modeling_dots1.py; arXiv 2506.05767): q and k normed by head before the rotation; sigmoid routing with
// a correction bias, limited to groups of experts, and ungated shared experts; the first layers have a plain MLP.
import type { Fields } from '../formats/fields.ts';
import { vector } from '../graph/weights.ts';
import { readActivation } from './blocks/activation.ts';
import { attention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { gatedMlp } from './blocks/mlp.ts';
import { checkRouting, mixtureOfExperts, type RoutingChoice } from './blocks/moe.ts';
import { readRope } from './blocks/rope.ts';
import { windowedShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Missing fields take the defaults of the reference's Dots1Config. */
const DEFAULTS = { vocab: 152_064, hidden: 4608, layers: 62, heads: 32, kvHeads: 32, positions: 2048, eps: 1e-6 };

function dots1(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config, DEFAULTS);
  const { hiddenSize: width, heads, kvHeads, headDim, layers, eps } = sizes;
  const shapes = windowedShapes(
    config,
    layers,
    { heads, kvHeads, headDim, scale: headDim ** -0.5 },
    {
      window: config.int('sliding_window', { default: 4096, min: 1 }),
      firstLayer: config.int('max_window_layers', { default: 62, min: 0 }),
    },
  );
  const activation = readActivation(config);
  const attentionBias = config.bool('attention_bias', { default: false });
  const denseInner = config.int('intermediate_size', { default: 10_944, min: 1 });
  const inner = config.int('moe_intermediate_size', { default: 1408, min: 1 });
  const sharedExperts = config.int('n_shared_experts', { default: 0, min: 0 });
  const experts = config.int('n_routed_experts', { default: 0, min: 0 });
  const firstSparse = experts > 0 ? config.int('first_k_dense_replace', { default: 0, min: 0 }) : layers;
  const sparse = Math.max(layers - firstSparse, 0);
  const routing: RoutingChoice = {
    scoring: 'sigmoid',
    experts,
    chosen: config.int('num_experts_per_tok', { default: 0, min: sparse > 0 ? 1 : 0 }),
    groups: config.int('n_group', { default: 1, min: 1 }),
    chosenGroups: config.int('topk_group', { default: 1, min: 1 }),
    normalize: config.bool('norm_topk_prob', { default: false }),
    floor: 1e-20,
    scale: config.number('routed_scaling_factor', { default: 1 }),
  };
  if (sparse > 0) checkRouting(config, routing, 'num_experts_per_tok');

  return decoder(config, task, layout, {
    sizes,
    shapes,
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
    attention: (g, x, { name, layer, shape, request }) =>
      attention(g, x, {
        name: `${name}.self_attn`,
        layer,
        shape,
        width,
        qkvBias: attentionBias,
        outputBias: attentionBias,
        headNorm: { query: 'q_norm', key: 'k_norm', eps, place: 'before' },
        attentions: request.attentions,
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
  create: dots1,
};
