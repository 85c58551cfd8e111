import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors.ts';
import { Fields } from '../../formats/fields.ts';
import { castRope, ROPE_TYPES, readRope } from './rope.ts';

type Json = Record<string, unknown>;
const rope = (config: Json, headDim: number, positions: number) =>
  readRope(new Fields(config, 'config.json'), headDim, positions);

const PLAIN_8 = [1, 0.1, 0.01, 0.001];
const LLAMA3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 64,
};
const LONGROPE = {
  rope_type: 'longrope',
  factor: 8,
  original_max_position_embeddings: 32,
  short_factor: [1, 1.5, 2, 3],
  long_factor: [4, 5, 6, 7],
};

interface RopeCase {
  name: string;
  config: Json;
  headDim?: number;
  positions?: number;
  length?: number;
  inverse: number[];
  scaling?: number;
}

/** The numbers were computed apart from this code, in f64, from the papers' formulas. */
const CASES: RopeCase[] = [
  { name: 'defaults', config: {}, inverse: PLAIN_8 },
  {
    name: 'theta at the top',
    config: { rope_theta: 500_000 },
    inverse: [1, 0.03760603093086393, 0.001414213562373095, 5.318295896944988e-5],
  },
  { name: 'theta inside', config: { rope_theta: 7, rope_parameters: { rope_theta: 10_000 } }, inverse: PLAIN_8 },
  {
    name: 'linear',
    config: { rope_scaling: { type: 'linear', factor: 4 } },
    inverse: [0.25, 0.025, 0.0025, 0.00025],
  },
  {
    name: 'dynamic, up to the trained length',
    config: { rope_scaling: { rope_type: 'dynamic', factor: 2 } },
    length: 16,
    inverse: PLAIN_8,
  },
  {
    name: 'dynamic, beyond it',
    config: { rope_scaling: { rope_type: 'dynamic', factor: 2 } },
    length: 40,
    inverse: [1, 0.06299605249474366, 0.003968502629920499, 0.00025],
  },
  {
    name: 'llama3',
    config: { rope_parameters: LLAMA3 },
    headDim: 16,
    inverse: [
      1, 0.24438459943539834, 0.013042256043820465, 0.003952847075210474, 0.00125, 0.0003952847075210474, 0.000125,
      3.952847075210474e-5,
    ],
  },
  {
    name: 'yarn',
    config: { rope_parameters: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 4096 } },
    headDim: 16,
    positions: 16_384,
    inverse: [
      1, 0.31622776601683794, 0.1, 0.02569350598886808, 0.00625, 0.001383496476323666, 0.00025, 7.905694150420948e-5,
    ],
    scaling: 1.138629436111989,
  },
  {
    name: 'yarn with its scaling given',
    config: {
      rope_parameters: {
        rope_type: 'yarn',
        factor: 4,
        original_max_position_embeddings: 4096,
        attention_factor: 0.5,
      },
    },
    headDim: 16,
    inverse: [
      1, 0.31622776601683794, 0.1, 0.02569350598886808, 0.00625, 0.001383496476323666, 0.00025, 7.905694150420948e-5,
    ],
    scaling: 0.5,
  },
  {
    name: 'longrope, short',
    config: { rope_parameters: LONGROPE },
    length: 32,
    inverse: [1, 0.06666666666666667, 0.005, 0.0003333333333333333],
    scaling: 1.2649110640673518,
  },
  {
    name: 'longrope, long',
    config: { rope_parameters: LONGROPE },
    length: 33,
    inverse: [0.25, 0.02, 0.0016666666666666668, 0.00014285714285714287],
    scaling: 1.2649110640673518,
  },
  {
    name: 'longrope by its older name',
    config: { original_max_position_embeddings: 32, rope_scaling: { ...LONGROPE, rope_type: 'su' } },
    length: 33,
    inverse: [0.25, 0.02, 0.0016666666666666668, 0.00014285714285714287],
    scaling: 1.2649110640673518,
  },
];

describe('readRope', () => {
  it.each(CASES)('$name', ({ config, headDim = 8, positions = 16, length = 1, inverse, scaling = 1 }) => {
    const read = rope(config, headDim, positions);
    const actual = read.at(length);
    expect(read.frequencies).toBe(headDim / 2);
    expect(actual.scaling).toBeCloseTo(scaling, 12);
    expect(actual.inverse).toHaveLength(inverse.length);
    inverse.forEach((frequency, i) => {
      expect(Math.abs((actual.inverse[i] as number) / frequency - 1)).toBeLessThan(1e-6);
    });
  });

  it('gives the same object for the same frequencies', () => {
    for (const type of ROPE_TYPES) {
      const read = rope({ rope_parameters: { ...LLAMA3, ...LONGROPE, rope_type: type } }, 8, 16);
      expect(read.at(50)).toBe(read.at(50));
    }
  });

  it.each([
    ['an unknown type', { rope_parameters: { rope_type: 'spiral' } }],
    ['a factor that is missing', { rope_scaling: { type: 'linear' } }],
    ['a factor of zero', { rope_scaling: { type: 'linear', factor: 0 } }],
    ['a dynamic factor below one', { rope_scaling: { type: 'dynamic', factor: 0.5 } }],
    ['a theta below one', { rope_theta: 0 }],
    ['a theta that is text', { rope_theta: '1e4' }],
    ['parameters that are a list', { rope_parameters: [] }],
    ['a partial rotation', { rope_parameters: { partial_rotary_factor: 0.5 } }],
    ['llama3 without its frequencies', { rope_parameters: { rope_type: 'llama3', factor: 8 } }],
    ['a list of the wrong length', { rope_parameters: { ...LONGROPE, long_factor: [1] } }],
    ['a list that is missing', { rope_parameters: { ...LONGROPE, short_factor: undefined } }],
  ])('refuses %s', (_, config) => expect(() => rope(config, 8, 16)).toThrow(ConfigError));
});

describe('castRope', () => {
  it('rounds the first frequencies and leaves later ones', () => {
    const exact = rope({ rope_scaling: { rope_type: 'dynamic', factor: 2 } }, 8, 16);
    const cast = castRope(exact, 'bf16');
    expect([...cast.at(16).inverse]).toEqual([1, 0.10009765625, 0.010009765625, 0.00099945068359375]);
    expect(cast.at(40)).toBe(exact.at(40));
    expect(castRope(exact, 'f32')).toBe(exact);
    expect(castRope(exact, 'f16').at(1).inverse[1]).toBe(0.0999755859375);
  });
});
