// Quantising at load: the formats that the options ask for, outputs that the dequantised weights give, bytes on the GPU.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { readBuffer } from '../../src/gpu/read-back.ts';
import { DEFAULT_KNOBS, formatName } from '../../src/kernels/kernel.ts';
import { splitRows, unpackRow } from '../../src/quant/packed.ts';
import { forward } from '../../src/runtime/forward.ts';
import type { FormatOptions } from '../../src/runtime/load-weights.ts';
import type { LoadedModel } from '../../src/runtime/loaded-model.ts';
import { Session } from '../../src/runtime/session.ts';
import type { TuneOptions } from '../../src/runtime/tuner.ts';
import { roundToF16 } from '../../src/tensor/round.ts';
import { loadTiny, tinyTensors } from './tiny-model.ts';

const CONFIG = {
  vocab_size: 128,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  max_position_embeddings: 64,
};
const INPUT = { input_ids: [[5, 1, 60, 7, 7, 33, 12, 40, 2]] };

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

async function logitsOf(loaded: LoadedModel): Promise<Float32Array> {
  const session = await Session.open(loaded, { capacity: 16, kvDType: 'f32' });
  try {
    const outputs = await forward(loaded, { ...INPUT, past_key_values: session });
    return Float32Array.from(outputs.logits?.data ?? []);
  } finally {
    session.dispose();
  }
}

function relativeError(a: Float32Array, b: Float32Array): number {
  const norm = (values: Float32Array) => Math.hypot(...values);
  return norm(a.map((value, i) => value - (b[i] as number))) / norm(b);
}

/** Gives the second model the weights of the first as the CPU reference reads them. */
async function copyWeights(from: LoadedModel, to: LoadedModel): Promise<void> {
  const targets = [...to.weights.matrices];
  for (const [i, { format, stride, parts }] of [...from.weights.matrices].entries()) {
    if (typeof format === 'string') throw new Error(`not quantised but ${format}`);
    const words = new Uint32Array(await readBuffer(gpu, parts[0]?.buffer as GPUBuffer));
    const rows = splitRows(format, stride, words).flatMap((row) => [...unpackRow(format, stride, row)]);
    gpu.queue.writeBuffer(targets[i]?.parts[0]?.buffer as GPUBuffer, 0, Float32Array.from(rows));
  }
}

const INTEGER_DOT = {
  ...DEFAULT_KNOBS,
  q4: { ...DEFAULT_KNOBS.q4, busyGroups: 1, integerDot: true, integerTiles: true },
  q8: { ...DEFAULT_KNOBS.q8, busyGroups: 1, integerDot: true, integerTiles: true },
};

describe.each<FormatOptions & TuneOptions>([
  { dtype: 'q8', tune: INTEGER_DOT },
  { dtype: 'q4', tune: INTEGER_DOT },
  { dtype: 'q4', symmetric: false, tune: INTEGER_DOT },
  { dtype: 'q8' },
  { dtype: 'q8', group_size: 32, symmetric: false },
  { dtype: 'q4' },
  { dtype: 'q4', group_size: 64 },
  { dtype: 'q4', symmetric: false },
])('%j', (options) => {
  it('gives what its weights give in f32, near what the unquantised ones give', async () => {
    const quantized = await loadTiny(gpu, { config: CONFIG, ...options });
    const plain = await loadTiny(gpu, { config: CONFIG });
    const exact = await logitsOf(plain);
    await copyWeights(quantized, plain);
    const logits = await logitsOf(quantized);
    expect(quantized.knobs).toEqual(options.tune ?? DEFAULT_KNOBS);
    expect(relativeError(logits, await logitsOf(plain))).toBeLessThan(options.tune ? 1e-4 : 1e-5);
    expect(relativeError(logits, exact)).toBeLessThan(options.dtype === 'q4' ? 0.3 : 0.03);
    quantized.dispose();
    plain.dispose();
  });
});

it('keeps embeddings and heads at their own setting, and what no group divides in f16', async () => {
  const formats = async (options: FormatOptions, config: Record<string, number> = CONFIG) => {
    const loaded = await loadTiny(gpu, { config, ...options });
    const { matrices, sizeBytes } = loaded.weights;
    const names = [...matrices].map(({ format }) => formatName(format));
    loaded.dispose();
    return { names: [...new Set(names)].sort(), sizeBytes };
  };
  const { names, sizeBytes } = await formats({ dtype: 'q4' });
  expect(names).toEqual(['q4g32s', 'q8g64']);
  const count = [...tinyTensors(CONFIG).values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
  // 4.5 bits, 8.25 for the two token tables, which are a fifth of this model, and vectors in f32.
  expect(sizeBytes / count).toBeLessThan(0.7);
  expect((await formats({ dtype: 'q4', embeddings_dtype: 'f16' })).names).toEqual(['f16', 'q4g32s']);
  expect((await formats({ dtype: 'q8', group_size: 128 })).names).toEqual(['q8g32', 'q8g64']);
  expect((await formats({ dtype: 'q4' }, {})).names).toEqual(['f16']);
});

it('gives 4-bit weights that f16 holds exactly', async () => {
  const loaded = await loadTiny(gpu, { config: CONFIG, dtype: 'q4' });
  const quantized = [...loaded.weights.matrices].flatMap(({ format, stride, parts }) =>
    typeof format !== 'string' && format.bits === 4 ? [{ format, stride, buffer: parts[0]?.buffer as GPUBuffer }] : [],
  );
  expect(quantized.length).toBeGreaterThan(4);
  for (const { format, stride, buffer } of quantized) {
    const rows = splitRows(format, stride, new Uint32Array(await readBuffer(gpu, buffer)));
    const weights = rows.flatMap((row) => [...unpackRow(format, stride, row)]);
    expect(weights.map(roundToF16)).toEqual(weights);
  }
  loaded.dispose();
});
