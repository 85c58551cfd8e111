import { expect, it } from 'vitest';
import { roundToF16 } from '../tensor/round.ts';
import type { QuantFormat } from './format.ts';
import { rowWords } from './format.ts';
import { packRow, unpackRow } from './packed.ts';
import { quantizeRow } from './quantize.ts';

const Q4: QuantFormat = { bits: 4, group: 32, asymmetric: false };

/** Weights as their packed row gives them. */
function kept(format: QuantFormat, weights: Float32Array): Float32Array {
  const words = new Uint32Array(rowWords(format, weights.length));
  packRow(format, quantizeRow(format, weights), words);
  return unpackRow(format, weights.length, words);
}

it.each([1e-6, 3e-4, 0.02, 1, 900])(
  'short scales make weights of about %f that f16 holds exactly, hardly farther off',
  (spread) => {
    const weights = Float32Array.from({ length: 1024 }, (_, i) => spread * Math.sin(i * i));
    const [short, long] = [kept({ ...Q4, shortScales: true }, weights), kept(Q4, weights)];
    expect(short.map(roundToF16)).toEqual(short);
    const missed = (values: Float32Array) => Math.hypot(...values.map((value, i) => value - (weights[i] as number)));
    expect(missed(short)).toBeLessThan(1.002 * missed(long));
    if (spread > 1e-5) expect(long.map(roundToF16)).not.toEqual(long);
  },
);
