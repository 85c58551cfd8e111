import { describe, expect, it, vi } from 'vitest';
import { randomSource } from '../../test/random.ts';
import { GGML_TYPES, type GgufTensor, type GgufValue, ggufFile } from '../../tools/gguf/gguf-file.ts';
import { ConfigError, FormatError, InputError, IntabError, SourceError, UnsupportedError } from '../errors.ts';
import { Fields } from '../formats/fields.ts';
import { createModel } from '../models/registry.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { FilesSource } from './files-source.ts';
import { GgufSource, openModelCheckpoint, openModelSource } from './gguf-source.ts';

const METADATA: Record<string, GgufValue> = {
  'general.architecture': 'llama',
  'llama.block_count': 1,
  'llama.context_length': 128,
  'llama.embedding_length': 8,
  'llama.feed_forward_length': 16,
  'llama.attention.head_count': 2,
  'llama.attention.head_count_kv': 1,
  'llama.attention.layer_norm_rms_epsilon': { f32: 2 ** -10 },
};
const f32 = (name: string, shape: number[], value = 0): GgufTensor => {
  const count = shape.reduce((product, dim) => product * dim, 1);
  return { name, type: GGML_TYPES.F32, shape, data: new Uint8Array(new Float32Array(count).fill(value).buffer) };
};
const TENSORS = [
  f32('token_embd.weight', [5, 8]),
  f32('blk.0.attn_q.weight', [8, 8], 2),
  f32('output_norm.weight', [8]),
];

const pick = (files: Record<string, Uint8Array<ArrayBuffer>>) =>
  new Map(Object.entries(files).map(([name, bytes]) => [name, new Blob([bytes])]));
const open = (metadata: Record<string, GgufValue>, tensors = TENSORS) =>
  openModelSource(pick({ 'm.gguf': ggufFile(metadata, tensors) }));
const configOf = async (metadata: Record<string, GgufValue>, tensors = TENSORS) =>
  JSON.parse((await open(metadata, tensors).text('config.json')) as string);

describe('the configuration of a GGUF file', () => {
  it('has the fields of config.json', async () => {
    expect(await configOf(METADATA)).toMatchObject({
      model_type: 'llama',
      vocab_size: 5,
      hidden_size: 8,
      intermediate_size: 16,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      head_dim: 4,
      max_position_embeddings: 128,
      rms_norm_eps: 2 ** -10,
      rope_parameters: { rope_type: 'default', rope_theta: 10_000 },
      tie_word_embeddings: true,
      attention_bias: false,
    });
    const untied = [...TENSORS, f32('output.weight', [5, 8]), f32('blk.0.attn_q.bias', [8])];
    expect(await configOf(METADATA, untied)).toMatchObject({ tie_word_embeddings: false, attention_bias: true });
  });

  it.each([
    [
      { 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': { f32: 4 } },
      { rope_type: 'linear', factor: 4 },
    ],
    [{ 'llama.rope.scale_linear': { f32: 2 } }, { rope_type: 'linear', factor: 2 }],
    [
      {
        'llama.rope.scaling.type': 'yarn',
        'llama.rope.scaling.factor': { f32: 4 },
        'llama.rope.scaling.original_context_length': 32,
      },
      { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32, attention_factor: 0.1 * Math.log(4) + 1 },
    ],
  ])('reads the scaling of the rotary embedding from %j', async (change, expected) => {
    expect((await configOf({ ...METADATA, ...change })).rope_parameters).toMatchObject(expected);
  });

  it('takes the factors of a tensor for the rotary embedding', async () => {
    const { rope_parameters } = await configOf(METADATA, [...TENSORS, f32('rope_freqs.weight', [2], 8)]);
    expect(rope_parameters).toMatchObject({ short_factor: [8, 8], long_factor: [8, 8], attention_factor: 1 });
  });

  it('takes what mixtures of experts do where the file does not say', async () => {
    const rename = (name: string) =>
      Object.fromEntries(
        Object.entries({ ...METADATA, 'llama.expert_count': 4, 'llama.expert_used_count': 2 }).map(([key, value]) => [
          key.replace('llama', name),
          key === 'general.architecture' ? name : value,
        ]),
      );
    const experts = [
      ...TENSORS,
      f32('blk.0.ffn_down_exps.weight', [4, 8, 3]),
      f32('blk.0.ffn_down_shexp.weight', [8, 6]),
    ];
    const widths = { num_experts: 4, num_experts_per_tok: 2, moe_intermediate_size: 3 };
    expect(await configOf(rename('qwen2moe'), experts)).toMatchObject({
      ...widths,
      norm_topk_prob: false,
      shared_expert_intermediate_size: 6,
    });
    expect(await configOf(rename('qwen3moe'), experts)).toMatchObject({ ...widths, norm_topk_prob: true });
    expect(await configOf(rename('dots1'), experts)).toMatchObject({ n_shared_experts: 2, n_routed_experts: 4 });
    await expect(configOf(rename('llama'), experts)).rejects.toThrow(/expert_count/);
    const sigmoid = { ...rename('qwen3moe'), 'qwen3moe.expert_gating_func': 2 };
    await expect(configOf(sigmoid, experts)).rejects.toThrow(/expert_gating_func/);
  });

  it.each([
    [{ 'general.architecture': 'mamba' }, UnsupportedError, /mamba/],
    [{ 'llama.block_count': 'two' }, ConfigError, /m\.gguf: llama\.block_count/],
    [{ 'llama.rope.dimension_count': 2 }, ConfigError, /dimension_count/],
    [{ 'llama.rope.scaling.type': 'longrope' }, ConfigError, /scaling\.type/],
  ])('refuses %j', async (change, type, message) => {
    await expect(configOf({ ...METADATA, ...change })).rejects.toThrow(type);
    await expect(configOf({ ...METADATA, ...change })).rejects.toThrow(message);
  });
});

describe('GgufSource', () => {
  it('gives tensors the names of a Hub checkpoint, and reads them', async () => {
    const checkpoint = await openModelCheckpoint(open(METADATA), undefined);
    expect([...checkpoint.tensors.keys()]).toEqual([
      'model.embed_tokens.weight',
      'model.layers.0.self_attn.q_proj.weight',
      'model.norm.weight',
    ]);
    expect(checkpoint.tensors.get('model.layers.0.self_attn.q_proj.weight')?.pairedRows).toBe(4);
    const read: number[] = [];
    await checkpoint.read((_, __, bytes) => void read.push(...new Float32Array(bytes.slice().buffer)), {
      only: new Set(['model.layers.0.self_attn.q_proj.weight']),
    });
    expect(read).toEqual(Array(64).fill(2));
  });

  it('asks for more of a long header, in few requests, and for it only once', async () => {
    const tokens = Array.from({ length: 60_000 }, (_, i) => `token ${i}`);
    const bytes = ggufFile({ ...METADATA, 'tokenizer.ggml.tokens': tokens }, TENSORS);
    const files = new FilesSource(pick({ 'm.gguf': bytes }));
    const stream = vi.spyOn(files, 'stream');
    const source = new GgufSource(files, 'm.gguf');
    await Promise.all([source.text('config.json'), source.checkpoint(), source.text('generation_config.json')]);
    const ranges = stream.mock.calls.map(([, { startBytes, endBytes }]) => [startBytes, endBytes]);
    expect(ranges).toEqual([
      [0, 2 ** 16],
      [2 ** 16, 2 ** 19],
      [2 ** 19, 2 ** 22],
    ]);
  });

  it('opens a file in parts by its first', async () => {
    const names = ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'];
    const [first, second] = [ggufFile(METADATA, TENSORS.slice(0, 1)), ggufFile({}, TENSORS.slice(1))];
    const source = openModelSource(pick({ [names[1] as string]: second, [names[0] as string]: first }));
    const { tensors } = await openModelCheckpoint(source, undefined);
    expect([...tensors.values()].map(({ file }) => file)).toEqual([names[0], names[1], names[1]]);
    await expect(openModelSource(pick({ [names[0] as string]: first })).text('config.json')).rejects.toThrow(
      /m-00002-of-00002\.gguf is missing/,
    );
  });

  it('tries again after a failure', async () => {
    const files = new FilesSource(pick({ 'm.gguf': ggufFile(METADATA, TENSORS) }));
    const source = new GgufSource(files, 'm.gguf');
    vi.spyOn(files, 'stream').mockRejectedValueOnce(new SourceError({ what: 'offline', remedy: 'wait' }));
    await expect(source.text('config.json')).rejects.toThrow(/offline/);
    expect(await source.text('config.json')).toContain('llama');
  });

  it.each([
    [
      'nothing of that name',
      { 'm.gguf': ggufFile(METADATA, TENSORS) },
      'other.gguf',
      SourceError,
      /other\.gguf is missing/,
    ],
    [
      'a file that is cut off',
      { 'm.gguf': ggufFile(METADATA, TENSORS).slice(0, 99) },
      undefined,
      FormatError,
      /m\.gguf/,
    ],
    ['a header without tensors', { 'm.gguf': ggufFile(METADATA) }, undefined, ConfigError, /token_embd/],
  ])('refuses %s', async (_, files, file, type, message) => {
    const refused = () => openModelSource(pick(files), { file }).text('config.json');
    await expect(refused()).rejects.toThrow(type);
    await expect(refused()).rejects.toThrow(message);
  });
});

it('answers mutated headers with typed errors, or with models', async () => {
  const tokenizer = {
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.tokens': ['<unk>', '<s>', 'a', 'b', 'ab'],
    'tokenizer.ggml.scores': { f32: [0, 0, -1, -2, -0.5] },
    'tokenizer.ggml.token_type': [2, 3, 1, 1, 1],
    'tokenizer.ggml.bos_token_id': 1,
  };
  const valid = ggufFile({ ...METADATA, ...tokenizer }, [...TENSORS, f32('rope_freqs.weight', [2], 8)]);
  const headerBytes = valid.length - 4 * (40 + 64 + 8 + 2);
  const random = randomSource(4);
  const below = (n: number) => Math.floor(random() * n);
  let [refused, opened] = [0, 0];
  for (let round = 0; round < 3000; round++) {
    const bytes = valid.slice();
    for (let n = 1 + below(2); n > 0; n--) {
      const at = below(headerBytes);
      if (below(2)) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
      else bytes.fill(below(2) * 255, at & ~3, (at & ~3) + 4);
    }
    try {
      const source = openModelSource(pick({ 'm.gguf': bytes }));
      const config = new Fields(JSON.parse((await source.text('config.json')) as string), 'config.json');
      const { tensors } = await openModelCheckpoint(source, undefined);
      createModel(config, 'causal', new Set(tensors.keys()));
      for (const file of ['tokenizer_config.json', 'generation_config.json']) await source.text(file);
      const tokenizerJson = await source.text('tokenizer.json');
      if (tokenizerJson !== undefined) createTokenizer({ tokenizerJson }).encode('abba');
      opened++;
    } catch (error) {
      refused++;
      if (!(error instanceof IntabError)) throw error;
    }
  }
  expect(refused).toBeGreaterThan(500);
  expect(opened).toBeGreaterThan(500);
}, 60_000);

describe('openModelSource', () => {
  const gguf = ggufFile(METADATA, TENSORS);

  it.each([
    ['https://example.org/m/a%20b.gguf', 'https://example.org/m/ (a b.gguf)'],
    [new URL('https://example.org/m/x.gguf?download=true'), 'https://example.org/m/?download=true (x.gguf)'],
    ['owner/name/Q4_K_M.gguf', 'owner/name (Q4_K_M.gguf)'],
  ])('takes %s apart', (address, name) => {
    expect(openModelSource(address).name).toBe(name);
  });

  it('takes the name of the file beside a folder or an id', () => {
    expect(openModelSource('owner/name', { file: 'q8.gguf' }).name).toBe('owner/name (q8.gguf)');
    expect(openModelSource('owner/name')).not.toBeInstanceOf(GgufSource);
  });

  it('prefers safetensors among picked files, and asks which of several to take', async () => {
    const both = pick({ 'm.gguf': gguf, 'model.safetensors': new Uint8Array(8) });
    expect(openModelSource(both)).not.toBeInstanceOf(GgufSource);
    expect(openModelSource(both, { file: 'm.gguf' })).toBeInstanceOf(GgufSource);
    const several = pick({ 'a.gguf': gguf, 'b.gguf': gguf, 'mmproj-a.gguf': gguf });
    expect(() => openModelSource(several)).toThrow(InputError);
    expect(() => openModelSource(several)).toThrow(/a\.gguf, b\.gguf\./);
    expect(await openModelSource(several, { file: 'b.gguf' }).text('config.json')).toContain('llama');
  });
});
