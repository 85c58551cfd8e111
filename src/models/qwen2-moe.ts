// Qwen2-MoE (transformers 5.17, modeling_qwen2_moe.py; arXiv 2407.10671): Llama's attention with biases on q, k and v; softmax routing
// and a shared expert behind a sigmoid gate in most layers, a plain MLP in the others.
import type { Fields } from '../formats/fields.ts';
import { readActivation } from './blocks/activation.ts';
import { attention } from './blocks/attention.ts';
import { decoder, readSizes } from './blocks/decoder.ts';
import { gatedMlp } from './blocks/mlp.ts';
import { checkRouting, mixtureOfExperts, type RoutingChoice } from './blocks/moe.ts';
import { readRope } from './blocks/rope.ts';
import { windowedShapes } from './blocks/windows.ts';
import type { Layout, ModelFamily, Task } from './model.ts';

/** Missing fields take the defaults of the reference's Qwen2MoeConfig. */
const DEFAULTS = { vocab: 151_936, hidden: 2048, layers: 24, heads: 16, kvHeads: 16, positions: 32_768, eps: 1e-6 };

function qwen2Moe(config: Fields, task: Task, layout: Layout) {
  const sizes = readSizes(config, DEFAULTS);
  const { hiddenSize: width, heads, kvHeads, headDim, layers } = sizes;
  const windowed = config.bool('use_sliding_window', { default: false });
  const window = config.int('sliding_window', { default: 4096, min: 0 });
  const shapes = windowedShapes(
    config,
    layers,
    { heads, kvHeads, headDim, scale: headDim ** -0.5 },
    {
      window: windowed && window > 0 ? window : undefined,
      firstLayer: config.int('max_window_layers', { default: 28, min: 0 }),
    },
  );
  const activation = readActivation(config);
  const qkvBias = config.bool('qkv_bias', { default: true });
  const denseInner = config.int('intermediate_size', { default: 5632, min: 1 });
  const inner = config.int('moe_intermediate_size', { default: 1408, min: 1 });
  const sharedInner = config.int('shared_expert_intermediate_size', { default: 5632, min: 1 });
  const routing: RoutingChoice = {
    scoring: 'softmax',
    experts: config.int('num_experts', { default: 60, min: 0 }),
    chosen: config.int('num_experts_per_tok', { default: 4, min: 1 }),
    groups: 1,
    chosenGroups: 1,
    normalize: config.bool('norm_topk_prob', { default: false }),
    floor: 0,
    scale: 1,
  };
  const sparseStep = config.int('decoder_sparse_step', { default: 1, min: 1 });
  const mlpOnly = config.numberList('mlp_only_layers', { default: [] as number[] });
  const isSparse = (layer: number) => routing.experts > 0 && !mlpOnly.includes(layer) && (layer + 1) % sparseStep === 0;
  const sparse = Array.from({ length: layers }, (_, layer) => layer).filter(isSparse);
  if (sparse.length > 0) checkRouting(config, routing, 'num_experts_per_tok');

  return decoder(config, task, layout, {
    sizes,
    shapes,
    rope: readRope(config, headDim, sizes.maxPositions),
    routed:
      sparse.length === 0
        ? undefined
        : {
            experts: sparse.map(() => routing.experts),
            chosen: routing.chosen,
            auxLossCoefficient: config.number('router_aux_loss_coef', { default: 0.001 }),
            output: config.bool('output_router_logits', { default: false }),
          },
    attention: (g, x, { name, layer, shape, request }) =>
      attention(g, x, {
        name: `${name}.self_attn`,
        layer,
        shape,
        width,
        qkvBias,
        outputBias: false,
        attentions: request.attentions,
      }),
    mlp: (g, x, { name: layerName, layer, request }) => {
      const name = `${layerName}.mlp`;
      if (!isSparse(layer)) return gatedMlp(g, x, { name, width, inner: denseInner, activation, bias: false });
      return mixtureOfExperts(g, x, layout, {
        name,
        width,
        inner,
        activation,
        routing,
        router: `${name}.gate.weight`,
        shared: { name: `${name}.shared_expert`, inner: sharedInner, gate: `${name}.shared_expert_gate.weight` },
        logitsOutput: request.routerLogits ? `router_logits.${sparse.indexOf(layer)}` : undefined,
      });
    },
  });
}

export const QWEN2_MOE: ModelFamily = {
  type: 'qwen2_moe',
  architectures: {
    base: 'Qwen2MoeModel',
    causal: 'Qwen2MoeForCausalLM',
    'sequence-classification': 'Qwen2MoeForSequenceClassification',
    'token-classification': 'Qwen2MoeForTokenClassification',
    'question-answering': 'Qwen2MoeForQuestionAnswering',
  },
  create: qwen2Moe,
};
