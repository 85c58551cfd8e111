import { describe, expect, it } from 'vitest';
import { FUSION_RULES } from '../src/graph/fusion/index.ts';
import { fuse } from '../src/graph/fusion/rule.ts';
import type { AttentionShape, Op, Tensor } from '../src/graph/graph.ts';
import type { StepSize } from '../src/kernels/kernel.ts';
import { modelOf } from './bench.ts';
import { costOf, type StepFacts } from './cost.ts';

const SHAPE: AttentionShape = { heads: 4, kvHeads: 2, headDim: 16, scale: 1 };
let nextId = 0;
const tensor = (width: number): Tensor => ({ id: nextId++, name: 't', rows: 'tokens', width });

function facts(size: Partial<StepSize>): StepFacts {
  const whole = { batch: 1, tokens: 1, past: 0, kept: 0, splits: 1, capacity: 4096, counter: 0, ...size };
  return { size: whole, kvDType: 'f16', matrixBytes: ({ rows, width }) => rows * width * 2 };
}

describe('the cost of an op', () => {
  it('is that of every weight read once and used twice, over a whole decode step', () => {
    const model = modelOf('llama-3.2-1b');
    const { ops } = fuse(model.record({ input: 'ids', head: 'logits' }), FUSION_RULES, () => true, true);
    const costs = ops.map((op) => costOf(op, facts({ past: 1024 })));
    const bytes = costs.reduce((sum, cost) => sum + cost.bytes, 0);
    const flops = costs.reduce((sum, cost) => sum + cost.flops, 0);
    const weights = 1_235_814_400; // parameters of Llama 3.2 1B; its head is its table of embeddings
    const cache = 16 * 2 * 1025 * 8 * 64 * 2;
    const scores = 16 * 4 * 1025 * 32 * 64;
    expect(bytes / (weights * 2 + cache)).toBeCloseTo(1, 2);
    expect(flops / (weights * 2 + scores)).toBeCloseTo(1, 2);
  });

  it('of attention grows with what it sees, up to a window', () => {
    const attend = (shape: AttentionShape): Op => ({ kind: 'attend', q: tensor(64), shape, layer: 0, y: tensor(64) });
    const slotBytes = 2 * 2 * 16 * 2;
    const rowBytes = 2 * 64 * 4;
    expect(costOf(attend(SHAPE), facts({ tokens: 2, past: 10 }))).toEqual({
      bytes: 12 * slotBytes + 2 * rowBytes,
      flops: 4 * 4 * 16 * (11 + 12),
    });
    expect(costOf(attend({ ...SHAPE, window: 4 }), facts({ tokens: 2, past: 10 }))).toEqual({
      bytes: 5 * slotBytes + 2 * rowBytes,
      flops: 4 * 4 * 16 * (4 + 4),
    });
    expect(costOf(attend({ ...SHAPE, bidirectional: true }), facts({ tokens: 3 })).flops).toBe(4 * 4 * 16 * 9);
  });

  it('of experts counts those that are chosen: few by one row, nearly all by many', () => {
    const { ops } = modelOf('tiny-moe').record({ input: 'ids', head: 'logits' });
    const experts = ops.find((op) => op.kind === 'experts') as Op & { kind: 'experts' };
    const blockBytes = (experts.weight.blockRows as number) * experts.weight.width * 2;
    const blocks = (tokens: number) => costOf(experts, facts({ tokens })).bytes / blockBytes;
    // Two of eight, and two that are shared.
    expect(blocks(1)).toBeGreaterThan(4);
    expect(blocks(1)).toBeLessThan(4.5);
    const activations = (512 * (experts.x.width + experts.routes.width + experts.y.width) * 4) / blockBytes;
    expect(blocks(512) - activations).toBeCloseTo(10, 5);
  });
});
