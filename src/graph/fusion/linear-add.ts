// residual + linear(x) → a linear whose epilogue adds the residual.
import type { FusionRule } from './rule.ts';

export const linearAdd: FusionRule = {
  name: 'linear-add',
  match(op, facts) {
    if (op.kind !== 'add') return undefined;
    const linear = facts.maker(op.b);
    if (linear?.kind !== 'linear' || linear.gate || linear.residual) return undefined;
    if (facts.isOutput(linear.y) || facts.readers(linear.y).length > 1) return undefined;
    return { op: { ...linear, residual: op.a, y: op.y }, replaced: [linear] };
  },
};
