// What each kernel should compute, in plain loops and f64. Matrices are row by row, without padding.
import type { ActivationName } from '../../src/kernels/activation.ts';
import type { SamplingSettings } from '../../src/kernels/sampling.ts';

type Numbers = ArrayLike<number>;

/** erf to about 1e-15: Taylor series below 3, continued fraction above. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let n = 1; n < 80; n++) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

/** The activations of torch.nn.functional and of transformers' activations.py. */
export const ACTIVATIONS: Record<ActivationName, (x: number) => number> = {
  silu: (x) => x / (1 + Math.exp(-x)),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  gelu_tanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  quick_gelu: (x) => x / (1 + Math.exp(-1.702 * x)),
  relu: (x) => Math.max(x, 0),
  relu2: (x) => Math.max(x, 0) ** 2,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: (x) => Math.tanh(x),
};

/** x / sqrt(mean x² + eps) · gain, row by row. */
export function rmsNorm(x: Numbers, width: number, gain: Numbers, eps: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let base = 0; base < x.length; base += width) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += (x[base + i] as number) ** 2;
    const scale = 1 / Math.sqrt(squares / width + eps);
    for (let i = 0; i < width; i++) y[base + i] = (x[base + i] as number) * scale * (gain[i] as number);
  }
  return y;
}

export interface LinearReference {
  /** [rows, K] */
  x: Numbers;
  /** [N, K] */
  weight: Numbers;
  width: number;
  /** [N] */
  bias?: Numbers | undefined;
  norm?: { gain: Numbers; eps: number } | undefined;
  gate?: ActivationName | undefined;
  /** [rows, N] */
  residual?: Numbers | undefined;
}

/** x · Wᵀ + b, then act(gate) · up of interleaved columns, or + residual. `[rows, N]`, or `[rows, N / 2]` with a gate. */
export function linear({ x, weight, width, bias, norm, gate: activation, residual }: LinearReference): Float64Array {
  const input = norm ? rmsNorm(x, width, norm.gain, norm.eps) : x;
  const outputs = weight.length / width;
  const rows = x.length / width;
  const y = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    for (let n = 0; n < outputs; n++) {
      let sum = bias ? (bias[n] as number) : 0;
      for (let k = 0; k < width; k++) sum += (weight[n * width + k] as number) * (input[r * width + k] as number);
      y[r * outputs + n] = sum + (residual ? (residual[r * outputs + n] as number) : 0);
    }
  }
  return activation ? gate(y, activation) : y;
}

/** act(x[2i]) · x[2i + 1] */
export function gate(x: Numbers, activation: ActivationName): Float64Array {
  const act = ACTIVATIONS[activation];
  return Float64Array.from({ length: x.length / 2 }, (_, i) => act(x[2 * i] as number) * (x[2 * i + 1] as number));
}

/** Rotates one head of `headDim` numbers: element d < D/2 pairs with d + D/2. */
export function rotate(x: Numbers, position: number, inverse: Numbers, scaling: number): Float64Array {
  const half = x.length / 2;
  const y = new Float64Array(x.length);
  for (let i = 0; i < half; i++) {
    const angle = Math.fround(position * (inverse[i] as number));
    const [cos, sin] = [Math.cos(angle) * scaling, Math.sin(angle) * scaling];
    y[i] = (x[i] as number) * cos - (x[i + half] as number) * sin;
    y[i + half] = (x[i + half] as number) * cos + (x[i] as number) * sin;
  }
  return y;
}

/** Which slots a query sees: causal or both ways, within the window, no padding. */
export function isVisible(
  querySlot: number,
  slot: number,
  options: { window?: number | undefined; bidirectional?: boolean | undefined; mask?: Numbers | undefined },
): boolean {
  const { window, bidirectional } = options;
  if (slot > querySlot && !bidirectional) return false;
  if (window && bidirectional && Math.abs(slot - querySlot) > window) return false;
  if (window && !bidirectional && slot + window <= querySlot) return false;
  return options.mask?.[slot] !== 0;
}

/** softmax of scores; slots with undefined get 0, and so do all where every one is undefined. */
export function softmax(scores: readonly (number | undefined)[]): Float64Array {
  const top = scores.reduce<number>((max, score) => Math.max(max, score ?? Number.NEGATIVE_INFINITY), -1e300);
  const exps = Float64Array.from(scores, (score) => (score === undefined ? 0 : Math.exp(score - top)));
  const total = exps.reduce((sum, e) => sum + e, 0);
  return total === 0 ? exps : exps.map((e) => e / total);
}

/** Logits after penalty, temperature, top-k, top-p and min-p, in the order of transformers' generate; −∞ is removed. */
export function processLogits(logits: Numbers, seen: ReadonlySet<number>, settings: SamplingSettings): number[] {
  const { temperature, repetitionPenalty, topK, topP, minP } = settings;
  let scores = Array.from(logits, (logit, token) => {
    if (!seen.has(token)) return logit / temperature;
    return (logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty) / temperature;
  });
  const sorted = () => [...scores].sort((a, b) => b - a);
  if (topK > 0 && topK < scores.length) {
    const threshold = sorted()[topK - 1] as number;
    scores = scores.map((score) => (score < threshold ? Number.NEGATIVE_INFINITY : score));
  }
  if (topP < 1) {
    const top = Math.max(...scores);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
    let above = 0;
    let threshold = Number.POSITIVE_INFINITY;
    for (const score of sorted()) {
      if (above >= topP * total) break;
      threshold = score;
      above += Math.exp(score - top);
    }
    scores = scores.map((score) => (score < threshold ? Number.NEGATIVE_INFINITY : score));
  }
  if (minP > 0) {
    const cut = Math.max(...scores) + Math.log(minP);
    scores = scores.map((score) => (score < cut ? Number.NEGATIVE_INFINITY : score));
  }
  return scores;
}

/** PCG hash, in 32-bit arithmetic. */
export function hash(value: number): number {
  const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
  const word = Math.imul(((state >>> ((state >>> 28) + 4)) ^ state) >>> 0, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

export interface AttentionReference {
  batch: number;
  tokens: number;
  past: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  scale: number;
  window?: number | undefined;
  bidirectional?: boolean | undefined;
  /** [B, past + tokens]: 0 for padding */
  mask?: readonly Numbers[] | undefined;
  /** Whether a token sees itself even where it is padding. */
  seesItself?: boolean;
  /** [B·T, H, D], rotated */
  q: Numbers;
  /** [B, G, past + tokens, D] */
  keys: Numbers;
  values: Numbers;
}

/** Attention weights `[B, H, T, past + tokens]` and outputs `[B·T, H·D]`; queries that see nothing give zeros. */
export function attention(args: AttentionReference): { weights: Float64Array; outputs: Float64Array } {
  const {
    batch,
    tokens,
    past,
    heads,
    kvHeads,
    headDim,
    scale,
    window,
    bidirectional,
    mask,
    seesItself,
    q,
    keys,
    values,
  } = args;
  const slots = past + tokens;
  const weights = new Float64Array(batch * heads * tokens * slots);
  const outputs = new Float64Array(batch * tokens * heads * headDim);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const kv = (b * kvHeads + Math.floor(h / (heads / kvHeads))) * slots;
      for (let t = 0; t < tokens; t++) {
        const at = ((b * tokens + t) * heads + h) * headDim;
        const scores = Array.from({ length: slots }, (_, slot) => {
          const self = seesItself && slot === past + t;
          if (!self && !isVisible(past + t, slot, { window, bidirectional, mask: mask?.[b] })) return undefined;
          let sum = 0;
          for (let d = 0; d < headDim; d++) sum += (q[at + d] as number) * (keys[(kv + slot) * headDim + d] as number);
          return sum * scale;
        });
        const p = softmax(scores);
        weights.set(p, ((b * heads + h) * tokens + t) * slots);
        for (let d = 0; d < headDim; d++) {
          let sum = 0;
          for (let slot = 0; slot < slots; slot++) {
            sum += (p[slot] as number) * (values[(kv + slot) * headDim + d] as number);
          }
          outputs[at + d] = sum;
        }
      }
    }
  }
  return { weights, outputs };
}
