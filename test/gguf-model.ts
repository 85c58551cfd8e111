// Turns Hub checkpoints into GGUF files as llama.cpp's convert_hf_to_gguf.py does: experts in one tensor, the order of q's and k's rows.
import { f16Bits } from '../src/tensor/half.ts';
import { GGML_TYPES, type GgufTensor, type GgufValue, ggufFile } from '../tools/gguf/gguf-file.ts';
import { ARCHITECTURES, type Config, ggufName, ggufShape, metadataOf } from '../tools/gguf/gguf-names.ts';

export interface HubTensor {
  shape: readonly number[];
  data: ArrayLike<number>;
}

type GgmlType = keyof typeof GGML_TYPES;

/** Bytes of a tensor in a type of ggml. */
export type Encode = (name: string, tensor: HubTensor) => { type: GgmlType; data: Uint8Array };

export const asF32: Encode = (_, { data }) => ({ type: 'F32', data: new Uint8Array(Float32Array.from(data).buffer) });

/** Vectors in F32, the rest in Q8_0, as ggml's reference quantises: the largest weight of 32 becomes ±127. */
export const asQ8: Encode = (name, tensor) => {
  if (tensor.shape.length === 1) return asF32(name, tensor);
  const weights = Float32Array.from(tensor.data);
  const data = new Uint8Array((weights.length / 32) * 34);
  const view = new DataView(data.buffer);
  for (let block = 0; block < weights.length / 32; block++) {
    const values = weights.subarray(block * 32, block * 32 + 32);
    const scale = Math.max(...values.map(Math.abs)) / 127;
    view.setUint16(block * 34, f16Bits(scale), true);
    values.forEach((value, i) => {
      view.setInt8(block * 34 + 2 + i, scale === 0 ? 0 : Math.round(value / scale));
    });
  }
  return { type: 'Q8_0', data };
};

/** Vectors in F32, the rest in F16, as the conversion does it. */
export const asF16: Encode = (name, tensor) =>
  tensor.shape.length === 1
    ? asF32(name, tensor)
    : { type: 'F16', data: new Uint8Array(Uint16Array.from(tensor.data, (value) => f16Bits(value)).buffer) };

/** LlamaModel.permute: from halves to pairs. */
function permuted({ shape, data }: HubTensor, heads: number): HubTensor {
  const [rows = 0, width = 1] = shape;
  const half = rows / heads / 2;
  const out = new Float32Array(data.length);
  for (let h = 0; h < heads; h++) {
    for (let part = 0; part < 2; part++) {
      for (let i = 0; i < half; i++) {
        const from = (h * 2 + part) * half + i;
        const to = h * 2 * half + 2 * i + part;
        for (let k = 0; k < width; k++) out[to * width + k] = data[from * width + k] as number;
      }
    }
  }
  return { shape, data: out };
}

function stacked(tensors: readonly HubTensor[]): HubTensor {
  return {
    shape: [tensors.length, ...(tensors[0]?.shape ?? [])],
    data: tensors.flatMap(({ data }) => Array.from(data)),
  };
}

/** One tensor per projection, whether the checkpoint has fused gate and up or a tensor for each expert. */
function mergeExperts(tensors: Map<string, HubTensor>): void {
  for (const [name, { shape, data }] of [...tensors]) {
    const [, layer] = /^model\.layers\.(\d+)\.mlp\.experts\.gate_up_proj$/.exec(name) ?? [];
    if (layer === undefined) continue;
    const [experts = 0, rows = 0, width = 0] = shape;
    const half = (which: number) =>
      stacked(
        Array.from({ length: experts }, (_, e) => {
          const first = (e * rows + (which * rows) / 2) * width;
          return { shape: [rows / 2, width], data: Array.from(data).slice(first, first + (rows / 2) * width) };
        }),
      );
    tensors.set(`blk.${layer}.ffn_gate_exps.weight`, half(0));
    tensors.set(`blk.${layer}.ffn_up_exps.weight`, half(1));
    tensors.delete(name);
  }
  const groups = new Map<string, HubTensor[]>();
  for (const [name, tensor] of [...tensors]) {
    const fused = /^model\.layers\.(\d+)\.mlp\.experts\.down_proj$/.exec(name);
    const single = /^model\.layers\.\d+\.mlp\.experts\.(\d+)\./.exec(name);
    if (fused) tensors.set(`blk.${fused[1]}.ffn_down_exps.weight`, tensor);
    if (single) {
      const group = ggufName(name);
      const list = groups.get(group) ?? [];
      list[Number(single[1])] = tensor;
      groups.set(group, list);
    }
    if (fused || single) tensors.delete(name);
  }
  for (const [name, list] of groups) tensors.set(name, stacked(list));
}

/** Factors of Llama 3's rotary embedding, as LlamaModel.generate_extra_tensors makes them. */
function ropeFactors(config: Config): HubTensor | undefined {
  const rope = (config.rope_parameters ?? {}) as Record<string, number | string>;
  if (rope.rope_type !== 'llama3') return undefined;
  const [factor, low, high, old, base] = [
    'factor',
    'low_freq_factor',
    'high_freq_factor',
    'original_max_position_embeddings',
    'rope_theta',
  ].map((name) => rope[name] as number) as [number, number, number, number, number];
  const dim = config.head_dim as number;
  const data = Array.from({ length: dim / 2 }, (_, i) => {
    const length = 2 * Math.PI * base ** ((2 * i) / dim);
    if (length < old / high) return 1;
    if (length > old / low) return factor;
    const smooth = (old / length - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
  return { shape: [dim / 2], data };
}

/** The GGUF file of a checkpoint. */
export function ggufModel(
  config: Config,
  checkpoint: ReadonlyMap<string, HubTensor>,
  encode: Encode = asF32,
  metadata: Readonly<Record<string, GgufValue>> = {},
): Uint8Array<ArrayBuffer> {
  const architecture = ARCHITECTURES[config.model_type as string] as string;
  const tensors = new Map(checkpoint);
  if (config.tie_word_embeddings) tensors.delete('lm_head.weight');
  mergeExperts(tensors);
  const factors = ropeFactors(config);
  if (factors) tensors.set('rope_freqs.weight', factors);
  const written: GgufTensor[] = [];
  for (const [hubName, tensor] of tensors) {
    const name = /^(blk|rope_freqs)\./.test(hubName) ? hubName : ggufName(hubName);
    const [, which] = /attn_([qk])\.(?:weight|bias)$/.exec(name) ?? [];
    const heads = which === 'q' ? config.num_attention_heads : config.num_key_value_heads;
    const rows = architecture === 'llama' && which ? permuted(tensor, heads as number) : tensor;
    const shape = ggufShape(name, rows.shape);
    const { type, data } = encode(name, { shape, data: rows.data });
    written.push({ name, type: GGML_TYPES[type], shape, data });
  }
  return ggufFile({ ...metadataOf(config, architecture), ...metadata }, written);
}

interface TokenizerFiles {
  tokenizer: {
    model: { vocab: Record<string, number>; merges: [string, string][] };
    added_tokens: { id: number; content: string; special: boolean }[];
  };
  config: Record<string, string>;
  template: string;
}

/** A tokenizer as the conversion writes it: byte-level with Qwen2's split, or SentencePiece's, whose scores are ranks. */
export function tokenizerMetadata(
  { tokenizer, config, template }: TokenizerFiles,
  model: 'gpt2' | 'llama',
): Record<string, GgufValue> {
  const { model: bpe, added_tokens } = tokenizer;
  const all = [...Object.entries(bpe.vocab), ...added_tokens.map(({ id, content }): [string, number] => [content, id])];
  const tokens: string[] = [];
  for (const [token, id] of all) tokens[id] = token;
  const types: number[] = tokens.map((token) => (/^<0x[0-9A-F]{2}>$/.test(token) && model === 'llama' ? 6 : 1));
  for (const { id, special, content } of added_tokens) types[id] = content === '<unk>' ? 2 : special ? 3 : 4;
  const rank = new Map(bpe.merges.map((pair, i) => [pair.join(''), -i]));
  const ids = { bos: 'bos_token', eos: 'eos_token', unknown: 'unk_token', padding: 'pad_token' };
  return {
    'tokenizer.ggml.model': model,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': types,
    'tokenizer.chat_template': template,
    ...Object.fromEntries(
      Object.entries(ids).flatMap(([name, field]) =>
        config[field] === undefined ? [] : [[`tokenizer.ggml.${name}_token_id`, tokens.indexOf(config[field])]],
      ),
    ),
    ...(model === 'gpt2'
      ? { 'tokenizer.ggml.pre': 'qwen2', 'tokenizer.ggml.merges': bpe.merges.map((pair) => pair.join(' ')) }
      : { 'tokenizer.ggml.scores': { f32: tokens.map((token) => rank.get(token) ?? -1e6) } }),
  };
}
