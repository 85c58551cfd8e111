// What the peers' files need to know of a benchmark shape: sizes by name, and the tensors of a checkpoint of it.
import { InputError } from '../../src/errors.ts';
import { modelOf } from '../bench.ts';
import { tensorsOf } from '../checkpoint.ts';
import { SHAPES } from '../shapes.ts';
import { RandomWeights } from './random-weights.ts';

export interface PeerTensor {
  /** Where its weights begin among the random ones. */
  number: number;
  /** [rows, width], or [rows] of a vector. */
  dims: readonly number[];
}

export interface PeerShape {
  /** With every value that a config.json has, defaults too. */
  config: Record<string, unknown> & { model_type: string };
  vocab: number;
  width: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  positions: number;
  ropeTheta: number;
  epsilon: number;
  /** By their names in a checkpoint of the Hub; no lm_head where it is the embedding. */
  tensors: ReadonlyMap<string, PeerTensor>;
  weights: RandomWeights;
}

/** What every such shape states. */
interface GivenConfig {
  model_type: string;
  vocab_size: number;
  hidden_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  max_position_embeddings: number;
  head_dim?: number;
  rope_theta?: number;
}

/** @throws {InputError} there is no such shape, or it is of no family that the peers' files are written for. */
export function peerShapeOf(shape: string): PeerShape {
  const tensors = tensorsOf(modelOf(shape));
  const given = SHAPES[shape] as unknown as GivenConfig;
  if (!/^(llama|mistral|qwen2|qwen2_moe)$/.test(given.model_type)) {
    throw new InputError({
      what: `The peers cannot be given ${shape}`,
      expected: 'a shape of llama, mistral, qwen2 or qwen2_moe',
      actual: given.model_type,
      remedy: 'choose another shape',
    });
  }
  const headDim = given.head_dim ?? given.hidden_size / given.num_attention_heads;
  const config = {
    bos_token_id: null,
    eos_token_id: null,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    tie_word_embeddings: false,
    ...given,
    head_dim: headDim,
  };
  return {
    config,
    vocab: given.vocab_size,
    width: given.hidden_size,
    layers: given.num_hidden_layers,
    heads: given.num_attention_heads,
    kvHeads: given.num_key_value_heads,
    headDim,
    positions: given.max_position_embeddings,
    ropeTheta: config.rope_theta,
    epsilon: config.rms_norm_eps,
    tensors: new Map(tensors.map(({ name, dims }, number) => [name, { number, dims }])),
    weights: new RandomWeights(given.hidden_size),
  };
}
