// GGUF files through the public loader: made from the fixtures' checkpoints, they give the reference's logits; quantised ones give
// what their dequantised weights give.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../src/api/load.ts';
import { planModel } from '../src/api/model-plan.ts';
import { pipeline } from '../src/api/pipeline.ts';
import { type HostTensor, readSafetensors } from '../src/formats/read-safetensors.ts';
import { type Gpu, openGpu } from '../src/gpu/device.ts';
import { formatName } from '../src/kernels/kernel.ts';
import {
  BLOCK_TYPES,
  type BlockType,
  blockBytes,
  blockFormat,
  blockWeights,
  isBlockType,
} from '../src/quant/gguf-blocks.ts';
import { dequantizeRow, readBlocks } from '../src/quant/read-blocks.ts';
import { forward } from '../src/runtime/forward.ts';
import type { DTypeChoice } from '../src/runtime/load-weights.ts';
import type { LoadedModel } from '../src/runtime/loaded-model.ts';
import { Session } from '../src/runtime/session.ts';
import { f16Bits } from '../src/tensor/half.ts';
import { roundToF16 } from '../src/tensor/round.ts';
import { asF16, asF32, asQ8, type Encode, ggufModel, type HubTensor, tokenizerMetadata } from './gguf-model.ts';
import { randomFloats, randomSource, seedOf } from './random.ts';
import { relativeError } from './relative-error.ts';

const FIXTURES = [
  'llama-gqa',
  'llama-mqa-headdim',
  'llama-rope-llama3',
  'qwen2',
  'qwen3',
  'qwen2moe',
  'qwen3moe',
  'dots1',
  'hunyuan',
  'hunyuan-dense',
];
const ROPE_PRECISION = { bfloat16: 'bf16', float16: 'f16' } as const;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

async function fetched(path: string): Promise<ArrayBuffer> {
  const response = await fetch(`/test/fixtures/models/${path}`);
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  return response.arrayBuffer();
}

const json = async (path: string) => JSON.parse(new TextDecoder().decode(await fetched(path)));
const tensors = async (path: string) => readSafetensors(await fetched(path), path);
const filesOf = (bytes: Uint8Array<ArrayBuffer>) => new Map([['model.gguf', new Blob([bytes])]]);

async function logitsOf(loaded: LoadedModel, input_ids: number[][]): Promise<Float32Array> {
  const session = await Session.open(loaded, { batch: input_ids.length, capacity: 64, kvDType: 'f32' });
  try {
    const { logits } = await forward(loaded, { input_ids, past_key_values: session });
    return Float32Array.from(logits?.data ?? []);
  } finally {
    session.dispose();
    loaded.dispose();
  }
}

it.each([
  ...FIXTURES.map((name) => ({ name, dtype: 'F32', encode: asF32, tolerance: 1e-4 })),
  { name: 'llama-gqa', dtype: 'F16', encode: asF16, tolerance: 2e-3 },
  { name: 'qwen2moe', dtype: 'F16', encode: asF16, tolerance: 2e-3 },
])('$name in $dtype gives the logits of the reference', async ({ name, encode, tolerance }) => {
  const [config, file, checkpoint, reference] = await Promise.all([
    json(`${name}/config.json`),
    json(`${name}/case.json`),
    tensors(`${name}/model.safetensors`),
    tensors(`${name}/reference.safetensors`),
  ]);
  const { shape, data } = reference.get('input_ids') as HostTensor;
  const [batch = 0, length = 0] = shape;
  const ids = Array.from({ length: batch }, (_, b) => Array.from(data.slice(b * length, (b + 1) * length)));
  const { loaded } = await openModel(filesOf(ggufModel(config, checkpoint, encode)), 'causal', {
    device: gpu,
    rope_precision: ROPE_PRECISION[file.weights_dtype as 'bfloat16'] ?? 'f32',
  });
  const error = relativeError(await logitsOf(loaded, ids), (reference.get('logits') as HostTensor).data);
  expect(error).toBeLessThan(tolerance);
});

/** Where the f16 numbers of a block lie: its scale, and its offset or none. */
const HALVES: Record<BlockType, number[]> = {
  Q4_0: [0],
  Q4_1: [0, 2],
  Q5_0: [0],
  Q5_1: [0, 2],
  Q8_0: [0],
  Q4_K: [0, 2],
  Q5_K: [0, 2],
  Q6_K: [208],
};

/** Random blocks whose weights are about as large as `spread`. */
function randomBlocks(type: BlockType, count: number, spread: number, seed: string): Uint8Array<ArrayBuffer> {
  const random = randomSource(seedOf(seed));
  const bytes = Uint8Array.from({ length: blockBytes(type, count) }, () => random() * 256);
  const view = new DataView(bytes.buffer);
  const size = blockBytes(type, blockWeights(type));
  const steps = { Q4_0: 8, Q4_1: 8, Q5_0: 16, Q5_1: 16, Q8_0: 127, Q4_K: 8 * 32, Q5_K: 16 * 32, Q6_K: 32 * 64 }[type];
  for (let at = 0; at < bytes.length; at += size) {
    const scale = (spread / steps) * (0.5 + random());
    const [first, second] = HALVES[type];
    view.setUint16(at + (first as number), f16Bits(scale), true);
    // Of Q4_1 and Q5_1 the lowest weight; of the K formats the magnitude of an offset's unit.
    if (second !== undefined) view.setUint16(at + second, f16Bits(type.endsWith('K') ? spread / 32 : -spread), true);
  }
  return bytes;
}

const CONFIG = {
  model_type: 'llama',
  vocab_size: 96,
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_parameters: { rope_theta: 10_000 },
};
const MOE_CONFIG = {
  ...CONFIG,
  model_type: 'qwen2_moe',
  num_experts: 4,
  num_experts_per_tok: 2,
  moe_intermediate_size: 256,
  shared_expert_intermediate_size: 512,
  norm_topk_prob: true,
};
const IDS = [[5, 1, 60, 7, 7, 33, 12, 40, 2, 95, 0]];

/** Shapes of the tensors, as a Hub checkpoint has them. */
function shapesOf(config: typeof CONFIG): Map<string, number[]> {
  const { vocab_size: V, hidden_size: M, intermediate_size: F } = config;
  const layer: [string, number[]][] = [
    ['input_layernorm.weight', [M]],
    ['post_attention_layernorm.weight', [M]],
    ['self_attn.q_proj.weight', [256, M]],
    ['self_attn.k_proj.weight', [128, M]],
    ['self_attn.v_proj.weight', [128, M]],
    ['self_attn.o_proj.weight', [M, 256]],
  ];
  const dense = (name: string, inner: number): [string, number[]][] => [
    [`${name}.gate_proj.weight`, [inner, M]],
    [`${name}.up_proj.weight`, [inner, M]],
    [`${name}.down_proj.weight`, [M, inner]],
  ];
  if (config.model_type === 'llama') layer.push(...dense('mlp', F));
  else {
    for (const name of ['q', 'k', 'v']) layer.push([`self_attn.${name}_proj.bias`, [name === 'q' ? 256 : 128]]);
    layer.push(['mlp.gate.weight', [4, M]], ['mlp.shared_expert_gate.weight', [1, M]]);
    for (let e = 0; e < 4; e++) layer.push(...dense(`mlp.experts.${e}`, 256));
    layer.push(...dense('mlp.shared_expert', 512));
  }
  return new Map([
    ['model.embed_tokens.weight', [V, M]],
    ...layer.map(([name, shape]): [string, number[]] => [`model.layers.0.${name}`, shape]),
    ['model.norm.weight', [M]],
    ['lm_head.weight', [V, M]],
  ]);
}

function randomTensors(config: typeof CONFIG): Map<string, HubTensor> {
  return new Map(
    [...shapesOf(config)].map(([name, shape]) => {
      const count = shape.reduce((product, dim) => product * dim);
      const values = randomFloats(randomSource(seedOf(name)), count, 0.2);
      return [name, { shape, data: name.includes('norm') ? values.map((value) => 1 + value) : values }];
    }),
  );
}

/** Matrices as random blocks of the type that `typeOf` gives. */
function asBlocks(typeOf: (name: string) => BlockType): Encode {
  return (name, tensor) => {
    if (tensor.shape.length === 1 || name.includes('gate_inp')) return asF32(name, tensor);
    const type = typeOf(name);
    const count = tensor.shape.reduce((product, dim) => product * dim);
    return { type, data: randomBlocks(type, count, 0.2, name) };
  };
}

/** The same matrices as numbers, `round` applied to scales and offsets. */
function asNumbers(typeOf: (name: string) => BlockType, round: (value: number) => number): Encode {
  const blocks = asBlocks(typeOf);
  return (name, tensor) => {
    const { type, data } = blocks(name, tensor);
    if (!isBlockType(type)) return { type, data };
    const count = tensor.shape.reduce((product, dim) => product * dim);
    const { quants, scales, offsets } = readBlocks(type, new DataView(data.buffer, data.byteOffset), 0, count);
    const rounded = { quants, scales: scales.map(round), offsets: offsets?.map(round) };
    return asF32(name, { shape: tensor.shape, data: dequantizeRow(blockFormat(type), rounded) });
  };
}

async function openBlocks(config: typeof CONFIG, encode: Encode, dtype: DTypeChoice = 'auto') {
  const file = ggufModel(config, randomTensors(config), encode);
  const { loaded } = await openModel(filesOf(file), 'causal', { device: gpu, dtype });
  const formats = [...new Set([...loaded.weights.matrices].map(({ format }) => formatName(format)))].sort();
  const { kvDType } = loaded;
  return { formats, kvDType, logits: await logitsOf(loaded, IDS) };
}

/** As llama.cpp mixes formats: a better one for v, the embeddings and what comes last. */
const mixed = (name: string): BlockType => (/attn_v|token_embd|ffn_down|output/.test(name) ? 'Q6_K' : 'Q4_K');
const mixed5 = (name: string): BlockType => (/attn_q|ffn_up|shexp/.test(name) ? 'Q5_1' : 'Q4_0');

const MIXES: readonly { name: string; typeOf: (name: string) => BlockType }[] = [
  ...BLOCK_TYPES.map((type) => ({ name: type, typeOf: () => type })),
  { name: 'Q4_K and Q6_K', typeOf: mixed },
  { name: 'Q4_0 and Q5_1', typeOf: mixed5 },
];

describe.each(MIXES)('$name', ({ typeOf }) => {
  it.each([
    ['llama', CONFIG],
    ['qwen2moe', MOE_CONFIG],
  ])('of %s gives what its numbers give, with scales in f16', async (_, config) => {
    const exact = await openBlocks(config, asNumbers(typeOf, roundToF16));
    const kept = await openBlocks(config, asBlocks(typeOf));
    expect(exact.formats).toEqual(['f32']);
    expect(kept.kvDType).toBe('f16');
    expect(kept.formats.filter((format) => !/^q[48]g/.test(format))).toEqual(config === CONFIG ? [] : ['f32']);
    expect(relativeError(kept.logits, exact.logits)).toBeLessThan(1e-5);
  });
});

it.each(['f32', 'f16', 'q8', 'q4'] as const)('becomes what its numbers become where %s is asked for', async (dtype) => {
  const exact = await openBlocks(MOE_CONFIG, asNumbers(mixed, Number), dtype);
  const made = await openBlocks(MOE_CONFIG, asBlocks(mixed), dtype);
  expect(made.formats).toEqual(exact.formats);
  expect(relativeError(made.logits, exact.logits)).toBeLessThan(1e-6);
});

describe('intab-chat in Q8_0', () => {
  let file: Map<string, Blob>;
  beforeAll(async () => {
    const at = '/models/intab-chat';
    const text = async (name: string) => (await fetch(`${at}/${name}`)).text();
    const bytes = await (await fetch(`${at}/model.safetensors`)).arrayBuffer();
    const metadata = tokenizerMetadata(
      {
        tokenizer: JSON.parse(await text('tokenizer.json')),
        config: JSON.parse(await text('tokenizer_config.json')),
        template: await text('chat_template.jinja'),
      },
      'gpt2',
    );
    const config = JSON.parse(await text('config.json'));
    file = filesOf(ggufModel(config, readSafetensors(bytes, 'model.safetensors'), asQ8, metadata));
  });

  it('chats: tokenizer, template and end of answers come from the file', async () => {
    const chat = await pipeline('text-generation', file, { device: gpu });
    const [result] = await chat([{ role: 'user', content: 'What is the capital of Japan?' }], { max_new_tokens: 32 });
    expect(JSON.stringify(result?.generated_text)).toMatch(/Tokyo/);
    expect(chat.stats?.finishReason).toBe('eos');
    await chat.dispose();
  });

  it('is planned as it is stored, and in 4 bits where there is less room', async () => {
    const plan = await planModel(file, { device: gpu });
    expect(plan).toMatchObject({ runs: true, dtype: 'auto' });
    expect(plan.downloadBytes).toBeLessThan(0.55 * 11_026_736);
    const [stored] = plan.plans;
    const smaller = await planModel(file, { device: gpu, memory_budget_bytes: (stored?.totalBytes ?? 0) - 1 });
    expect(smaller.dtype).toBe('q4');
  });
});
