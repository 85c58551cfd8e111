// The MLP half of Qwen's mixture-of-experts families: softmax routing in every `decoder_sparse_step`-th layer that is not in
// `mlp_only_layers`, a plain MLP in the others.
import type { Fields } from '../../formats/fields.ts';
import type { Layout } from '../model.ts';
import { readActivation } from './activation.ts';
import type { DecoderParts, DecoderSizes } from './decoder.ts';
import { gatedMlp } from './mlp.ts';
import { checkRouting, mixtureOfExperts, type RoutingChoice } from './moe.ts';

/** Defaults that Qwen's mixture-of-experts families share. */
export const QWEN_MOE_DEFAULTS = {
  norm_topk_prob: false,
  decoder_sparse_step: 1,
  mlp_only_layers: [],
  output_router_logits: false,
  router_aux_loss_coef: 0.001,
};

/** @param sharedInner inner width of the shared expert behind a sigmoid gate; undefined in families without one */
export function qwenMoe(
  config: Fields,
  { hiddenSize: width, layers }: DecoderSizes,
  layout: Layout,
  sharedInner?: number,
): Pick<DecoderParts, 'mlp' | 'routed'> {
  const activation = readActivation(config);
  const denseInner = config.int('intermediate_size', { min: 1 });
  const inner = config.int('moe_intermediate_size', { min: 1 });
  const routing: RoutingChoice = {
    scoring: 'softmax',
    experts: config.int(config.nameOf('num_local_experts', 'num_experts'), { min: 0 }),
    chosen: config.int('num_experts_per_tok', { min: 1 }),
    groups: 1,
    chosenGroups: 1,
    normalize: config.bool('norm_topk_prob'),
    floor: 0,
    scale: 1,
  };
  const sparseStep = config.int('decoder_sparse_step', { min: 1 });
  const mlpOnly = config.numberList('mlp_only_layers');
  const isSparse = (layer: number) => routing.experts > 0 && !mlpOnly.includes(layer) && (layer + 1) % sparseStep === 0;
  const sparse = Array.from({ length: layers }, (_, layer) => layer).filter(isSparse);
  if (sparse.length > 0) checkRouting(config, routing, 'num_experts_per_tok');
  return {
    routed:
      sparse.length === 0
        ? undefined
        : {
            experts: sparse.map(() => routing.experts),
            chosen: routing.chosen,
            auxLossCoefficient: config.number('router_aux_loss_coef'),
            output: config.bool('output_router_logits'),
          },
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
        shared:
          sharedInner === undefined
            ? undefined
            : { name: `${name}.shared_expert`, inner: sharedInner, gate: `${name}.shared_expert_gate.weight` },
        logitsOutput: request.routerLogits ? `router_logits.${sparse.indexOf(layer)}` : undefined,
      });
    },
  };
}
