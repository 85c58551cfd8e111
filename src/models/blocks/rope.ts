// Rotary position embedding: inverse frequencies and attention scaling of each `rope_type`.
// Source: transformers 5.17, modeling_rope_utils.py; papers: RoFormer 2104.09864, YaRN 2309.00071, LongRoPE 2402.13753.
// The CPU computes cosines and sines per step from these; frequencies are rounded to f32 where the reference's are.
import { ConfigError } from '../../errors.ts';
import type { Fields } from '../../formats/fields.ts';
import { roundToBf16, roundToF16 } from '../../tensor/round.ts';

export interface RopeFrequencies {
  /** [D / 2] */
  inverse: Float32Array;
  /** Multiplies cosines and sines. */
  scaling: number;
}

/** Gives the frequencies for a sequence whose largest position is `length − 1`. Cached: equal results are the same object. */
export interface Rope {
  /** D / 2 */
  readonly frequencies: number;
  at(length: number): RopeFrequencies;
}

export const ROPE_TYPES = ['default', 'linear', 'dynamic', 'yarn', 'longrope', 'llama3'] as const;
type RopeType = (typeof ROPE_TYPES)[number];

/** Names that older checkpoints use. */
const ROPE_ALIASES: Record<string, RopeType> = { su: 'longrope', ntk: 'dynamic' };

/** base^(2i / dim), as f32 arithmetic gives it. */
function powers(base: number, dim: number): Float32Array {
  return Float32Array.from({ length: dim / 2 }, (_, i) => base ** Math.fround((2 * i) / dim));
}

function inverse(base: number, dim: number): Float32Array {
  return powers(base, dim).map((power) => 1 / power);
}

/**
 * Reads `rope_parameters`, or the older `rope_theta` and `rope_scaling`.
 * @throws {ConfigError} unknown type, or a parameter that the type needs is missing or out of range.
 */
export function readRope(config: Fields, headDim: number, maxPositions: number): Rope {
  const parameters = config.object('rope_parameters') ?? config.object('rope_scaling');
  const topTheta = config.number('rope_theta', { default: 10_000, min: 1 });
  const base = parameters?.number('rope_theta', { default: topTheta, min: 1 }) ?? topTheta;
  const frequencies = headDim / 2;
  const fixed = (result: RopeFrequencies): Rope => ({ frequencies, at: () => result });
  const plain = { inverse: inverse(base, headDim), scaling: 1 };
  if (!parameters) return fixed(plain);
  const partial = parameters.number('partial_rotary_factor', { default: 1 });
  if (partial !== 1) {
    throw new ConfigError({
      what: `${config.file}: rope_parameters.partial_rotary_factor is not supported for this architecture`,
      expected: '1',
      actual: String(partial),
      remedy: 'use a checkpoint whose rotary embedding covers the whole head',
    });
  }
  const name = parameters.string('rope_type', { default: parameters.string('type', { default: 'default' }) });
  const type = ROPE_ALIASES[name] ?? ROPE_TYPES.find((known) => known === name);
  switch (type) {
    case 'default':
      return fixed(plain);
    case 'linear': {
      const factor = parameters.number('factor', { min: Number.MIN_VALUE });
      return fixed({ inverse: plain.inverse.map((f) => f / factor), scaling: 1 });
    }
    case 'dynamic': {
      // HunYuan's form: the base is raised once, by alpha. Past the trained positions its reference, too, goes on without alpha.
      const alpha = parameters.number('alpha', { default: 0, min: 0 });
      const raised = base * alpha ** (headDim / (headDim - 2));
      const initial = alpha > 0 ? { inverse: inverse(raised, headDim), scaling: 1 } : plain;
      return dynamicRope(base, headDim, parameters.number('factor', { min: 1 }), maxPositions, initial);
    }
    case 'yarn':
      return fixed(yarn(parameters, base, headDim, maxPositions));
    case 'longrope':
      return longrope(config, parameters, base, headDim, maxPositions);
    case 'llama3':
      return fixed({ inverse: llama3(parameters, plain.inverse), scaling: 1 });
    case undefined:
      throw new ConfigError({
        what: `${config.file}: rope_type is not supported`,
        expected: `one of ${ROPE_TYPES.join(', ')}`,
        actual: JSON.stringify(name),
        remedy: 'use a checkpoint with a supported rotary embedding',
      });
    default:
      return type satisfies never;
  }
}

/** NTK-aware scaling whose base grows with the length, once that exceeds the trained positions. */
function dynamicRope(base: number, dim: number, factor: number, maxPositions: number, plain: RopeFrequencies): Rope {
  let last = { length: maxPositions, result: plain };
  return {
    frequencies: dim / 2,
    at(length) {
      if (length <= maxPositions) return plain;
      if (length !== last.length) {
        const grown = base * ((factor * length) / maxPositions - (factor - 1)) ** (dim / (dim - 2));
        last = { length, result: { inverse: inverse(grown, dim), scaling: 1 } };
      }
      return last.result;
    },
  };
}

function yarn(parameters: Fields, base: number, dim: number, maxPositions: number): RopeFrequencies {
  const original = parameters.int('original_max_position_embeddings', { default: maxPositions, min: 1 });
  const factor = parameters.number('factor', { default: maxPositions / original, min: Number.MIN_VALUE });
  const mscale = parameters.number('mscale', { default: 0 });
  const mscaleAll = parameters.number('mscale_all_dim', { default: 0 });
  const scaleOf = (m: number) => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);
  const computed = mscale !== 0 && mscaleAll !== 0 ? scaleOf(mscale) / scaleOf(mscaleAll) : scaleOf(1);
  const scaling = parameters.number('attention_factor', { default: computed, min: 0 });
  const betaFast = parameters.number('beta_fast', { default: 32 }) || 32;
  const betaSlow = parameters.number('beta_slow', { default: 1 }) || 1;
  const truncate = parameters.bool('truncate', { default: true });
  const dimOf = (rotations: number) => (dim * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(base));
  const [lowExact, highExact] = [dimOf(betaFast), dimOf(betaSlow)];
  const low = Math.max(truncate ? Math.floor(lowExact) : lowExact, 0);
  let high = Math.min(truncate ? Math.ceil(highExact) : highExact, dim - 1);
  if (low === high) high += 0.001;
  const result = powers(base, dim).map((power, i) => {
    const ramp = Math.min(Math.max((i - low) / (high - low), 0), 1);
    return (1 / (factor * power)) * ramp + (1 / power) * (1 - ramp);
  });
  return { inverse: result, scaling };
}

function longrope(config: Fields, parameters: Fields, base: number, dim: number, maxPositions: number): Rope {
  const topOriginal = config.int('original_max_position_embeddings', { default: maxPositions, min: 1 });
  const original = parameters.int('original_max_position_embeddings', { default: topOriginal, min: 1 });
  const factor = parameters.number('factor', { default: maxPositions / original, min: Number.MIN_VALUE });
  const computed = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  const scaling = parameters.number('attention_factor', { default: computed, min: 0 });
  const length = dim / 2;
  const [short, long] = (['short_factor', 'long_factor'] as const).map((name) => {
    const factors = parameters.numberList(name, { length });
    return { inverse: powers(base, dim).map((power, i) => 1 / ((factors[i] as number) * power)), scaling };
  }) as [RopeFrequencies, RopeFrequencies];
  return { frequencies: length, at: (seen) => (seen > original ? long : short) };
}

function llama3(parameters: Fields, plain: Float32Array): Float32Array {
  const factor = parameters.number('factor', { min: Number.MIN_VALUE });
  const low = parameters.number('low_freq_factor', { min: 0 });
  const high = parameters.number('high_freq_factor', { min: 0 });
  const original = parameters.int('original_max_position_embeddings', { min: 1 });
  return plain.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength > original / low) return frequency / factor;
    if (wavelength < original / high) return frequency;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** How exactly inverse frequencies are kept. */
export type RopePrecision = 'f32' | 'bf16' | 'f16';

/**
 * The rotary embedding of a reference model that was cast as a whole, as `model.to(torch.bfloat16)` does: its initial
 * frequencies are rounded with the weights. Frequencies that are computed later, for longer sequences, are not.
 */
export function castRope(rope: Rope, precision: RopePrecision): Rope {
  if (precision === 'f32') return rope;
  const initial = rope.at(1);
  const round = precision === 'bf16' ? roundToBf16 : roundToF16;
  const cast = { inverse: initial.inverse.map(round), scaling: initial.scaling };
  return {
    frequencies: rope.frequencies,
    at: (length) => {
      const exact = rope.at(length);
      return exact === initial ? cast : exact;
    },
  };
}
