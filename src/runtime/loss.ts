// The losses of each head (transformers 5.17, loss_utils.py) and the routers' auxiliary loss, on the CPU in double precision.
import { InputError } from '../errors.ts';
import type { ProblemType } from '../models/model.ts';
import type { Tensor } from './tensor.ts';

const IGNORED = -100;

type Rows = readonly (readonly number[])[];

/** Mean of −log softmax(logits[t])[labels[t + 1]] over labels that are not −100; NaN where there is none. */
export function causalLoss(logits: Tensor, labels: Rows): number {
  const [batch = 0, tokens = 0, vocab = 0] = logits.dims;
  if (labels[0]?.length !== tokens) {
    throw new InputError({
      what: 'labels need the logits of all positions',
      expected: `${labels[0]?.length ?? 0} positions`,
      actual: `${tokens}`,
      remedy: 'leave out logits_to_keep where labels are given',
    });
  }
  const shifted = Array.from({ length: batch }, (_, b) => [...(labels[b]?.slice(1) ?? []), IGNORED]);
  return crossEntropy(logits.data, vocab, shifted.flat(), IGNORED);
}

/** Mean of −log softmax(logits[t])[labels[t]] over labels that are not −100. */
export function tokenLoss(logits: Tensor, labels: Rows): number {
  return crossEntropy(logits.data, logits.dims[2] ?? 0, labels.flat(), IGNORED);
}

/**
 * The loss of a sequence classifier: squares for regression, cross entropy for one label, binary cross entropy for several.
 * Without a problem type: regression where there is one logit, one label where each sequence has one number, else several.
 */
export function sequenceLoss(logits: Tensor, labels: Rows, problem: ProblemType | undefined): number {
  const [, width = 0] = logits.dims;
  const perSequence = labels[0]?.length ?? 0;
  const guessed = perSequence === 1 ? 'single_label_classification' : 'multi_label_classification';
  const type = problem ?? (width === 1 ? 'regression' : guessed);
  const wanted = type === 'single_label_classification' ? 1 : width;
  if (perSequence !== wanted) {
    throw new InputError({
      what: `labels have the wrong shape for ${type}`,
      expected: `${wanted} per sequence`,
      actual: `${perSequence}`,
      remedy: 'correct the labels, or problem_type in the configuration',
    });
  }
  const values = labels.flat();
  if (type === 'single_label_classification') return crossEntropy(logits.data, width, values, IGNORED);
  const losses = values.map((value, i) => {
    const logit = logits.data[i] as number;
    if (type === 'regression') return (logit - value) ** 2;
    return Math.max(logit, 0) - logit * value + Math.log1p(Math.exp(-Math.abs(logit)));
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** The mean of the cross entropies of start and end over positions; positions past the tokens are ignored. */
export function spanLoss(
  starts: Tensor,
  ends: Tensor,
  positions: readonly [readonly number[], readonly number[]],
): number {
  const [, tokens = 0] = starts.dims;
  const one = (logits: Tensor, wanted: readonly number[]) => {
    const clamped = wanted.map((position) => Math.min(Math.max(position, 0), tokens));
    return crossEntropy(logits.data, tokens, clamped, tokens);
  };
  return (one(starts, positions[0]) + one(ends, positions[1])) / 2;
}

/**
 * How unevenly tokens are spread: E · Σ_{slot, e} (share of tokens whose slot-th expert is e) · (mean probability of e), over
 * the tokens of all layers (Switch Transformers, arXiv 2101.03961; transformers 5.17, load_balancing_loss_func).
 * @param mask `[B, T]`: tokens of padding do not count.
 */
export function auxiliaryLoss(routerLogits: readonly Tensor[], chosen: number, mask: Rows | undefined): number {
  const experts = routerLogits[0]?.dims[1] ?? 0;
  const counts = new Float64Array(chosen * experts);
  const probabilities = new Float64Array(experts);
  const counted = mask?.flat();
  let tokens = 0;
  for (const { data, dims } of routerLogits) {
    for (let row = 0; row < (dims[0] ?? 0); row++) {
      if (counted?.[row] === 0) continue;
      tokens++;
      const logits = Array.from(data.subarray(row * experts, (row + 1) * experts));
      const norm = logSumExp(logits, 0, experts);
      logits.forEach((logit, e) => {
        probabilities[e] = (probabilities[e] as number) + Math.exp(logit - norm);
      });
      const order = [...logits.keys()].sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
      order.slice(0, chosen).forEach((e, slot) => {
        counts[slot * experts + e] = (counts[slot * experts + e] as number) + 1;
      });
    }
  }
  const sum = counts.reduce((total, count, i) => total + count * (probabilities[i % experts] as number), 0);
  return (experts * sum) / tokens ** 2;
}

/** Mean of −log softmax(row)[label] over rows whose label is not `ignored`; NaN where there is none. */
function crossEntropy(data: ArrayLike<number>, width: number, labels: readonly number[], ignored: number): number {
  let sum = 0;
  let count = 0;
  labels.forEach((label, row) => {
    if (label === ignored) return;
    if (!Number.isInteger(label) || label < 0 || label >= width) {
      throw new InputError({
        what: 'A label is out of range',
        expected: `0 to ${width - 1}, or ${ignored}`,
        actual: String(label),
        remedy: 'correct the labels',
      });
    }
    sum += logSumExp(data, row * width, width) - (data[row * width + label] as number);
    count++;
  });
  return count === 0 ? Number.NaN : sum / count;
}

function logSumExp(data: ArrayLike<number>, from: number, count: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) top = Math.max(top, data[from + i] as number);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp((data[from + i] as number) - top);
  return top + Math.log(sum);
}
