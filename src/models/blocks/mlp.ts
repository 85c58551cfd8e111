// Gated MLP: down(act(gate(x)) · up(x)) (GLU variants, arXiv 2002.05202).
import type { ActivationName, GraphBuilder, Tensor } from '../../graph/graph.ts';
import { matrix, vector } from '../../graph/weights.ts';
import type { DecoderLayer } from './decoder.ts';

/** What a family's configuration says about its MLPs. */
export interface MlpOptions {
  /** Model width M. */
  width: number;
  /** Inner width F. */
  inner: number;
  activation: ActivationName;
  bias: boolean;
}

interface MlpBlock extends MlpOptions {
  /** Name of the block in the checkpoint, such as `model.layers.0.mlp`. */
  name: string;
}

/** The MLP half of a decoder layer, without experts. */
export function denseMlp(options: MlpOptions): DecoderLayer['mlp'] {
  return (g, x, { name }) => gatedMlp(g, x, { ...options, name: `${name}.mlp` });
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
