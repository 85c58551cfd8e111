// linear(norm(x)) → a GEMV that scales by the norm itself: the sum of squares rides along with the product.
import type { FusionRule } from './rule.ts';

export const normLinear: FusionRule = {
  name: 'norm-linear',
  match(op, facts) {
    if (op.kind !== 'linear' || !facts.fewRows(op.x)) return undefined;
    const norm = facts.maker(op.x);
    if (norm?.kind !== 'norm' || facts.isOutput(norm.y)) return undefined;
    // Where something else needs the normed rows anyway (experts), reading them is less work than norming again.
    if (facts.readers(norm.y).some(({ kind }) => kind !== 'linear')) return undefined;
    return { op: { ...op, x: norm.x, norm: norm.norm }, replaced: [norm] };
  },
};
