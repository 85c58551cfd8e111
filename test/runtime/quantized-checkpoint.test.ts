// Checkpoints stored in GPTQ, AWQ, compressed-tensors and bitsandbytes: written by small encoders of the published layouts, they give what
// the weights that the layouts define give.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { Fields } from '../../src/formats/fields.ts';
import type { QuantMethod } from '../../src/formats/quant-method.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { checkpointFromTensors, type MemoryTensor } from '../../src/hub/memory-checkpoint.ts';
import { quantizedCheckpoint } from '../../src/hub/quantized-checkpoint.ts';
import { formatName } from '../../src/kernels/kernel.ts';
import { createModel } from '../../src/models/registry.ts';
import { forward } from '../../src/runtime/forward.ts';
import { LoadedModel } from '../../src/runtime/loaded-model.ts';
import { Session } from '../../src/runtime/session.ts';
import { f16Bits, f16ToF32 } from '../../src/tensor/half.ts';
import { roundToF16 } from '../../src/tensor/round.ts';
import { randomSource, seedOf } from '../random.ts';
import { TINY_CONFIG, tinyTensors } from './tiny-model.ts';

const CONFIG = { ...TINY_CONFIG, vocab_size: 64, hidden_size: 64, intermediate_size: 96, head_dim: 16 };
const GROUP = 32;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openGpu();
});
afterAll(() => gpu.dispose());

type Tensors = Map<string, MemoryTensor>;
/** Adds a layer's tensors, and gives the weights that they stand for. */
type Encoder = (name: string, rows: number, width: number, random: () => number, into: Tensors) => Float32Array;

const int = (random: () => number, most: number) => Math.floor(random() * most);
const tensor = (dtype: MemoryTensor['dtype'], shape: number[], data: ArrayBufferView<ArrayBuffer>) => ({
  dtype,
  shape,
  data,
});

/** Four-bit integers with a zero and a scale per group, in the words of GPTQ or AWQ. */
function zeroPoints(kind: 'gptq' | 'awq', shift: number, hasActOrder: boolean, isSymmetric = false): Encoder {
  const order = [0, 2, 4, 6, 1, 3, 5, 7];
  return (name, rows, width, random, into) => {
    const groups = width / GROUP;
    const weights = new Float32Array(rows * width);
    const qweight = new Int32Array((rows * width) / 8);
    const qzeros = new Int32Array((groups * rows) / 8);
    const scales = Uint16Array.from({ length: groups * rows }, () => f16Bits(0.02 + 0.05 * random()));
    const group = Int32Array.from({ length: width }, (_, k) =>
      hasActOrder ? (k * 7 + 3) % groups : Math.floor(k / GROUP),
    );
    const bit = (n: number) => 4 * (kind === 'gptq' ? n % 8 : order.indexOf(n % 8));
    const zeros = Array.from({ length: groups * rows }, () => (isSymmetric ? 8 - shift : int(random, 15)));
    zeros.forEach((zero, i) => {
      const [g, n] = [Math.floor(i / rows), i % rows];
      const at = g * (rows / 8) + (n >> 3);
      qzeros[at] = (qzeros[at] as number) | (zero << bit(n));
    });
    for (let n = 0; n < rows; n++) {
      for (let k = 0; k < width; k++) {
        const quant = int(random, 16);
        const [at, place] = kind === 'gptq' ? [(k >> 3) * rows + n, 4 * (k % 8)] : [k * (rows / 8) + (n >> 3), bit(n)];
        qweight[at] = (qweight[at] as number) | (quant << place);
        const index = (group[k] as number) * rows + n;
        const scale = f16ToF32(scales[index] as number);
        const zero = (zeros[index] as number) + shift;
        // What intab rounds to f16: the weight where groups are mixed, else the offset.
        const kept = hasActOrder ? roundToF16((quant - zero) * scale) : quant * scale - roundToF16(zero * scale);
        weights[n * width + k] = isSymmetric ? (quant - zero) * scale : kept;
      }
    }
    const words = kind === 'gptq' ? [width / 8, rows] : [width, rows / 8];
    into.set(`${name}.qweight`, tensor('I32', words, qweight));
    into.set(`${name}.qzeros`, tensor('I32', [groups, rows / 8], qzeros));
    into.set(`${name}.scales`, tensor('F16', [groups, rows], scales));
    if (kind === 'gptq') into.set(`${name}.g_idx`, tensor('I32', [width], group));
    return weights;
  };
}

const packed: Encoder = (name, rows, width, random, into) => {
  const words = new Int32Array((rows * width) / 8);
  const scales = Uint16Array.from({ length: (rows * width) / GROUP }, () => f16Bits(0.02 + 0.05 * random()));
  const weights = Float32Array.from({ length: rows * width }, (_, i) => {
    const quant = int(random, 16);
    words[i >> 3] = (words[i >> 3] as number) | (quant << (4 * (i % 8)));
    return (quant - 8) * f16ToF32(scales[Math.floor(i / GROUP)] as number);
  });
  into.set(`${name}.weight_packed`, tensor('I32', [rows, width / 8], words));
  into.set(`${name}.weight_scale`, tensor('F16', [rows, width / GROUP], scales));
  into.set(`${name}.weight_shape`, tensor('I64', [2], BigInt64Array.of(BigInt(rows), BigInt(width))));
  return weights;
};

const int8: Encoder = (name, rows, width, random, into) => {
  const largest = Float32Array.from({ length: rows }, () => 0.2 + 0.3 * random());
  const quants = Int8Array.from({ length: rows * width }, () => int(random, 255) - 127);
  into.set(`${name}.weight`, tensor('I8', [rows, width], quants));
  into.set(`${name}.SCB`, tensor('F32', [rows], largest));
  // intab keeps the scale in f16.
  return Float32Array.from(quants, (quant, i) => quant * roundToF16((largest[Math.floor(i / width)] as number) / 127));
};

/** Each linear layer by the encoder, the rest as it is; and the same with the weights that are meant. */
function checkpoints(encode: Encoder): { stored: Tensors; meant: Tensors } {
  const stored: Tensors = new Map();
  const meant = tinyTensors(CONFIG);
  for (const [name, { shape }] of [...meant]) {
    const [rows = 0, width] = shape;
    if (width === undefined || !name.includes('proj')) stored.set(name, meant.get(name) as MemoryTensor);
    else {
      const data = encode(name.replace(/\.weight$/, ''), rows, width, randomSource(seedOf(name)), stored);
      meant.set(name, tensor('F32', [rows, width], Float32Array.from(data)));
    }
  }
  return { stored, meant };
}

async function logits(tensors: Tensors, method?: QuantMethod) {
  const files = checkpointFromTensors(tensors);
  const checkpoint = method ? quantizedCheckpoint(files, method) : files;
  const model = createModel(new Fields(CONFIG, 'test'), 'causal', new Set(checkpoint.tensors.keys()));
  using loaded = await LoadedModel.load(gpu, model, checkpoint);
  using session = await Session.open(loaded, { capacity: 16, kvDType: 'f32' });
  const outputs = await forward(loaded, { input_ids: [[5, 1, 60, 7, 33, 12, 40, 2]], past_key_values: session });
  const formats = new Set([...loaded.weights.matrices].map(({ format }) => formatName(format)));
  return { values: Float32Array.from(outputs.logits?.data ?? []), formats };
}

const norm = (values: Float32Array) => Math.hypot(...values);

const gptq = { kind: 'gptq', zeroShift: 1, hasActOrder: false, isSymmetric: false } as const;

describe.each<[string, QuantMethod, Encoder, string]>([
  ['GPTQ', gptq, zeroPoints('gptq', 1, false), 'q4g32a'],
  ['symmetric GPTQ', { ...gptq, isSymmetric: true }, zeroPoints('gptq', 1, false, true), 'q4g32'],
  ['GPTQ v2', { ...gptq, zeroShift: 0 }, zeroPoints('gptq', 0, false), 'q4g32a'],
  ['GPTQ in the order of activations', { ...gptq, hasActOrder: true }, zeroPoints('gptq', 1, true), 'f16'],
  ['AWQ', { kind: 'awq' }, zeroPoints('awq', 0, false), 'q4g32a'],
  ['compressed-tensors', { kind: 'packed' }, packed, 'q4g32'],
  ['bitsandbytes', { kind: 'int8' }, int8, 'q8g32'],
])('%s', (_, method, encode, format) => {
  it('gives what its weights give, without unpacking them', async () => {
    const { stored, meant } = checkpoints(encode);
    const found = await logits(stored, method);
    const { values: expected } = await logits(meant);
    expect(found.formats).toContain(format);
    const error = norm(found.values.map((value, i) => value - (expected[i] as number))) / norm(expected);
    expect(error).toBeLessThan(1e-5);
    expect(norm(expected)).toBeGreaterThan(0.1);
  });
});

it('refuses tensors that do not fit together', () => {
  const { stored } = checkpoints(zeroPoints('gptq', 1, false));
  const name = [...stored.keys()].find((key) => key.endsWith('.scales')) as string;
  stored.delete(name);
  const open = () => quantizedCheckpoint(checkpointFromTensors(stored), gptq);
  expect(open).toThrow(FormatError);
});
