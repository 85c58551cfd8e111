// Scores of a model's logits, in double precision: softmax, sigmoid, the best of a list.

export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const top = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const weights = values.map((value) => Math.exp(value - top));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** log softmax(logits)[index] */
export function logProbability(logits: ArrayLike<number>, index: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) top = Math.max(top, logits[i] as number);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - top);
  return (logits[index] as number) - top - Math.log(sum);
}

/** Index of the largest value, the first of equals. */
export function largestIndex(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** The items from the highest score down, equals in their order. */
export function byScore<T extends { score: number }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => b.score - a.score);
}
