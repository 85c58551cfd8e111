// From files to weights: shards, dtypes, and what is refused before the GPU is asked for anything.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModel } from '../../src/api/load.ts';
import { ConfigError, FormatError, SourceError, UnsupportedError } from '../../src/errors.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import type { MemoryTensor } from '../../src/hub/memory-checkpoint.ts';
import type { WeightDType } from '../../src/kernels/kernel.ts';
import { forward } from '../../src/runtime/forward.ts';
import type { LoadWeightsOptions } from '../../src/runtime/load-weights.ts';
import { Session } from '../../src/runtime/session.ts';
import { GpuLog } from './gpu-log.ts';
import { type Config, loadTiny, safetensorsFile, TINY_CONFIG, tinyTensors } from './tiny-model.ts';

const PROMPT = [[7, 3, 60]];
type Files = Map<string, Blob>;

const json = (value: unknown) => new Blob([JSON.stringify(value)]);

function files(config: Config = TINY_CONFIG, tensors = tinyTensors()): Files {
  return new Map([
    ['config.json', json(config)],
    ['model.safetensors', safetensorsFile(tensors)],
  ]);
}

/** The same tensors over three files and an index. */
function sharded(tensors = tinyTensors()): Files {
  const all = [...tensors];
  const weightMap: Record<string, string> = {};
  const shards = new Map<string, Blob>();
  for (let shard = 0; shard < 3; shard++) {
    const own = all.filter((_, i) => i % 3 === shard);
    const file = `model-0000${shard + 1}-of-00003.safetensors`;
    shards.set(file, safetensorsFile(new Map(own)));
    for (const [name] of own) weightMap[name] = file;
  }
  return new Map([
    ['config.json', json(TINY_CONFIG)],
    ['model.safetensors.index.json', json({ metadata: {}, weight_map: weightMap })],
    ...shards,
  ]);
}

function changed(change: (tensors: Map<string, MemoryTensor>) => void): Map<string, MemoryTensor> {
  const tensors = tinyTensors();
  change(tensors);
  return tensors;
}

describe('loading', () => {
  let gpu: Gpu;
  let log: GpuLog;
  beforeAll(async () => {
    gpu = await openGpu();
    log = new GpuLog(gpu);
  });
  afterAll(() => gpu.dispose());

  async function logitsOf(location: Files): Promise<number[]> {
    const { loaded } = await openModel(location, 'causal', { device: gpu });
    using session = new Session(loaded, { capacity: 4, chunkTokens: 4 });
    const { logits } = await forward(loaded, { input_ids: PROMPT, past_key_values: session });
    loaded.dispose();
    return [...(logits?.data ?? [])];
  }

  async function logitsAs(stored: WeightDType, dtype: LoadWeightsOptions['dtype']): Promise<number[]> {
    const loaded = await loadTiny(gpu, { stored, dtype });
    using session = new Session(loaded, { capacity: 4, chunkTokens: 4, kvDType: 'f32' });
    const { logits } = await forward(loaded, { input_ids: PROMPT, past_key_values: session });
    loaded.dispose();
    return [...(logits?.data ?? [])];
  }

  it('gives the same from one file and from shards', async () => {
    const single = await logitsOf(files());
    expect(single).toHaveLength(3 * TINY_CONFIG.vocab_size);
    expect(single.every(Number.isFinite)).toBe(true);
    expect(await logitsOf(sharded())).toEqual(single);
  });

  // What a dtype stores exactly it gives back exactly; else the error is of the size of its last bit.
  it.each([
    ['f32', 'auto', 0],
    ['f32', 'f32', 0],
    ['f16', 'auto', 2e-3],
    ['bf16', 'auto', 2e-2],
    ['f32', 'f16', 2e-3],
    ['f32', 'bf16', 2e-2],
    ['f16', 'f32', 2e-3],
    ['bf16', 'f32', 2e-2],
    ['bf16', 'f16', 2e-2],
    ['f16', 'bf16', 2e-2],
  ] as const)('keeps %s as %s', async (stored, dtype, tolerance) => {
    const exact = await logitsAs('f32', 'f32');
    const ours = await logitsAs(stored, dtype);
    const difference = Math.hypot(...ours.map((value, i) => value - (exact[i] as number)));
    expect(difference / Math.hypot(...exact)).toBeLessThanOrEqual(tolerance);
  });

  it('leaves no buffer behind', async () => {
    const before = gpu.buffers.liveCount;
    await logitsOf(files());
    expect(gpu.buffers.liveCount).toBe(before);
  });

  const name = 'model.layers.1.mlp.down_proj.weight';
  const refusals: [string, Files, new (...args: never[]) => Error, RegExp][] = [
    ['no config', new Map([['model.safetensors', safetensorsFile(tinyTensors())]]), SourceError, /config\.json/],
    ['no weights', new Map([['config.json', json(TINY_CONFIG)]]), SourceError, /safetensors/],
    [
      'a missing tensor',
      files(
        TINY_CONFIG,
        changed((tensors) => tensors.delete(name)),
      ),
      FormatError,
      /lacks the tensor model\.layers\.1\.mlp\.down_proj\.weight/,
    ],
    [
      'an unknown tensor',
      files(
        TINY_CONFIG,
        changed((tensors) => tensors.set('model.extra', tensors.get('model.norm.weight') as MemoryTensor)),
      ),
      UnsupportedError,
      /model\.extra/,
    ],
    [
      'a tensor of another shape',
      files(
        TINY_CONFIG,
        changed((tensors) => tensors.set(name, { ...(tensors.get(name) as MemoryTensor), shape: [52, 36] })),
      ),
      FormatError,
      /another shape.*\[36, 52\].*\[52, 36\]/,
    ],
    [
      'a tensor of integers',
      files(
        TINY_CONFIG,
        changed((tensors) => tensors.set(name, { dtype: 'I32', shape: [36, 52], data: new Int32Array(36 * 52) })),
      ),
      UnsupportedError,
      /I32/,
    ],
    ['more layers than there are', files({ ...TINY_CONFIG, num_hidden_layers: 3 }), FormatError, /layers\.2/],
    ['fewer layers than there are', files({ ...TINY_CONFIG, num_hidden_layers: 1 }), UnsupportedError, /layers\.1/],
    ['another family', files({ ...TINY_CONFIG, model_type: 'gpt2' }), UnsupportedError, /gpt2/],
    ['quantised weights', files({ ...TINY_CONFIG, quantization_config: {} }), UnsupportedError, /quantization_config/],
    ['an endless model', files({ ...TINY_CONFIG, num_hidden_layers: 1e12 }), ConfigError, /num_hidden_layers/],
    ['a vocabulary of minus one', files({ ...TINY_CONFIG, vocab_size: -1 }), ConfigError, /vocab_size/],
    ['a width that is text', files({ ...TINY_CONFIG, hidden_size: '36' }), ConfigError, /hidden_size/],
    ['heads that do not divide', files({ ...TINY_CONFIG, num_key_value_heads: 3 }), ConfigError, /num_key_value_heads/],
    [
      'a file that is cut off',
      new Map([...files(), ['model.safetensors', new Blob([new Uint8Array(9)])]]),
      FormatError,
      /safetensors/,
    ],
  ];

  it.each(refusals)('refuses %s before it makes a buffer', async (_, location, type, message) => {
    log.clear();
    const refused = openModel(location, 'causal', { device: gpu });
    await expect(refused).rejects.toThrow(type);
    await expect(refused).rejects.toThrow(message);
    expect(log.count('createBuffer')).toBe(0);
  });

  it('refuses f16 where a weight is beyond its range, and keeps nothing', async () => {
    const before = gpu.buffers.liveCount;
    const tensors = tinyTensors();
    const data = (tensors.get(name) as MemoryTensor).data as Uint8Array<ArrayBuffer>;
    new DataView(data.buffer, data.byteOffset).setFloat32(4 * 77, -70_000, true);
    await expect(loadTiny(gpu, { tensors, dtype: 'f16' })).rejects.toThrow(UnsupportedError);
    expect(gpu.buffers.liveCount).toBe(before);
    (await loadTiny(gpu, { tensors, dtype: 'bf16' })).dispose();
    expect(gpu.buffers.liveCount).toBe(before);
  });

  it('stops at an abort, and keeps nothing', async () => {
    const before = gpu.buffers.liveCount;
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const onProgress = () => controller.abort(reason);
    await expect(loadTiny(gpu, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(gpu.buffers.liveCount).toBe(before);
  });
});
