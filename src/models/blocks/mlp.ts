// Gated MLP: down(act(gate(x)) · up(x)) (GLU variants, arXiv 2002.05202).
import type { ActivationName, GraphBuilder, Tensor } from '../../graph/graph.ts';
import { matrix, vector } from '../../graph/weights.ts';

export interface MlpBlock {
  /** Name of the block in the checkpoint, such as `model.layers.0.mlp`. */
  name: string;
  /** Model width M. */
  width: number;
  /** Inner width F. */
  inner: number;
  activation: ActivationName;
  bias: boolean;
}

/** x: [tokens, M] → [tokens, M] */
export function gatedMlp(g: GraphBuilder, x: Tensor, { name, width, inner, activation, bias }: MlpBlock): Tensor {
  const pair = (suffix: string) => [
    { tensor: `${name}.gate_proj.${suffix}`, rows: inner },
    { tensor: `${name}.up_proj.${suffix}`, rows: inner },
  ];
  const gateUp = g.linear(
    x,
    matrix(pair('weight'), width, { arrangement: 'interleave' }),
    bias ? vector(pair('bias'), 'interleave') : undefined,
  );
  const hidden = g.gate(gateUp, activation); // [tokens, F]
  const down = (suffix: string) => [{ tensor: `${name}.down_proj.${suffix}`, rows: width }];
  return g.linear(hidden, matrix(down('weight'), inner), bias ? vector(down('bias')) : undefined);
}
