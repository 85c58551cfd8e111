// What a fusion rule is, and the pass that applies rules. Each rule is a file; each can be left out.
import { type Graph, type Op, readsOf, resultOf, type Tensor } from '../graph.ts';

/** Facts about the graph that rules ask for. */
export interface GraphFacts {
  /** Ops that read a tensor. */
  readers(tensor: Tensor): readonly Op[];
  /** The op that makes a tensor. */
  maker(tensor: Tensor): Op | undefined;
  /** Whether the caller wants this tensor itself. */
  isOutput(tensor: Tensor): boolean;
  /** Whether at most a few rows pass through (decode, or what the head needs of a prompt). */
  fewRows(tensor: Tensor): boolean;
  /** Whether each sequence has exactly one new token. */
  oneToken: boolean;
}

/** Rewrites one op; the replacement takes the place of `op` and makes every op in `replaced` unnecessary. */
export interface Fusion {
  op: Op;
  replaced: readonly Op[];
}

export interface FusionRule {
  readonly name: string;
  /** The fused form of `op`, or undefined where the rule does not apply. */
  match(op: Op, facts: GraphFacts): Fusion | undefined;
}

function factsOf(graph: Graph, fewRows: (tensor: Tensor) => boolean, oneToken: boolean): GraphFacts {
  const readers = new Map<Tensor, Op[]>();
  const makers = new Map<Tensor, Op>();
  for (const op of graph.ops) {
    for (const tensor of readsOf(op)) readers.set(tensor, [...(readers.get(tensor) ?? []), op]);
    const result = resultOf(op);
    if (result) makers.set(result, op);
  }
  const wanted = new Set(graph.outputs.values());
  return {
    readers: (tensor) => readers.get(tensor) ?? [],
    maker: (tensor) => makers.get(tensor),
    isOutput: (tensor) => wanted.has(tensor),
    fewRows,
    oneToken,
  };
}

/** Applies each rule in turn, once over the whole graph. */
export function fuse(
  graph: Graph,
  rules: readonly FusionRule[],
  fewRows: (tensor: Tensor) => boolean,
  oneToken: boolean,
): Graph {
  let current = graph;
  for (const rule of rules) {
    const facts = factsOf(current, fewRows, oneToken);
    const removed = new Set<Op>();
    const replacement = new Map<Op, Op>();
    for (const op of current.ops) {
      if (removed.has(op)) continue;
      const fusion = rule.match(op, facts);
      if (!fusion || fusion.replaced.some((other) => removed.has(other) || replacement.has(other))) continue;
      replacement.set(op, fusion.op);
      for (const other of fusion.replaced) removed.add(other);
    }
    // A removed op must have lost all its readers to this rule; otherwise it stays.
    const ops = current.ops.map((op) => replacement.get(op) ?? op);
    const read = new Set(ops.filter((op) => !removed.has(op)).flatMap(readsOf));
    current = {
      ops: ops.filter((op) => {
        if (!removed.has(op)) return true;
        const result = resultOf(op);
        return result !== undefined && read.has(result);
      }),
      outputs: current.outputs,
    };
  }
  return current;
}
