// gate(linear(x)) → a linear whose epilogue applies the activation to the pairs of columns it holds anyway.
import type { FusionRule } from './rule.ts';

export const linearGate: FusionRule = {
  name: 'linear-gate',
  match(op, facts) {
    if (op.kind !== 'gate') return undefined;
    const linear = facts.maker(op.x);
    if (linear?.kind !== 'linear' || linear.gate || linear.residual) return undefined;
    if (facts.isOutput(linear.y) || facts.readers(linear.y).length > 1) return undefined;
    return { op: { ...linear, gate: op.activation, y: op.y }, replaced: [linear] };
  },
};
