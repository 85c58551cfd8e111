// Gated MLP: down(act(gate(x)) · up(x)) (GLU variants, arXiv 2002.05202).
import type { Fields } from '../../formats/fields.ts';
import type { ActivationName, GraphBuilder, Tensor } from '../../graph/graph.ts';
import { matrix, vector } from '../../graph/weights.ts';
import { readActivation } from './activation.ts';
import type { DecoderLayer, DecoderSizes } from './decoder.ts';

interface MlpBlock {
  /** Name of the block in the checkpoint, such as `model.layers.0.mlp`. */
  name: string;
  /** Model width M. */
  width: number;
  /** Inner width F. */
  inner: number;
  activation: ActivationName;
  bias: boolean;
}

/** The MLP half of a decoder layer without experts, as `intermediate_size` and `hidden_act` say. */
export function denseMlp(config: Fields, { hiddenSize: width }: DecoderSizes, bias = false): DecoderLayer['mlp'] {
  const inner = config.int('intermediate_size', { min: 1 });
  const activation = readActivation(config);
  return (g, x, { name }) => gatedMlp(g, x, { name: `${name}.mlp`, width, inner, activation, bias });
}

/** x: [rows, M] → [rows, M] */
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
  const hidden = g.gate(gateUp, activation); // [rows, F]
  const down = (suffix: string) => [{ tensor: `${name}.down_proj.${suffix}`, rows: width }];
  return g.linear(hidden, matrix(down('weight'), inner), bias ? vector(down('bias')) : undefined);
}
