// An ONNX model of a shape with the graph of the Hub's exports for transformers.js: fused attention and norms, four-bit products, and only
// the last logits computed. The head is quantised too and logits leave as f32: what is fastest where exports differ.
import { elementCount } from '../../src/tensor/dtype.ts';
import { f16Bits } from '../../src/tensor/half.ts';
import { type FilePart, onePart } from '../serve-parts.ts';
import { OnnxGraph } from './onnx-graph.ts';
import type { PeerShape } from './peer-shape.ts';

/** Those of transformers.js: four-bit weights with activations of f32 or f16, or all of it in f16. */
export type OnnxDType = 'q4' | 'q4f16' | 'fp16';

const BLOCK = 32;
const NO_END = 2n ** 63n - 1n;

const int64 = (...values: (number | bigint)[]) => new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);

/** The files of the model, by name, and how many of them hold weights. */
export function onnxFiles(shape: PeerShape, dtype: OnnxDType): { files: Map<string, FilePart[]>; dataFiles: number } {
  const { vocab, layers, heads, kvHeads, headDim, epsilon, weights } = shape;
  const graph = new OnnxGraph(`model_${dtype}.onnx`);
  const float = dtype === 'q4' ? 'f32' : 'f16';
  const floats = (values: ArrayLike<number>) =>
    float === 'f32' ? Float32Array.from(values) : Uint16Array.from(values, (value) => f16Bits(value));
  const bytes = (values: ArrayLike<number>) => new Uint8Array(floats(values).buffer);

  const tensor = (name: string) => {
    const found = shape.tensors.get(name);
    if (!found) throw new Error(`no tensor ${name}`);
    return found;
  };
  /** As it is in a checkpoint. */
  const plain = (name: string) => {
    const { number, dims } = tensor(name);
    const part = name.endsWith('norm.weight')
      ? { cycle: bytes([1]), startAt: 0, sizeBytes: elementCount(dims) * (float === 'f32' ? 4 : 2) }
      : weights.part(float, number, elementCount(dims));
    return graph.weight(name, float, dims, part);
  };
  const linear = (x: string, name: string, from = name) => {
    const { number, dims } = tensor(`${from}.weight`);
    const [rows = 0, width = 0] = dims;
    const count = rows * width;
    if (dtype === 'fp16') {
      const weight = graph.weight(`${name}.MatMul.weight`, 'f16', [width, rows], weights.part('f16', number, count));
      return graph.node('MatMul', [x, weight], `${name}/output`);
    }
    const quantised = graph.weight(
      `${name}.MatMul.weight_Q4`,
      'u8',
      [rows, width / BLOCK, BLOCK / 2],
      weights.part('onnxQ4', number, count),
    );
    const encoding = float === 'f32' ? 'scalesF32' : 'scalesF16';
    const scales = graph.weight(
      `${name}.MatMul.weight_scales`,
      float,
      [rows, width / BLOCK],
      weights.part(encoding, number, count),
    );
    return graph.node('com.microsoft:MatMulNBits', [x, quantised, scales], `${name}/output`, {
      K: width,
      N: rows,
      bits: 4,
      block_size: BLOCK,
      accuracy_level: 4,
    });
  };
  const biased = (x: string, name: string) => {
    const product = linear(x, name);
    if (!shape.tensors.has(`${name}.bias`)) return product;
    return graph.node('Add', [product, plain(`${name}.bias`)], `${name}/biased`);
  };

  const ids = graph.input('input_ids', 'i64', ['batch_size', 'sequence_length']);
  const mask = graph.input('attention_mask', 'i64', ['batch_size', 'total_sequence_length']);
  const kept = graph.input('num_logits_to_keep', 'i64', []);
  const one = graph.constant('one', 'i64', [1], int64(1));
  const sum = graph.node('ReduceSum', [mask, one], 'mask/sum', { keepdims: 0 });
  const last = graph.node('Sub', [sum, one], 'mask/last');
  const lengths = graph.node('Cast', [last], 'mask/seqlens_k', { to: 6 });
  const total = graph.node('Gather', [graph.node('Shape', [mask], 'mask/shape'), oneScalar()], 'mask/length', {
    axis: 0,
  });
  const total32 = graph.node('Cast', [total], 'mask/total_sequence_length', { to: 6 });
  const [cos, sin] = rotaryTables(shape).map((values, i) => {
    const dims = [shape.positions, headDim / 2];
    return graph.weight(i === 0 ? 'cos_cache' : 'sin_cache', float, dims, onePart(bytes(values)));
  }) as [string, string];

  const cacheDims = (length: string) => ['batch_size', kvHeads, length, headDim];
  let residual = graph.node('Gather', [plain('model.embed_tokens.weight'), ids], 'model.embed_tokens/output');
  let normed = '';
  let addition: string | undefined;
  const norm = (weightName: string, output: string) => {
    const weight = plain(weightName);
    if (addition === undefined) {
      normed = graph.node('SimplifiedLayerNormalization', [residual, weight], output, {
        axis: -1,
        epsilon: { f32: epsilon },
        stash_type: 1,
      });
      return;
    }
    const sumName = `${output}/sum`;
    const outputs = output === 'model.norm/output' ? [output] : [output, '', '', sumName];
    const inputs = [residual, addition, weight];
    normed = graph.node('com.microsoft:SkipSimplifiedLayerNormalization', inputs, outputs, {
      epsilon: { f32: epsilon },
    });
    residual = sumName;
  };
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`;
    const past = ['key', 'value'].map((name) =>
      graph.input(`past_key_values.${layer}.${name}`, float, cacheDims('past_sequence_length')),
    );
    const present = ['key', 'value'].map((name) => `present.${layer}.${name}`);
    for (const name of present) graph.output(name, float, cacheDims('total_sequence_length'));
    norm(`${at}.input_layernorm.weight`, `${at}.input_layernorm/output`);
    const qkv = ['q', 'k', 'v'].map((name) => biased(normed, `${at}.self_attn.${name}_proj`));
    const attended = graph.node(
      'com.microsoft:GroupQueryAttention',
      [...qkv, ...past, lengths, total32, cos, sin],
      [`${at}.self_attn/output`, ...present],
      {
        num_heads: heads,
        kv_num_heads: kvHeads,
        scale: { f32: 1 / Math.sqrt(headDim) },
        do_rotary: 1,
        rotary_interleaved: 0,
      },
    );
    addition = linear(attended, `${at}.self_attn.o_proj`);
    norm(`${at}.post_attention_layernorm.weight`, `${at}.post_attention_layernorm/output`);
    const gate = linear(normed, `${at}.mlp.gate_proj`);
    const up = linear(normed, `${at}.mlp.up_proj`);
    const sigmoid = graph.node('Sigmoid', [gate], `${at}.mlp/sigmoid`);
    const active = graph.node('Mul', [gate, sigmoid], `${at}.mlp/silu`);
    addition = linear(graph.node('Mul', [active, up], `${at}.mlp/product`), `${at}.mlp.down_proj`);
  }
  norm('model.norm.weight', 'model.norm/output');
  const start = graph.node('Reshape', [graph.node('Neg', [kept], 'kept/negative'), one], 'kept/start');
  const end = graph.constant('no_end', 'i64', [1], int64(NO_END));
  const rows = graph.node('Slice', [normed, start, end, one], 'model.norm/kept');
  const head = linear(rows, 'lm_head', shape.tensors.has('lm_head.weight') ? 'lm_head' : 'model.embed_tokens');
  graph.node(float === 'f32' ? 'Identity' : 'Cast', [head], 'logits', float === 'f32' ? {} : { to: 1 });
  graph.output('logits', 'f32', ['batch_size', 'kept_length', vocab]);
  const files = graph.files();
  return { files, dataFiles: files.size - 1 };

  function oneScalar(): string {
    return graph.constant('one_scalar', 'i64', [], int64(1));
  }
}

/** Cosines and sines by position, [positions, headDim / 2]. */
function rotaryTables({ positions, headDim, ropeTheta }: PeerShape): [Float32Array, Float32Array] {
  const half = headDim / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  const speeds = Array.from({ length: half }, (_, i) => ropeTheta ** (-i / half));
  for (let i = 0; i < cos.length; i++) {
    const angle = Math.floor(i / half) * (speeds[i % half] as number);
    cos[i] = Math.cos(angle);
    sin[i] = Math.sin(angle);
  }
  return [cos, sin];
}

/** The config.json that transformers.js reads beside the model. */
export function onnxConfig({ config }: PeerShape, dtype: OnnxDType, dataFiles: number): Record<string, unknown> {
  return {
    ...config,
    'transformers.js_config': {
      kv_cache_dtype: { q4f16: 'float16', fp16: 'float16' },
      use_external_data_format: { [`model_${dtype}.onnx`]: dataFiles },
    },
  };
}
