// The loss of causal language models (transformers 5.17, loss_utils.py): cross entropy against the next token.
import { InputError } from '../errors.ts';
import type { Tensor } from './tensor.ts';

const IGNORED = -100;

/** Mean of −log softmax(logits[t])[labels[t + 1]] over labels that are not −100; NaN where there is none. */
export function causalLoss(logits: Tensor, labels: readonly (readonly number[])[]): number {
  const [batch = 0, tokens = 0, vocab = 0] = logits.dims;
  if (labels[0]?.length !== tokens) {
    throw new InputError({
      what: 'labels need the logits of all positions',
      expected: `${labels[0]?.length ?? 0} positions`,
      actual: `${tokens}`,
      remedy: 'leave out logits_to_keep where labels are given',
    });
  }
  let sum = 0;
  let count = 0;
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t + 1 < tokens; t++) {
      const label = labels[b]?.[t + 1] ?? IGNORED;
      if (label === IGNORED) continue;
      if (label < 0 || label >= vocab) {
        throw new InputError({
          what: 'A label is outside the vocabulary',
          expected: `0 to ${vocab - 1}, or ${IGNORED}`,
          actual: String(label),
          remedy: 'correct the labels',
        });
      }
      const at = (b * tokens + t) * vocab;
      sum += logSumExp(logits.data, at, vocab) - (logits.data[at + label] as number);
      count++;
    }
  }
  return count === 0 ? Number.NaN : sum / count;
}

function logSumExp(data: ArrayLike<number>, from: number, count: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) top = Math.max(top, data[from + i] as number);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp((data[from + i] as number) - top);
  return top + Math.log(sum);
}
