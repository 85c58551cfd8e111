// What known shapes read for a token, counted by hand.
import { expect, it } from 'vitest';
import { Fields } from '../formats/fields.ts';
import type { JsonObject } from '../formats/json.ts';
import { createModel } from '../models/registry.ts';
import { decodeBytes, decodeMatrices, decodeMatrixBytes, typicalMatrices } from './decode-matrices.ts';
import { type FormatOptions, formatFor } from './load-weights.ts';
import { fullGraph } from './loaded-model.ts';

const LLAMA_1B = {
  model_type: 'llama',
  hidden_size: 2048,
  intermediate_size: 8192,
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  head_dim: 64,
  max_position_embeddings: 2048,
  vocab_size: 128_256,
  tie_word_embeddings: true,
};
const MOE = {
  model_type: 'qwen3_moe',
  hidden_size: 256,
  intermediate_size: 512,
  moe_intermediate_size: 128,
  num_experts: 16,
  num_experts_per_tok: 4,
  num_attention_heads: 4,
  num_hidden_layers: 3,
  num_key_value_heads: 2,
  head_dim: 64,
  max_position_embeddings: 2048,
  vocab_size: 1000,
};

function matricesOf(config: JsonObject, options: FormatOptions) {
  const model = createModel(new Fields(config, 'test'), 'causal', new Set());
  return decodeMatrices(fullGraph(model), (spec) => formatFor(spec, options, undefined));
}

it('knows the matrices of a dense model, by shape', () => {
  const matrices = matricesOf(LLAMA_1B, { dtype: 'f16' });
  const shapes = matrices.map(({ rows, stride, paired, count }) => [rows, stride, paired, count]);
  expect(shapes).toEqual([
    [3072, 2048, false, 16],
    [2048, 2048, false, 16],
    [16_384, 2048, true, 16],
    [2048, 8192, false, 16],
    [128_256, 2048, false, 1],
  ]);
  // All of the model but the norms, as the head is the table of embeddings.
  expect(decodeBytes(matrices)).toBe((1_235_814_400 - 33 * 2048) * 2);
  expect(typicalMatrices(matrices).map(({ rows }) => rows)).toEqual([128_256, 2048]);
});

it('tells formats apart', () => {
  const [head, ...others] = matricesOf(LLAMA_1B, { dtype: 'q4' }).toReversed();
  expect(head?.format).toEqual({ bits: 8, group: 64, asymmetric: false });
  for (const { format } of others) expect(format).toEqual({ bits: 4, group: 32, asymmetric: false, shortScales: true });
});

it('takes the experts that a token uses for one matrix, and no router', () => {
  const matrices = matricesOf(MOE, { dtype: 'f32' });
  const shapes = matrices.map(({ rows, stride, paired, count }) => [rows, stride, paired, count]);
  expect(shapes).toContainEqual([4 * 256, 256, true, 3]);
  expect(shapes).toContainEqual([4 * 256, 128, false, 3]);
  expect(shapes.filter(([rows]) => rows === 16)).toEqual([]);
});

it('leaves out what hardly counts, and keeps the only one there is', () => {
  const matrices = matricesOf({ ...LLAMA_1B, vocab_size: 8 }, { dtype: 'f16' });
  const typical = typicalMatrices(matrices);
  expect(typical.map(({ rows, stride }) => [rows, stride])).toEqual([
    [16_384, 2048],
    [2048, 2048],
  ]);
  expect(typical.map(decodeMatrixBytes)).toEqual([2 ** 26, 2 ** 23]);
  expect(typicalMatrices(matrices.slice(-1)).map(({ rows }) => rows)).toEqual([8]);
  expect(typicalMatrices([])).toEqual([]);
});
