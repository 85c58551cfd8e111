// Self-attention of one decoder layer: packed q, k, v projection, rotary embedding, KV cache, output projection.
import type { GraphBuilder, Tensor } from '../../graph/graph.ts';
import { matrix, vector } from '../../graph/weights.ts';
import type { DecoderLayer, LayerContext } from './decoder.ts';

/** What a family's configuration says about attention, the same in each of its layers. */
export interface AttentionOptions {
  /** Model width M. */
  width: number;
  qkvBias: boolean;
  outputBias: boolean;
  /** RMSNorm of each head of q and k, by the names of its gains in the block. */
  headNorm?: { query: string; key: string; eps: number; place: 'before' | 'after' } | undefined;
}

interface AttentionBlock extends AttentionOptions, Pick<LayerContext, 'layer' | 'shape' | 'keep'> {
  /** Name of the block in the checkpoint, such as `model.layers.0.self_attn`. */
  name: string;
  /** Make the attention weights readable. */
  attentions?: boolean | undefined;
}

/** The attention half of a decoder layer. */
export function selfAttention(options: AttentionOptions): DecoderLayer['attention'] {
  return (g, x, { name, layer, shape, request, keep }) =>
    attention(g, x, { ...options, name: `${name}.self_attn`, layer, shape, keep, attentions: request.attentions });
}

/** x: [tokens, M] → [rows, M] of the rows to keep */
function attention(g: GraphBuilder, x: Tensor, block: AttentionBlock): Tensor {
  const { name, layer, shape, width } = block;
  const qRows = shape.heads * shape.headDim;
  const kvRows = shape.kvHeads * shape.headDim;
  const parts = (suffix: string) => [
    { tensor: `${name}.q_proj.${suffix}`, rows: qRows },
    { tensor: `${name}.k_proj.${suffix}`, rows: kvRows },
    { tensor: `${name}.v_proj.${suffix}`, rows: kvRows },
  ];
  const qkv = g.linear(x, matrix(parts('weight'), width), block.qkvBias ? vector(parts('bias')) : undefined);
  const { headNorm } = block;
  const gains = (norms: { query: string; key: string }) =>
    vector([norms.query, norms.key].map((norm) => ({ tensor: `${name}.${norm}.weight`, rows: shape.headDim })));
  const q = g.rope(qkv, shape, layer, headNorm && { ...headNorm, gains: gains(headNorm) }); // [tokens, H·D]
  if (block.attentions) g.attentionWeights(q, shape, layer);
  const context = block.keep(g.attend(q, shape, layer)); // [rows, H·D]
  const output = (suffix: string) => [{ tensor: `${name}.o_proj.${suffix}`, rows: width }];
  return g.linear(context, matrix(output('weight'), qRows), block.outputBias ? vector(output('bias')) : undefined);
}
