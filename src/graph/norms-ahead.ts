// Which products prepare the norm of the one behind them. Not a fusion: ops stay as they are, and tensors gain what lies behind them.
import type { Graph, Norm, Tensor } from './graph.ts';
import type { MatrixSpec } from './weights.ts';

/** The norm that a tensor's readers take of it, and the weight of the product that makes it. */
export interface NormedTensor {
  norm: Norm;
  weight: MatrixSpec;
}

/**
 * Tensors of few rows that a product, itself without a norm, makes and others read through one norm. Outputs stay as callers know them.
 */
export function normsAhead(
  { ops, outputs }: Graph,
  fewRows: (tensor: Tensor) => boolean,
): ReadonlyMap<Tensor, NormedTensor> {
  const wanted = new Set(outputs.values());
  const norms = new Map<Tensor, Set<Norm>>();
  for (const op of ops) {
    if (op.kind === 'linear' && op.norm) norms.set(op.x, (norms.get(op.x) ?? new Set()).add(op.norm));
  }
  const found = new Map<Tensor, NormedTensor>();
  for (const op of ops) {
    if (op.kind !== 'linear' || op.gate || op.norm || wanted.has(op.y) || !fewRows(op.y)) continue;
    const [norm, other] = norms.get(op.y) ?? [];
    if (norm && !other) found.set(op.y, { norm, weight: op.weight });
  }
  return found;
}
