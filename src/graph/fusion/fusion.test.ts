// The fusion rules on small graphs, without a GPU: where each applies, and where it must not.
import { describe, expect, it } from 'vitest';
import { type Graph, GraphBuilder, type Op, type Tensor } from '../graph.ts';
import { matrix, vector } from '../weights.ts';
import { FUSION_RULES } from './index.ts';
import { linearAdd } from './linear-add.ts';
import { linearGate } from './linear-gate.ts';
import { normLinear } from './norm-linear.ts';
import { ropeAttend } from './rope-attend.ts';
import { type FusionRule, fuse } from './rule.ts';

const SHAPE = { heads: 2, kvHeads: 1, headDim: 4, scale: 0.5 };
const weight = (name: string, rows: number, width = 8) => matrix([{ tensor: name, rows }], width);
const norm = { gain: vector([{ tensor: 'gain', rows: 8 }]), eps: 1e-6 };

function graph(record: (g: GraphBuilder, x: Tensor) => void): Graph {
  const g = new GraphBuilder();
  record(g, g.input(8));
  return g.finish();
}

/** A layer as Llama's. */
const LAYER = graph((g, x) => {
  const q = g.rope(g.linear(g.norm(x, norm), weight('qkv', 16)), SHAPE, 0);
  const attended = g.add(x, g.linear(g.attend(q, SHAPE, 0), weight('o', 8)));
  const hidden = g.gate(g.linear(g.norm(attended, norm), weight('up', 24)), 'silu');
  g.output('y', g.add(attended, g.linear(hidden, weight('down', 8, 12))));
});

interface Options {
  fewRows?: boolean;
  oneToken?: boolean;
}

function kinds(
  source: Graph,
  rules: readonly FusionRule[],
  { fewRows = true, oneToken = true }: Options = {},
): string[] {
  return fuse(source, rules, () => fewRows, oneToken).ops.map((op) => op.kind);
}

/** Every tensor that is read or wanted is made before. */
function isSound({ ops, outputs }: Graph): boolean {
  const made = new Set<Tensor>();
  const reads = (op: Op) =>
    Object.entries(op).flatMap(([name, value]) =>
      ['x', 'a', 'b', 'q', 'qkv', 'residual'].includes(name) && value ? [value] : [],
    );
  for (const op of ops) {
    if (!reads(op).every((tensor) => made.has(tensor as Tensor))) return false;
    if ('y' in op) made.add(op.y);
  }
  return [...outputs.values()].every((tensor) => made.has(tensor));
}

describe('fusion', () => {
  it('makes five ops of a layer', () => {
    expect(kinds(LAYER, FUSION_RULES)).toEqual(['input', 'linear', 'ropeAttend', 'linear', 'linear', 'linear']);
  });

  it.each([
    ['linear-gate', linearGate, {}, 11],
    ['linear-add', linearAdd, {}, 10],
    ['norm-linear', normLinear, {}, 10],
    ['norm-linear of many rows', normLinear, { fewRows: false }, 12],
    ['rope-attend', ropeAttend, {}, 11],
    ['rope-attend of many tokens', ropeAttend, { oneToken: false }, 12],
  ] as [string, FusionRule, Options, number][])('%s leaves %#', (_, rule, options, count) => {
    expect(LAYER.ops).toHaveLength(12);
    expect(kinds(LAYER, [rule], options)).toHaveLength(count);
  });

  it('keeps graphs sound whichever rules run', () => {
    for (let chosen = 0; chosen < 2 ** FUSION_RULES.length; chosen++) {
      const rules = FUSION_RULES.filter((_, i) => chosen & (1 << i));
      for (const oneToken of [true, false]) {
        const fused = fuse(LAYER, rules, () => oneToken, oneToken);
        expect(isSound(fused)).toBe(true);
        expect(fused.outputs).toBe(LAYER.outputs);
      }
    }
    expect(kinds(LAYER, [])).toEqual(LAYER.ops.map((op) => op.kind));
  });

  const kept: [string, FusionRule, Graph][] = [
    [
      'a linear whose result is wanted itself (add)',
      linearAdd,
      graph((g, x) => {
        const y = g.linear(x, weight('w', 8));
        g.output('tap', y);
        g.output('y', g.add(x, y));
      }),
    ],
    [
      'a linear that is read twice (add)',
      linearAdd,
      graph((g, x) => {
        const y = g.linear(x, weight('w', 8));
        g.output('y', g.add(g.add(x, y), y));
      }),
    ],
    [
      'a linear whose result is wanted itself (gate)',
      linearGate,
      graph((g, x) => {
        const y = g.linear(x, weight('w', 16));
        g.output('tap', y);
        g.output('y', g.gate(y, 'silu'));
      }),
    ],
    ['a gate of something that is no linear', linearGate, graph((g, x) => g.output('y', g.gate(x, 'silu')))],
    [
      'a norm that is wanted itself',
      normLinear,
      graph((g, x) => {
        const y = g.norm(x, norm);
        g.output('tap', y);
        g.output('y', g.linear(y, weight('w', 8)));
      }),
    ],
    [
      'a rope whose q the attention weights read',
      ropeAttend,
      graph((g, x) => {
        const q = g.rope(g.linear(x, weight('qkv', 16)), SHAPE, 0);
        g.attentionWeights(q, SHAPE, 0);
        g.output('y', g.attend(q, SHAPE, 0));
      }),
    ],
  ];
  it.each(kept)('leaves %s', (_, rule, source) => {
    expect(kinds(source, [rule])).toEqual(source.ops.map((op) => op.kind));
  });

  it('keeps a norm that another op still reads', () => {
    const source = graph((g, x) => {
      const y = g.norm(x, norm);
      g.output('a', g.linear(y, weight('a', 8)));
      g.output('b', g.add(x, y));
    });
    expect(kinds(source, [normLinear])).toEqual(['input', 'norm', 'linear', 'add']);
    const twice = graph((g, x) => {
      const y = g.norm(x, norm);
      g.output('a', g.linear(y, weight('a', 8)));
      g.output('b', g.linear(y, weight('b', 8)));
    });
    expect(isSound(fuse(twice, [normLinear], () => true, true))).toBe(true);
  });

  it('keeps a bias, and never gates and adds in one', () => {
    const source = graph((g, x) => {
      const bias = vector([{ tensor: 'bias', rows: 16 }]);
      const gated = g.gate(g.linear(x, weight('w', 16), bias), 'relu');
      g.output('y', g.add(x, gated));
    });
    const fused = fuse(source, FUSION_RULES, () => true, true).ops;
    expect(fused.map((op) => op.kind)).toEqual(['input', 'linear', 'add']);
    expect(fused[1]).toMatchObject({ gate: 'relu', bias: { name: 'bias' } });
  });
});
