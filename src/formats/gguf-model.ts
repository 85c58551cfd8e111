// What a GGUF header says about its model, in the words of config.json and of the tensors of a Hub checkpoint, so that the same model
// files run both. Keys and names as in llama.cpp's gguf-py/gguf/constants.py; what its conversion does to a checkpoint is undone.
import { ConfigError, UnsupportedError } from '../errors.ts';
import { Fields } from './fields.ts';
import type { GgufHeader } from './gguf.ts';
import type { JsonObject } from './json.ts';
import type { TensorEntry } from './safetensors.ts';

/** What differs from architecture to architecture. */
interface Architecture {
  modelType: string;
  /** Names inside a layer that are not the usual ones. */
  names?: Readonly<Record<string, string>>;
  /** The two halves of each head of q and k come in turn. */
  pairsRows?: boolean;
  /** Fields of config.json besides those that all have. */
  config?: (about: About) => JsonObject;
}

/** A header with its architecture's own keys. */
interface About {
  key: Fields;
  name: string;
  has(tensor: string): boolean;
  /** The last dimension of the first such tensor of any layer. */
  widthOf(tensor: string): number | undefined;
}

const HEAD_NORMS = { attn_q_norm: 'self_attn.q_norm', attn_k_norm: 'self_attn.k_norm' };
const HUNYUAN_NORMS = { attn_q_norm: 'self_attn.query_layernorm', attn_k_norm: 'self_attn.key_layernorm' };

const sharedExpert = (name: string) => ({
  ffn_gate_shexp: `mlp.${name}.gate_proj`,
  ffn_up_shexp: `mlp.${name}.up_proj`,
  ffn_down_shexp: `mlp.${name}.down_proj`,
});

const int = ({ key, name }: About, field: string, fallback?: number) =>
  fallback === undefined
    ? key.int(`${name}.${field}`, { min: 0 })
    : key.int(`${name}.${field}`, { default: fallback, min: 0 });

const SOFTMAX = 1;
const SIGMOID = 2;

/** @throws {ConfigError} the router scores experts in another way than the architecture's own. */
function experts(about: About, gating = SOFTMAX) {
  const field = `${about.name}.expert_gating_func`;
  const stated = about.key.int(field, { default: gating });
  if (stated !== gating) throw about.key.wrong(field, String(gating), String(stated), 'use another model');
  return {
    num_experts: int(about, 'expert_count'),
    num_experts_per_tok: int(about, 'expert_used_count'),
    moe_intermediate_size: int(about, 'expert_feed_forward_length', about.widthOf('ffn_down_exps.weight')),
  };
}

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  llama: {
    modelType: 'llama',
    pairsRows: true,
    config: ({ has }) => ({ attention_bias: has('blk.0.attn_q.bias'), mlp_bias: has('blk.0.ffn_gate.bias') }),
  },
  qwen2: { modelType: 'qwen2' },
  qwen3: {
    modelType: 'qwen3',
    names: HEAD_NORMS,
    config: ({ has }) => ({ attention_bias: has('blk.0.attn_q.bias') }),
  },
  qwen2moe: {
    modelType: 'qwen2_moe',
    names: { ...sharedExpert('shared_expert'), ffn_gate_inp_shexp: 'mlp.shared_expert_gate' },
    config: (about) => ({
      ...experts(about),
      qkv_bias: about.has('blk.0.attn_q.bias'),
      shared_expert_intermediate_size: int(
        about,
        'expert_shared_feed_forward_length',
        about.widthOf('ffn_down_shexp.weight'),
      ),
      norm_topk_prob: about.key.bool(`${about.name}.expert_weights_norm`, { default: false }),
    }),
  },
  qwen3moe: {
    modelType: 'qwen3_moe',
    names: HEAD_NORMS,
    config: (about) => ({
      ...experts(about),
      attention_bias: about.has('blk.0.attn_q.bias'),
      norm_topk_prob: about.key.bool(`${about.name}.expert_weights_norm`, { default: true }),
    }),
  },
  dots1: {
    modelType: 'dots1',
    names: { ...HEAD_NORMS, ...sharedExpert('shared_experts') },
    config: (about) => {
      const { num_experts, ...rest } = experts(about, SIGMOID);
      const inner = Math.max(rest.moe_intermediate_size, 1);
      return {
        ...rest,
        n_routed_experts: num_experts,
        n_shared_experts: int(
          about,
          'expert_shared_count',
          Math.floor((about.widthOf('ffn_down_shexp.weight') ?? 0) / inner),
        ),
        first_k_dense_replace: int(about, 'leading_dense_block_count', 0),
        n_group: int(about, 'expert_group_count', 1),
        topk_group: int(about, 'expert_group_used_count', 1),
        norm_topk_prob: about.key.bool(`${about.name}.expert_weights_norm`, { default: false }),
        routed_scaling_factor: about.key.number(`${about.name}.expert_weights_scale`, { default: 1 }),
        attention_bias: about.has('blk.0.attn_q.bias'),
        sliding_window: null,
      };
    },
  },
  'hunyuan-moe': {
    modelType: 'hunyuan_v1_moe',
    names: { ...HUNYUAN_NORMS, ...sharedExpert('shared_mlp'), ffn_gate_inp: 'mlp.gate.wg' },
    config: (about) => {
      const { num_experts, num_experts_per_tok, moe_intermediate_size } = experts(about);
      return {
        num_experts,
        moe_topk: num_experts_per_tok,
        intermediate_size: moe_intermediate_size,
        attention_bias: about.has('blk.0.attn_q.bias'),
      };
    },
  },
  'hunyuan-dense': {
    modelType: 'hunyuan_v1_dense',
    names: HUNYUAN_NORMS,
    config: ({ has }) => ({ attention_bias: has('blk.0.attn_q.bias') }),
  },
};

const TOP_NAMES: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};

/** Names inside a layer. */
const LAYER_NAMES: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  ffn_norm: 'post_attention_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
  ffn_gate_inp: 'mlp.gate',
};

/** Those whose whole name differs. */
const WHOLE_LAYER_NAMES: Readonly<Record<string, string>> = {
  'ffn_gate_exps.weight': 'mlp.experts.gate_proj',
  'ffn_up_exps.weight': 'mlp.experts.up_proj',
  'ffn_down_exps.weight': 'mlp.experts.down_proj',
  'exp_probs_b.bias': 'mlp.gate.e_score_correction_bias',
  exp_probs_b: 'mlp.gate.e_score_correction_bias',
};

/** Factors that the wave lengths of the rotary embedding are multiplied with, [D / 2]. */
export const ROPE_FACTORS = 'rope_freqs.weight';

function architectureOf(metadata: JsonObject, file: string): { key: Fields; name: string; architecture: Architecture } {
  const key = new Fields(metadata, file);
  const name = key.string('general.architecture');
  const architecture = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
  if (architecture) return { key, name, architecture };
  throw new UnsupportedError({
    what: `${file}: architecture ${JSON.stringify(name)} is not supported`,
    expected: Object.keys(ARCHITECTURES).join(', '),
    remedy: 'use a model of one of these architectures',
  });
}

/** Value of a layer's tensor names, by the name behind `blk.N.`. */
function layerName({ names = {} }: Architecture, rest: string): string | undefined {
  const [whole] = [WHOLE_LAYER_NAMES[rest]];
  if (whole) return whole;
  const [, name = '', suffix = ''] = /^(.*)\.(weight|bias)$/.exec(rest) ?? [];
  const ours = names[name] ?? LAYER_NAMES[name];
  return ours && `${ours}.${suffix}`;
}

/**
 * The tensors of a file under the names of a Hub checkpoint, without {@link ROPE_FACTORS}. Those that no name is known for keep theirs.
 * @throws {UnsupportedError} {ConfigError} as {@link ggufConfig}
 */
export function ggufTensors(tensors: readonly TensorEntry[], metadata: JsonObject, file: string): TensorEntry[] {
  const { architecture } = architectureOf(metadata, file);
  const headDim = headDimOf(aboutOf(tensors, metadata, file));
  return tensors.flatMap((entry) => {
    if (entry.name === ROPE_FACTORS) return [];
    const [, layer, rest = ''] = /^blk\.(\d+)\.(.*)$/.exec(entry.name) ?? [];
    const [, top = '', suffix = ''] = /^(.*)\.(weight|bias)$/.exec(entry.name) ?? [];
    const known = layer === undefined ? TOP_NAMES[top] && `${TOP_NAMES[top]}.${suffix}` : layerName(architecture, rest);
    const name = layer === undefined ? known : known && `model.layers.${layer}.${known}`;
    const isPaired = architecture.pairsRows && /^attn_[qk]\./.test(rest);
    return {
      ...entry,
      name: name ?? entry.name,
      // Written without its first dimension.
      shape: rest === 'ffn_gate_inp_shexp.weight' && entry.shape.length === 1 ? [1, ...entry.shape] : entry.shape,
      ...(isPaired ? { pairedRows: headDim } : {}),
    };
  });
}

function aboutOf(tensors: readonly TensorEntry[], metadata: JsonObject, file: string): About {
  const { key, name } = architectureOf(metadata, file);
  const names = new Set(tensors.map((entry) => entry.name));
  return {
    key,
    name,
    has: (tensor) => names.has(tensor),
    widthOf: (tensor) =>
      tensors.find((entry) => entry.name.startsWith('blk.') && entry.name.endsWith(`.${tensor}`))?.shape.at(-1),
  };
}

function headDimOf(about: About): number {
  const { key, name } = about;
  const heads = key.int(`${name}.attention.head_count`, { min: 1 });
  const headDim = key.int(`${name}.attention.key_length`, {
    default: Math.floor(int(about, 'embedding_length') / heads),
    min: 2,
  });
  for (const field of ['attention.value_length', 'rope.dimension_count']) {
    const value = key.int(`${name}.${field}`, { default: headDim });
    if (value !== headDim)
      throw key.wrong(`${name}.${field}`, `${headDim}, the size of a head`, String(value), 'use another model');
  }
  return headDim;
}

/**
 * The configuration that a Hub checkpoint of the same model would have.
 * @param ropeFactors values of {@link ROPE_FACTORS}, where there is such a tensor.
 * @throws {UnsupportedError} an architecture that intab does not know. {ConfigError} a value is missing or of the wrong type.
 */
export function ggufConfig({ metadata, tensors }: GgufHeader, file: string, ropeFactors?: Float32Array): JsonObject {
  const about = aboutOf(tensors, metadata, file);
  const { key, name, has } = about;
  const { architecture } = architectureOf(metadata, file);
  const vocabSize = tensors.find((entry) => entry.name === 'token_embd.weight')?.shape[0];
  if (vocabSize === undefined) {
    throw new ConfigError({
      what: `${file} lacks the tensor token_embd.weight`,
      remedy: 'use the whole file, or all parts of a split one',
    });
  }
  if (architecture.modelType === 'llama' && int(about, 'expert_count', 0) > 0) {
    throw key.wrong(`${name}.expert_count`, '0', String(int(about, 'expert_count')), 'use a model without experts');
  }
  const maxPositions = int(about, 'context_length');
  const ropeTheta = key.number(`${name}.rope.freq_base`, { default: 10_000 });
  const tokenId = (token: string) => key.int(`tokenizer.ggml.${token}_token_id`, { default: undefined }) ?? null;
  return {
    model_type: architecture.modelType,
    vocab_size: vocabSize,
    hidden_size: int(about, 'embedding_length'),
    intermediate_size: int(about, 'feed_forward_length', 1),
    num_hidden_layers: int(about, 'block_count'),
    num_attention_heads: int(about, 'attention.head_count'),
    num_key_value_heads: int(about, 'attention.head_count_kv', int(about, 'attention.head_count')),
    head_dim: headDimOf(about),
    max_position_embeddings: maxPositions,
    rms_norm_eps: key.number(`${name}.attention.layer_norm_rms_epsilon`),
    rope_theta: ropeTheta,
    rope_parameters: { rope_theta: ropeTheta, ...ropeParameters(about, maxPositions, ropeFactors) },
    tie_word_embeddings: !has('output.weight'),
    bos_token_id: tokenId('bos'),
    eos_token_id: tokenId('eos'),
    pad_token_id: tokenId('padding'),
    ...architecture.config?.(about),
  };
}

function ropeParameters({ key, name }: About, maxPositions: number, factors: Float32Array | undefined): JsonObject {
  const of = (field: string) => `${name}.rope.scaling.${field}`;
  const older = key.number(`${name}.rope.scale_linear`, { default: 1 });
  const factor = key.number(of('factor'), { default: older, min: Number.MIN_VALUE });
  const original = key.int(of('original_context_length'), { default: maxPositions, min: 1 });
  // Llama 3's scaling comes as the factors it amounts to, for short and long sequences alike.
  if (factors) {
    const list = [...factors];
    return { rope_type: 'longrope', short_factor: list, long_factor: list, factor: 1, attention_factor: 1 };
  }
  const type = key.oneOf(of('type'), ['none', 'linear', 'yarn'], { default: factor === 1 ? 'none' : 'linear' });
  if (type === 'linear') return { rope_type: 'linear', factor };
  if (type === 'none') return { rope_type: 'default' };
  const attention = key.number(of('attn_factor'), { default: 1 }) * (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1);
  return {
    rope_type: 'yarn',
    factor,
    original_max_position_embeddings: original,
    attention_factor: attention,
    beta_fast: key.number(of('yarn_beta_fast'), { default: 32 }),
    beta_slow: key.number(of('yarn_beta_slow'), { default: 1 }),
  };
}
