import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { parseGgufHeader } from '../../src/formats/gguf.ts';
import { ggufConfig, ggufTensors } from '../../src/formats/gguf-model.ts';
import { f16ToF32 } from '../../src/tensor/half.ts';
import { type FilePart, partsBytes, pieces } from '../serve-parts.ts';
import { ggufParts } from './gguf-file.ts';
import { idsIn, wordOf } from './gguf-words.ts';
import { onnxConfig, onnxFiles } from './onnx-model.ts';
import { type PeerShape, peerShapeOf } from './peer-shape.ts';
import { type Encoding, RandomWeights } from './random-weights.ts';

const bytesOf = (parts: readonly FilePart[]) => Buffer.concat([...pieces(parts, 0, partsBytes(parts))]);

describe('peerShapeOf', () => {
  it('refuses other families and unknown names', () => {
    expect(() => peerShapeOf('dots1-2l')).toThrow(InputError);
    expect(() => peerShapeOf('tinier')).toThrow(InputError);
  });
});

describe('RandomWeights', () => {
  const weights = new RandomWeights(64);
  const COUNT = 96;
  const read = (encoding: Encoding) => bytesOf([weights.part(encoding, 5, COUNT, 32)]);

  it('has the same weights in every encoding', () => {
    const [plain, halves, ggml, onnx, scales] = (['f32', 'f16', 'q4_0', 'onnxQ4', 'scalesF16'] as const).map(read);
    for (let i = 0; i < COUNT; i++) {
      const [block, at] = [Math.floor(i / 32), i % 32];
      const expected = plain?.readFloatLE(4 * i) as number;
      const scale = f16ToF32(ggml?.readUInt16LE(block * 18) as number);
      const inGgml = ggml?.[block * 18 + 2 + (at % 16)] as number;
      const inOnnx = onnx?.[Math.floor(i / 2)] as number;
      expect(((at < 16 ? inGgml & 15 : inGgml >> 4) - 8) * scale).toBeCloseTo(expected, 6);
      expect(((i % 2 === 0 ? inOnnx & 15 : inOnnx >> 4) - 8) * scale).toBeCloseTo(expected, 6);
      expect(f16ToF32(scales?.readUInt16LE(2 * block) as number)).toBe(scale);
      expect(f16ToF32(halves?.readUInt16LE(2 * i) as number)).toBeCloseTo(expected, 3);
    }
  });

  it('starts every tensor elsewhere, and takes whole blocks only', () => {
    expect(read('f32').equals(bytesOf([weights.part('f32', 6, COUNT, 32)]))).toBe(false);
    expect(() => weights.part('f32', 0, 33)).toThrow(/no blocks of 32/);
  });
});

describe('ggufParts', () => {
  /** The tensors of a shape as our reader names them: experts of a layer are one. */
  const stackedTensors = ({ tensors, config }: PeerShape) =>
    new Map(
      [...tensors].map(([name, { dims }]): [string, readonly number[]] => {
        const [, experts, projection] = /^(model.*experts)\.\d+\.(\w+)\.weight$/.exec(name) ?? [];
        return experts ? [`${experts}.${projection}`, [config.num_experts as number, ...dims]] : [name, dims];
      }),
    );

  it.each(['tiny', 'smollm2-135m', 'qwen2-0.5b', 'mistral-7b', 'tiny-moe', 'qwen1.5-moe-4l'])(
    'describes %s so that it can be read',
    (name) => {
      const shape = peerShapeOf(name);
      const parts = ggufParts(shape, 'q4');
      const header = parseGgufHeader(parts[0]?.cycle as Uint8Array, 'm.gguf', partsBytes(parts));
      if (!header) throw new Error('the header is not whole');
      const tensors = ggufTensors(header.tensors, header.metadata, 'm.gguf');
      expect(new Map(tensors.map((tensor) => [tensor.name, tensor.shape]))).toEqual(stackedTensors(shape));
      expect(ggufConfig(header, 'm.gguf')).toMatchObject({
        vocab_size: shape.vocab,
        num_hidden_layers: shape.layers,
        num_key_value_heads: shape.kvHeads,
        head_dim: shape.headDim,
        rope_theta: shape.ropeTheta,
        eos_token_id: null,
      });
    },
  );
});

describe('words', () => {
  it('say their ids', () => {
    const ids = [0, 25, 26, 151_935];
    expect(idsIn(ids.map(wordOf).join(''))).toEqual(ids);
  });
});

describe('onnxFiles', () => {
  it('has its data in files of at most a gibibyte, which the configuration counts', () => {
    const shape = peerShapeOf('smollm2-135m');
    const { files, dataFiles } = onnxFiles(shape, 'fp16');
    expect(dataFiles).toBe(1);
    expect([...files.keys()]).toEqual(['model_fp16.onnx', 'model_fp16.onnx_data']);
    expect(onnxFiles(peerShapeOf('llama-3.2-1b'), 'q4').dataFiles).toBe(3);
    const config = onnxConfig(shape, 'fp16', dataFiles) as Record<string, Record<string, unknown>>;
    expect(config['transformers.js_config']?.use_external_data_format).toEqual({ 'model_fp16.onnx': 1 });
  });

  it('names each tensor of the shape', () => {
    const shape = peerShapeOf('qwen2-0.5b');
    const text = bytesOf(onnxFiles(shape, 'q4f16').files.get('model_q4f16.onnx') ?? []).toString('latin1');
    for (const name of shape.tensors.keys()) expect(text).toContain(name.replace(/_proj\.weight$/, '_proj.MatMul'));
    expect(text).toContain('lm_head.MatMul.weight_Q4');
  });
});
