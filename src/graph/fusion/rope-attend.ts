// attend(rope(qkv)) with one new token a sequence → split-KV decode attention, which rotates and appends by itself.
import type { FusionRule } from './rule.ts';

export const ropeAttend: FusionRule = {
  name: 'rope-attend',
  match(op, facts) {
    if (op.kind !== 'attend' || !facts.oneToken) return undefined;
    const rope = facts.maker(op.q);
    if (rope?.kind !== 'rope' || facts.isOutput(rope.y) || facts.readers(rope.y).length > 1) return undefined;
    return {
      op: { ...rope, kind: 'ropeAttend', shape: op.shape, y: op.y },
      replaced: [rope],
    };
  },
};
