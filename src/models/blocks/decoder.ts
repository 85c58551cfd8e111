// The skeleton that all decoders here share: embeddings, layers of attention and MLP with pre-norm and residuals, final norm,
// head, and the outputs that were asked for on the way.
import type { Fields } from '../../formats/fields.ts';
import { type AttentionShape, type Graph, GraphBuilder, type Norm, type Tensor } from '../../graph/graph.ts';
import { type MatrixSpec, matrix, vector } from '../../graph/weights.ts';
import { ignoresHead, readHead } from '../heads/head.ts';
import type { ForwardRequest, Layout, Model, RoutedLayers, Task } from '../model.ts';
import { MAX_LAYERS } from './defaults.ts';
import type { Rope } from './rope.ts';

/** Sizes that every decoder's configuration has, read by `readSizes`. */
export interface DecoderSizes {
  vocabSize: number;
  hiddenSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  maxPositions: number;
  eps: number;
  tied: boolean;
}

/** @throws {ConfigError} sizes that cannot be run. */
export function readSizes(config: Fields): DecoderSizes {
  const hiddenSize = config.int('hidden_size', { min: 1 });
  const heads = config.int('num_attention_heads', { min: 1 });
  const kvHeads = config.int('num_key_value_heads', { min: 1 });
  const headDim = config.int('head_dim', { min: 2 });
  if (heads % kvHeads !== 0) {
    throw config.wrong('num_key_value_heads', `a divisor of num_attention_heads, ${heads}`, String(kvHeads));
  }
  if (headDim % 2 !== 0 || headDim > 512) {
    throw config.wrong('head_dim', 'an even number up to 512', String(headDim));
  }
  return {
    vocabSize: config.int('vocab_size', { min: 1 }),
    hiddenSize,
    layers: config.int('num_hidden_layers', { min: 1, max: MAX_LAYERS }),
    heads,
    kvHeads,
    headDim,
    maxPositions: config.int('max_position_embeddings', { min: 1 }),
    eps: config.number('rms_norm_eps', { min: 0 }),
    tied: config.bool('tie_word_embeddings'),
  };
}

/** The two halves of one layer, each without its norm and residual. `name` is the layer's name in the checkpoint. */
export interface DecoderLayer {
  attention(g: GraphBuilder, x: Tensor, layer: LayerContext): Tensor;
  mlp(g: GraphBuilder, x: Tensor, layer: LayerContext): Tensor;
}

export interface LayerContext {
  /** Such as `model.layers.0`. */
  name: string;
  layer: number;
  shape: AttentionShape;
  request: ForwardRequest;
  /** Of attention's rows, those that what follows needs: all, or in the last layer the head's. */
  keep(x: Tensor): Tensor;
}

export interface DecoderParts extends DecoderLayer {
  sizes: DecoderSizes;
  /** Attention of each layer, causal unless the configuration says `is_causal: false`. */
  shapes: readonly AttentionShape[];
  rope: Rope;
  routed?: RoutedLayers | undefined;
  notes?: readonly string[];
  /** Further tensors of the checkpoint that may be left unread. */
  ignores?: (tensor: string) => boolean;
}

/** Puts a model together from its layers. */
export function decoder(
  config: Fields,
  task: Task,
  { prefix }: Layout,
  parts: DecoderParts,
): Omit<Model, 'type' | 'className' | 'task'> {
  const { sizes, rope } = parts;
  const { vocabSize, hiddenSize, layers, eps, tied } = sizes;
  const bidirectional = !config.bool('is_causal', { default: true });
  const shapes = parts.shapes.map((shape) => ({ ...shape, bidirectional }));
  const table: MatrixSpec = matrix([{ tensor: `${prefix}embed_tokens.weight`, rows: vocabSize }], hiddenSize, {
    role: 'token',
  });
  const head = readHead(config, task, { table, tied });
  const norm = (tensor: string): Norm => ({ gain: vector([{ tensor, rows: hiddenSize }]), eps });

  function record(request: ForwardRequest): Graph {
    const g = new GraphBuilder();
    const allRows = (x: Tensor) => x;
    const headRows = (x: Tensor) => (request.head === 'keptLogits' && x.rows === 'tokens' ? g.selectRows(x) : x);
    // After the last attention no row needs another one: only the head's go on, unless the caller looks inside the layers.
    const looksInside = request.hiddenStates || request.attentions || request.routerLogits;
    let x = request.input === 'ids' ? g.embed(table) : g.input(hiddenSize); // [tokens, M]
    for (let layer = 0; layer < layers; layer++) {
      if (request.hiddenStates) g.output(`hidden_states.${layer}`, x);
      const name = `${prefix}layers.${layer}`;
      const keep = layer === layers - 1 && !looksInside ? headRows : allRows;
      const context = { name, layer, shape: shapes[layer] as AttentionShape, request, keep };
      const attended = parts.attention(g, g.norm(x, norm(`${name}.input_layernorm.weight`)), context);
      x = g.add(keep(x), attended); // [tokens, M], or [kept, M] in the last layer
      x = g.add(x, parts.mlp(g, g.norm(x, norm(`${name}.post_attention_layernorm.weight`)), context));
    }
    if (!request.hiddenStates) x = headRows(x);
    x = g.norm(x, norm(`${prefix}norm.weight`));
    if (request.hiddenStates) g.output(`hidden_states.${layers}`, x);
    if (request.head === 'hidden') g.output('last_hidden_state', x);
    if (head.weight && (request.head === 'logits' || request.head === 'keptLogits')) {
      g.output('logits', g.linear(headRows(x), head.weight, head.bias)); // [rows, V] or [rows, labels]
    }
    return g.finish();
  }

  return {
    vocabSize,
    hiddenSize,
    layers,
    maxPositions: sizes.maxPositions,
    rope,
    attention: shapes,
    bidirectional,
    hasLogits: head.weight !== undefined,
    logitsWidth: head.width,
    classification: head.classification,
    routed: parts.routed,
    notes: parts.notes ?? [],
    prefix,
    record,
    ignores: (tensor) =>
      tensor.endsWith('rotary_emb.inv_freq') || ignoresHead(tensor, task, tied) || (parts.ignores?.(tensor) ?? false),
  };
}
