// Small Llama models with seeded random weights, in memory and as files, for tests of the runtime.
import { Fields } from '../../src/formats/fields.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { checkpointFromTensors, type MemoryTensor } from '../../src/hub/memory-checkpoint.ts';
import type { WeightDType } from '../../src/kernels/kernel.ts';
import type { Task } from '../../src/models/model.ts';
import { createModel } from '../../src/models/registry.ts';
import { LoadedModel, type LoadModelOptions } from '../../src/runtime/loaded-model.ts';
import { randomFloats, randomSource, seedOf } from '../random.ts';
import { weightBytes } from '../weight-bits.ts';

/** A configuration; widths off the padding, grouped heads. */
export const TINY_CONFIG = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 61,
  hidden_size: 36,
  intermediate_size: 52,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 10,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: false,
} as const;

export type Config = Record<string, unknown>;

/** Shapes of the tensors that a configuration wants. */
export function tensorShapes(config: Config = TINY_CONFIG): Map<string, number[]> {
  const int = (name: string) => config[name] as number;
  const [width, inner, vocab] = [int('hidden_size'), int('intermediate_size'), int('vocab_size')];
  const q = int('num_attention_heads') * int('head_dim');
  const kv = int('num_key_value_heads') * int('head_dim');
  const shapes = new Map<string, number[]>([['model.embed_tokens.weight', [vocab, width]]]);
  for (let layer = 0; layer < int('num_hidden_layers'); layer++) {
    const linears: [string, number, number][] = [
      ['self_attn.q_proj', q, width],
      ['self_attn.k_proj', kv, width],
      ['self_attn.v_proj', kv, width],
      ['self_attn.o_proj', width, q],
      ['mlp.gate_proj', inner, width],
      ['mlp.up_proj', inner, width],
      ['mlp.down_proj', width, inner],
    ];
    for (const [name, rows, columns] of linears) {
      shapes.set(`model.layers.${layer}.${name}.weight`, [rows, columns]);
      if (name.startsWith('mlp') ? config.mlp_bias : config.attention_bias) {
        shapes.set(`model.layers.${layer}.${name}.bias`, [rows]);
      }
    }
    shapes.set(`model.layers.${layer}.input_layernorm.weight`, [width]);
    shapes.set(`model.layers.${layer}.post_attention_layernorm.weight`, [width]);
  }
  shapes.set('model.norm.weight', [width]);
  if (!config.tie_word_embeddings) shapes.set('lm_head.weight', [vocab, width]);
  return shapes;
}

const FILE_DTYPES = { f32: 'F32', f16: 'F16', bf16: 'BF16' } as const;

/** Random tensors: each depends only on its name, whatever the dtype. */
export function tinyTensors(config: Config = TINY_CONFIG, dtype: WeightDType = 'f32'): Map<string, MemoryTensor> {
  const tensors = new Map<string, MemoryTensor>();
  for (const [name, shape] of tensorShapes(config)) {
    const count = shape.reduce((product, dim) => product * dim, 1);
    const values = randomFloats(randomSource(seedOf(name)), count, 0.35);
    const data = weightBytes(dtype, name.includes('norm') ? values.map((value) => 1 + value) : values);
    const sizeBytes = count * (dtype === 'f32' ? 4 : 2);
    tensors.set(name, { dtype: FILE_DTYPES[dtype], shape, data: data.subarray(0, sizeBytes) });
  }
  return tensors;
}

interface TinyOptions extends LoadModelOptions {
  config?: Config;
  stored?: WeightDType;
  task?: Task;
  tensors?: Map<string, MemoryTensor>;
}

/** A small model on the GPU. The caller disposes it. */
export function loadTiny(gpu: Gpu, options: TinyOptions = {}): Promise<LoadedModel> {
  const { config: changes, stored = 'f32', task = 'causal', tensors, ...load } = options;
  const config = { ...TINY_CONFIG, ...changes };
  const checkpoint = checkpointFromTensors(tensors ?? tinyTensors(config, stored));
  const model = createModel(new Fields(config, 'config.json'), task, new Set(checkpoint.tensors.keys()));
  return LoadedModel.load(gpu, model, checkpoint, load);
}

/** A safetensors file of some tensors. */
export function safetensorsFile(tensors: ReadonlyMap<string, MemoryTensor>): Blob {
  let offset = 0;
  const header: Record<string, unknown> = {};
  const pieces: ArrayBufferView<ArrayBuffer>[] = [];
  for (const [name, { dtype, shape, data }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
    pieces.push(data);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(text.length), true);
  return new Blob([length, text, ...pieces]);
}
