// Quantising a row on the CPU: the reference of shaders/weights/quantize.wgsl. For each group a few ranges around the largest weight
// are tried; the one whose integers, with the scale (and offset) of least squares, miss the weights least is taken.
import { roundToBf16, roundToF16 } from '../tensor/round.ts';
import { largestQuant, type QuantFormat, zeroPoint } from './format.ts';
import type { QuantRow } from './packed.ts';

/** Ranges tried on each side of the plain one, and their distance in quants. Eight bits need no search. */
export const SEARCH = { steps: 4, step: 0.25 };

/** The nearest integer, ties to even, as WGSL's `round`. */
function roundEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

export function quantizeRow(format: QuantFormat, weights: Float32Array): QuantRow {
  const { group, asymmetric, shortScales } = format;
  const groups = weights.length / group;
  const row = {
    quants: new Uint8Array(weights.length),
    scales: new Float32Array(groups),
    offsets: asymmetric ? new Float32Array(groups) : undefined,
  };
  for (let g = 0; g < groups; g++) {
    const values = weights.subarray(g * group, (g + 1) * group);
    const { quants, scale, offset } = asymmetric ? asymmetricGroup(format, values) : symmetricGroup(format, values);
    row.quants.set(quants, g * group);
    row.scales[g] = roundToF16(shortScales ? roundToBf16(scale) : scale);
    if (row.offsets) row.offsets[g] = roundToF16(offset);
  }
  return row;
}

interface QuantGroup {
  quants: number[];
  scale: number;
  offset: number;
}

function* ranges({ bits }: QuantFormat): Generator<number> {
  const steps = bits === 8 ? 0 : SEARCH.steps;
  for (let i = -steps; i <= steps; i++) yield i * SEARCH.step;
}

/** The weight farthest from zero goes to the lowest integer, which is one farther from zero than the highest. */
function symmetricGroup(format: QuantFormat, values: Float32Array): QuantGroup {
  const zero = zeroPoint(format);
  const top = largestQuant(format);
  const farthest = values.reduce((far, value) => (Math.abs(value) > Math.abs(far) ? value : far), 0);
  let best: QuantGroup = { quants: Array(values.length).fill(zero), scale: 0, offset: 0 };
  let bestScore = 0;
  if (farthest === 0) return best;
  for (const more of ranges(format)) {
    const inverse = -(zero + more) / farthest;
    let [wq, qq] = [0, 0];
    const quants = Array.from(values, (value) => {
      const quant = Math.min(Math.max(roundEven(value * inverse) + zero, 0), top);
      wq += value * (quant - zero);
      qq += (quant - zero) ** 2;
      return quant;
    });
    const score = (wq * wq) / qq;
    if (qq > 0 && score > bestScore) {
      best = { quants, scale: wq / qq, offset: 0 };
      bestScore = score;
    }
  }
  return best;
}

/** From the lowest weight to the highest. */
function asymmetricGroup(format: QuantFormat, values: Float32Array): QuantGroup {
  const top = largestQuant(format);
  const low = Math.min(...values);
  const spread = Math.max(...values) - low;
  let best: QuantGroup = { quants: Array(values.length).fill(0), scale: 0, offset: low };
  let bestScore = 0;
  if (spread === 0) return best;
  const count = values.length;
  for (const more of ranges(format)) {
    const inverse = (top + more) / spread;
    // Sums over w − low, which keeps them small.
    let [w, q, wq, qq] = [0, 0, 0, 0];
    const quants = Array.from(values, (value) => {
      const over = value - low;
      const quant = Math.min(Math.max(roundEven(over * inverse), 0), top);
      w += over;
      q += quant;
      wq += over * quant;
      qq += quant * quant;
      return quant;
    });
    const across = wq - (w * q) / count;
    const along = qq - (q * q) / count;
    const score = (across * across) / along;
    if (along > 0 && score > bestScore) {
      const scale = across / along;
      best = { quants, scale, offset: low + (w - scale * q) / count };
      bestScore = score;
    }
  }
  return best;
}
