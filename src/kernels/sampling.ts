// From logits to the next token on the GPU. Twins of shaders/sampling/*.wgsl and of the struct in shaders/lib/sampling.wgsl.

import hashSnippet from '../../shaders/lib/hash.wgsl?raw';
import samplingSnippet from '../../shaders/lib/sampling.wgsl?raw';
import argmaxSource from '../../shaders/sampling/argmax.wgsl?raw';
import chooseSource from '../../shaders/sampling/choose.wgsl?raw';
import scaleSource from '../../shaders/sampling/scale.wgsl?raw';
import truncateSource from '../../shaders/sampling/truncate.wgsl?raw';
import { assembleShader } from '../gpu/wgsl.ts';
import {
  type Activation,
  type KernelTarget,
  kernelLabel,
  type Launch,
  reduceFor,
  STEP_WGSL,
  targetLabel,
  workgroupSize,
} from './kernel.ts';

/** Settings of one generation, as the reference's processors name them. */
export interface SamplingSettings {
  /** Divides the scores. */
  temperature: number;
  /** Divides positive and multiplies negative logits of tokens seen before; 1 leaves them. */
  repetitionPenalty: number;
  /** Keeps the k best; 0 keeps all. */
  topK: number;
  /** Keeps the smallest set of best tokens whose probabilities reach p; 1 keeps all. */
  topP: number;
  /** Removes tokens less probable than this times the best one's probability; 0 keeps all. */
  minP: number;
  /** Draws where true, takes the best where false. */
  sample: boolean;
  seed: number;
}

/** The best token each time. */
export const GREEDY: SamplingSettings = {
  temperature: 1,
  repetitionPenalty: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  sample: false,
  seed: 1,
};

export const SAMPLING_BYTES = 32;

/** The bytes of shaders/lib/sampling.wgsl's struct. */
export function samplingBytes(settings: SamplingSettings): ArrayBuffer {
  const bytes = new ArrayBuffer(SAMPLING_BYTES);
  const floats = new Float32Array(bytes);
  const words = new Uint32Array(bytes);
  floats[0] = settings.temperature;
  floats[1] = settings.repetitionPenalty;
  words[2] = settings.topK;
  floats[3] = settings.topP;
  floats[4] = settings.minP;
  floats[5] = settings.sample ? 1 : 0;
  words[6] = settings.seed;
  return bytes;
}

/** Words per sequence of the set of seen tokens. */
export function seenWords(vocab: number): number {
  return Math.ceil(vocab / 32);
}

/** Slices of the vocabulary that `argmax` searches in parallel. */
export const ARGMAX_SLICES = 64;

export interface ScoreArgs {
  settings: GPUBuffer;
  logits: Activation;
  /** [B, seenWords] */
  seen: GPUBuffer;
  /** [B, stride of logits] */
  scores: GPUBuffer;
}

/** Logits to scores: penalty and temperature, then top-k, top-p and min-p. Removed tokens score below −2.9e38. */
export function processLogits(target: KernelTarget, { settings, logits, seen, scores }: ScoreArgs): Launch[] {
  const scale = { VOCAB: logits.width, STRIDE: logits.stride, SEEN_WORDS: seenWords(logits.width) };
  const truncate = {
    WG: workgroupSize(target, 512), // 1024 would need more than 16 KiB of workgroup memory
    VECTORS: logits.stride / 4,
  };
  return [
    {
      source: {
        label: kernelLabel('sampling/scale', scale),
        code: assembleShader(scaleSource, { sampling: samplingSnippet }),
        bindings: ['read', 'read', 'read', 'write'],
        constants: scale,
      },
      bindings: [settings, logits.buffer, seen, scores],
      grid: (size, grid) => {
        grid[0] = Math.ceil(logits.stride / 64);
        grid[1] = size.batch;
        grid[2] = 1;
      },
    },
    {
      source: {
        label: kernelLabel('sampling/truncate', truncate, targetLabel(target)),
        code: assembleShader(truncateSource, { sampling: samplingSnippet, reduce: reduceFor(target) }),
        bindings: ['read', 'write'],
        constants: truncate,
      },
      bindings: [settings, scores],
      grid: (size, grid) => {
        grid[0] = size.batch;
        grid[1] = 1;
        grid[2] = 1;
      },
    },
  ];
}

export interface ChooseArgs {
  /** Logits, or the scores that {@link processLogits} made of them. */
  scores: GPUBuffer;
  vocab: number;
  stride: number;
  /** Adds Gumbel noise as the settings say. */
  noise: boolean;
  settings: GPUBuffer;
  /** [B, ARGMAX_SLICES] pairs of u32 */
  best: GPUBuffer;
  /** [B], receives the chosen tokens */
  ids: GPUBuffer;
  seen: GPUBuffer;
  step: GPUBuffer;
}

/** The best score's token of each sequence, into `ids` and `seen`. */
export function chooseToken(target: KernelTarget, args: ChooseArgs): Launch[] {
  const { scores, vocab, stride, noise, settings, best, ids, seen, step } = args;
  const argmax = {
    WG: workgroupSize(target, 256),
    VOCAB: vocab,
    STRIDE: stride,
    SLICES: ARGMAX_SLICES,
    NOISE: noise ? 1 : 0,
  };
  const choose = { SLICES: ARGMAX_SLICES, SEEN_WORDS: seenWords(vocab) };
  return [
    {
      source: {
        label: kernelLabel('sampling/argmax', argmax),
        code: assembleShader(argmaxSource, { sampling: samplingSnippet, step: STEP_WGSL, hash: hashSnippet }),
        bindings: ['read', 'read', 'read', 'write'],
        constants: argmax,
      },
      bindings: [step, settings, scores, best],
      grid: (size, grid) => {
        grid[0] = ARGMAX_SLICES;
        grid[1] = size.batch;
        grid[2] = 1;
      },
    },
    {
      source: {
        label: kernelLabel('sampling/choose', choose),
        code: assembleShader(chooseSource),
        bindings: ['read', 'write', 'write'],
        constants: choose,
      },
      bindings: [best, ids, seen],
      grid: (size, grid) => {
        grid[0] = size.batch;
        grid[1] = 1;
        grid[2] = 1;
      },
    },
  ];
}
