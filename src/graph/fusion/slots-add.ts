// residual + the sum over experts → one sum that begins with the residual.
import type { FusionRule } from './rule.ts';

export const slotsAdd: FusionRule = {
  name: 'slots-add',
  match(op, facts) {
    if (op.kind !== 'add') return undefined;
    const sum = facts.maker(op.b);
    if (sum?.kind !== 'sumSlots' || sum.residual) return undefined;
    if (facts.isOutput(sum.y) || facts.readers(sum.y).length > 1) return undefined;
    return { op: { ...sum, residual: op.a, y: op.y }, replaced: [sum] };
  },
};
