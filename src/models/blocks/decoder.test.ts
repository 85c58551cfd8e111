// The recorded forward pass: a prompt's last layer has only what is read of it.
import { describe, expect, it } from 'vitest';
import { Fields } from '../../formats/fields.ts';
import { FUSION_RULES } from '../../graph/fusion/index.ts';
import { fuse } from '../../graph/fusion/rule.ts';
import { type Graph, type Op, resultOf } from '../../graph/graph.ts';
import type { ForwardRequest, Task } from '../model.ts';
import { createModel } from '../registry.ts';

const SIZES = {
  vocab_size: 40,
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
};
const MOE = { moe_intermediate_size: 8, num_experts: 4, num_experts_per_tok: 2 };

const LLAMA = { ...SIZES, model_type: 'llama', head_dim: 4 };

const MODELS: [string, Task, Record<string, string | number | boolean>][] = [
  ['llama', 'causal', LLAMA],
  ['qwen2_moe', 'causal', { ...SIZES, ...MOE, model_type: 'qwen2_moe', shared_expert_intermediate_size: 16 }],
  ['llama that sees both ways', 'sequence-classification', { ...LLAMA, is_causal: false }],
];

/** Ops by kind, those on kept rows marked. */
const kinds = ({ ops }: Graph) => ops.map((op) => `${op.kind}${resultOf(op)?.rows === 'kept' ? ' kept' : ''}`);
const lastIndexOf = (graph: Graph, kind: Op['kind']) => graph.ops.findLastIndex((op) => op.kind === kind);

describe.each(MODELS)('%s', (_, task, config) => {
  const model = createModel(new Fields(config, 'config.json'), task, new Set());
  const isMoe = model.routed !== undefined;
  const record = (head: ForwardRequest['head'], taps: Partial<ForwardRequest> = {}) =>
    model.record({ input: 'ids', head, ...taps });
  /** As for a prompt that ends with one kept row: GEMM for all tokens, GEMV for the kept row. */
  const fused = (graph: Graph) => fuse(graph, FUSION_RULES, ({ rows }) => rows === 'kept', false);

  it('goes on with the kept rows after the last attention', () => {
    const graph = record('keptLogits');
    const mlp = isMoe
      ? ['linear kept', 'route kept', 'experts kept', 'experts kept', 'sumSlots kept']
      : ['linear kept', 'gate kept', 'linear kept'];
    const select = ['selectRows kept', 'linear kept', 'selectRows kept', 'add kept'];
    expect(kinds(graph).slice(lastIndexOf(graph, 'attend') + 1)).toEqual(
      [select, 'norm kept', mlp, 'add kept', 'norm kept', 'linear kept'].flat(),
    );
    expect(graph.ops.filter(({ kind }) => kind === 'selectRows')).toHaveLength(2);

    const short = fused(graph);
    const fusedMlp = isMoe ? ['norm kept', ...mlp] : ['linear kept', 'linear kept'];
    expect(kinds(short).slice(lastIndexOf(short, 'attend') + 1)).toEqual(
      ['selectRows kept', 'selectRows kept', 'linear kept', fusedMlp, 'linear kept'].flat(),
    );
  });

  it('ends with the last keys and values where nothing is read', () => {
    const graph = record('none');
    const all = record('logits');
    expect(kinds(graph)).toEqual(kinds(all).slice(0, lastIndexOf(all, 'rope') + 1));
    expect(kinds(fused(graph)).at(-1)).toBe('rope');
  });

  it.each(['hidden', 'logits'] as const)('leaves nothing out for %s', (head) => {
    const graph = record(head);
    expect(kinds(graph)).toEqual(kinds(record(head, { hiddenStates: true })));
    expect(kinds(graph).join()).not.toContain('kept');
  });

  it.each(['hiddenStates', 'attentions', 'routerLogits'] as const)('has all rows of all layers for %s', (tap) => {
    const kept = kinds(record('keptLogits', { [tap]: true }));
    const whole = kinds(record('logits', { [tap]: true }));
    const ends =
      tap === 'hiddenStates'
        ? ['norm', 'selectRows kept', 'linear kept']
        : ['selectRows kept', 'norm kept', 'linear kept'];
    expect(kept).toEqual([...whole.slice(0, -2), ...ends]);
  });

  it('has what is read, where there is no head', () => {
    const outputs = (taps: Partial<ForwardRequest>) => [...record('none', taps).outputs.keys()];
    expect(outputs({ hiddenStates: true })).toEqual(['hidden_states.0', 'hidden_states.1', 'hidden_states.2']);
    expect(kinds(record('none', { hiddenStates: true }))).toEqual(kinds(record('hidden')));
    expect(kinds(record('none', { attentions: true })).at(-1)).toBe('attentionWeights');
    if (!isMoe) return;
    const graph = record('none', { routerLogits: true });
    expect([...graph.outputs.keys()]).toEqual(['router_logits.0', 'router_logits.1']);
    expect(graph.ops.at(-1)).toMatchObject({ kind: 'linear', y: graph.outputs.get('router_logits.1') });
  });

  it('has one row of all layers in decode', () => {
    const decode = fuse(record('logits'), FUSION_RULES, () => true, true);
    const layer = isMoe
      ? ['linear', 'ropeAttend', 'linear', 'norm', 'linear', 'route', 'experts', 'experts', 'sumSlots']
      : ['linear', 'ropeAttend', 'linear', 'linear', 'linear'];
    expect(kinds(decode)).toEqual(['embed', ...layer, ...layer, 'linear']);
  });
});
