// Which tensors have their norm prepared, on small graphs without a GPU.
import { describe, expect, it } from 'vitest';
import { FUSION_RULES } from './fusion/index.ts';
import { fuse } from './fusion/rule.ts';
import { type Graph, GraphBuilder, type Tensor } from './graph.ts';
import { normsAhead } from './norms-ahead.ts';
import { matrix, vector } from './weights.ts';

const weight = (name: string) => matrix([{ tensor: name, rows: 8 }], 8);
const normOf = (name: string) => ({ gain: vector([{ tensor: name, rows: 8 }]), eps: 1e-6 });

/** The tensors found, each with the gain of its norm. */
function found(record: (g: GraphBuilder, x: Tensor) => void, fewRows = true): string[] {
  const g = new GraphBuilder();
  record(g, g.input(8));
  const fused: Graph = fuse(g.finish(), FUSION_RULES, () => fewRows, true);
  return [...normsAhead(fused, () => fewRows)].map(([tensor, { norm }]) => `${tensor.name}: ${norm.gain.name}`);
}

describe('normsAhead', () => {
  it('finds what a product makes and the next one reads through a norm', () => {
    const layer = (g: GraphBuilder, x: Tensor) => {
      const first = g.add(x, g.linear(x, weight('a')));
      g.output('y', g.add(first, g.linear(g.norm(first, normOf('g1')), weight('b'))));
    };
    expect(found(layer)).toEqual(['inputs_embeds + a: g1']);
    expect(found(layer, false)).toEqual([]);
  });

  it('finds nothing where the rows come from elsewhere', () => {
    expect(found((g, x) => g.output('y', g.linear(g.norm(x, normOf('g1')), weight('a'))))).toEqual([]);
  });

  it('leaves alone what the caller wants, and what is read through two norms', () => {
    const wanted = (g: GraphBuilder, x: Tensor) => {
      const first = g.linear(x, weight('a'));
      g.output('hidden', first);
      g.output('y', g.linear(g.norm(first, normOf('g1')), weight('b')));
    };
    const two = (g: GraphBuilder, x: Tensor) => {
      const first = g.linear(x, weight('a'));
      g.output('y', g.linear(g.norm(first, normOf('g1')), weight('b')));
      g.output('z', g.linear(g.norm(first, normOf('g2')), weight('c')));
    };
    expect(found(wanted)).toEqual([]);
    expect(found(two)).toEqual([]);
  });

  it('leaves alone a product behind a norm of its own', () => {
    const chain = (g: GraphBuilder, x: Tensor) => {
      const first = g.linear(g.norm(x, normOf('g1')), weight('a'));
      g.output('y', g.linear(g.norm(first, normOf('g2')), weight('b')));
    };
    expect(found(chain)).toEqual([]);
  });
});
