// A model's forward pass as a list of ops on symbolic tensors. No GPU here: a plan (planner.ts) gives it buffers and kernels.
import type { ActivationName } from '../kernels/activation.ts';
import { type AttentionShape, type HeadNorm as HeadNormOf, paddedHeadDim } from '../kernels/attention.ts';
import type { RowClass } from '../kernels/kernel.ts';
import { MAX_EXPERTS, type Routing, routeWidth, usedSlots } from '../kernels/moe.ts';
import type { MatrixSpec, VectorSpec, WeightSpec } from './weights.ts';

export type { ActivationName, AttentionShape, Routing, WeightSpec };
export { MAX_EXPERTS };

/** An activation: `[rows, width]` in f32, where rows are all new tokens or only those the head needs. */
export interface Tensor {
  readonly id: number;
  readonly name: string;
  readonly rows: RowClass;
  readonly width: number;
}

export interface Norm {
  gain: VectorSpec;
  eps: number;
}

/** RMSNorm of each head of q and k, with the gains of q and then of k in one vector. */
export type HeadNorm = HeadNormOf<VectorSpec>;

/** Ops that a model records, and the fused forms that fusion rules put in their place. */
export type Op =
  /** y = table[ids] */
  | { kind: 'embed'; table: MatrixSpec; y: Tensor }
  /** y = the embeddings given by the caller */
  | { kind: 'input'; y: Tensor }
  /** y = RMSNorm(x) */
  | { kind: 'norm'; x: Tensor; norm: Norm; y: Tensor }
  /** y = act(norm(x) · Wᵀ + b) + residual; the last four only after fusion or where the model has a bias */
  | {
      kind: 'linear';
      x: Tensor;
      weight: MatrixSpec;
      bias?: VectorSpec | undefined;
      norm?: Norm | undefined;
      gate?: ActivationName | undefined;
      residual?: Tensor | undefined;
      y: Tensor;
    }
  /** y = act(gate) · up, of interleaved columns */
  | { kind: 'gate'; x: Tensor; activation: ActivationName; y: Tensor }
  /** y = a + b */
  | { kind: 'add'; a: Tensor; b: Tensor; y: Tensor }
  /** y = rotated q; k and v go to the cache of `layer` */
  | { kind: 'rope'; qkv: Tensor; shape: AttentionShape; headNorm?: HeadNorm | undefined; layer: number; y: Tensor }
  /** y = attention of rotated q over the cache of `layer` */
  | { kind: 'attend'; q: Tensor; shape: AttentionShape; layer: number; y: Tensor }
  /** rope and attend of one new token in one kernel */
  | {
      kind: 'ropeAttend';
      qkv: Tensor;
      shape: AttentionShape;
      headNorm?: HeadNorm | undefined;
      layer: number;
      y: Tensor;
    }
  /** the attention weights of `layer`, read out by the caller */
  | { kind: 'attentionWeights'; q: Tensor; shape: AttentionShape; layer: number }
  /** y = the kept rows of x */
  | { kind: 'selectRows'; x: Tensor; y: Tensor }
  /** y = the experts of each row and their weights; the bias is for choosing only */
  | { kind: 'route'; logits: Tensor; routing: Routing; bias?: VectorSpec | undefined; y: Tensor }
  /** y = each slot's expert applied to x: act(gate) · up of a row, or without `gate` the slot's own row, weighted */
  | {
      kind: 'experts';
      x: Tensor;
      routes: Tensor;
      routing: Routing;
      weight: MatrixSpec;
      gate?: ActivationName | undefined;
      y: Tensor;
    }
  /** y = Σ slots of x + weight · shared + residual; the last only after fusion */
  | {
      kind: 'sumSlots';
      x: Tensor;
      routes: Tensor;
      routing: Routing;
      shared?: Tensor | undefined;
      residual?: Tensor | undefined;
      y: Tensor;
    };

/** The tensors an op reads. */
export function readsOf(op: Op): Tensor[] {
  switch (op.kind) {
    case 'embed':
    case 'input':
      return [];
    case 'norm':
    case 'gate':
    case 'selectRows':
      return [op.x];
    case 'linear':
      return op.residual ? [op.x, op.residual] : [op.x];
    case 'add':
      return [op.a, op.b];
    case 'rope':
    case 'ropeAttend':
      return [op.qkv];
    case 'attend':
    case 'attentionWeights':
      return [op.q];
    case 'route':
      return [op.logits];
    case 'experts':
      return [op.x, op.routes];
    case 'sumSlots':
      return [op.x, op.routes, ...(op.shared ? [op.shared] : []), ...(op.residual ? [op.residual] : [])];
    default:
      return op satisfies never;
  }
}

/** The tensor an op makes, if it makes one. */
export function resultOf(op: Op): Tensor | undefined {
  return op.kind === 'attentionWeights' ? undefined : op.y;
}

/** Whether an op leaves something behind besides its result: keys and values in the cache, or attention weights. */
function hasEffect(op: Op): boolean {
  return op.kind === 'rope' || op.kind === 'ropeAttend' || op.kind === 'attentionWeights';
}

/** The weights an op uses. */
export function weightsOf(op: Op): WeightSpec[] {
  switch (op.kind) {
    case 'embed':
      return [op.table];
    case 'norm':
      return [op.norm.gain];
    case 'linear':
      return [op.weight, ...(op.bias ? [op.bias] : []), ...(op.norm ? [op.norm.gain] : [])];
    case 'rope':
    case 'ropeAttend':
      return op.headNorm ? [op.headNorm.gains] : [];
    case 'route':
      return op.bias ? [op.bias] : [];
    case 'experts':
      return [op.weight];
    default:
      return [];
  }
}

/** What the caller wants out of a graph: a name and the tensor that has it. */
export type Outputs = ReadonlyMap<string, Tensor>;

/** A recorded forward pass. */
export interface Graph {
  readonly ops: readonly Op[];
  readonly outputs: Outputs;
}

/** Records ops in order. A model's forward function calls these as if they computed. */
export class GraphBuilder {
  readonly #ops: Op[] = [];
  readonly #outputs = new Map<string, Tensor>();
  #nextId = 0;

  #tensor(name: string, rows: RowClass, width: number): Tensor {
    return { id: this.#nextId++, name, rows, width };
  }

  /** Embeddings of the step's token ids. `[tokens, M]` */
  embed(table: MatrixSpec): Tensor {
    const y = this.#tensor('embeddings', 'tokens', table.width);
    this.#ops.push({ kind: 'embed', table, y });
    return y;
  }

  /** Embeddings the caller gives. `[tokens, width]` */
  input(width: number): Tensor {
    const y = this.#tensor('inputs_embeds', 'tokens', width);
    this.#ops.push({ kind: 'input', y });
    return y;
  }

  /** RMSNorm over the width. */
  norm(x: Tensor, norm: Norm): Tensor {
    const y = this.#tensor(`norm ${norm.gain.name}`, x.rows, x.width);
    this.#ops.push({ kind: 'norm', x, norm, y });
    return y;
  }

  /** x · Wᵀ + b. `[rows, weight.rows]` */
  linear(x: Tensor, weight: MatrixSpec, bias?: VectorSpec): Tensor {
    const y = this.#tensor(weight.name, x.rows, weight.rows);
    this.#ops.push({ kind: 'linear', x, weight, bias, y });
    return y;
  }

  /** act(gate) · up of interleaved columns. `[rows, x.width / 2]` */
  gate(x: Tensor, activation: ActivationName): Tensor {
    const y = this.#tensor(`${activation} of ${x.name}`, x.rows, x.width / 2);
    this.#ops.push({ kind: 'gate', x, activation, y });
    return y;
  }

  /** a + b */
  add(a: Tensor, b: Tensor): Tensor {
    const y = this.#tensor(`${a.name} + ${b.name}`, a.rows, a.width);
    this.#ops.push({ kind: 'add', a, b, y });
    return y;
  }

  /** Rotates q and k of a packed projection, appends k and v to the cache of `layer`, gives q. `[tokens, H·D padded]` */
  rope(qkv: Tensor, shape: AttentionShape, layer: number, headNorm?: HeadNorm): Tensor {
    const y = this.#tensor(`layer ${layer} q`, 'tokens', shape.heads * paddedHeadDim(shape.headDim));
    this.#ops.push({ kind: 'rope', qkv, shape, headNorm, layer, y });
    return y;
  }

  /** Attention of q over the cache of `layer`. `[tokens, H·D]` */
  attend(q: Tensor, shape: AttentionShape, layer: number): Tensor {
    const y = this.#tensor(`layer ${layer} attention`, 'tokens', shape.heads * shape.headDim);
    this.#ops.push({ kind: 'attend', q, shape, layer, y });
    return y;
  }

  /** Makes the attention weights of `layer` readable. */
  attentionWeights(q: Tensor, shape: AttentionShape, layer: number): void {
    this.#ops.push({ kind: 'attentionWeights', q, shape, layer });
  }

  /** Only the rows that go on to the head. `[kept, width]` */
  selectRows(x: Tensor): Tensor {
    const y = this.#tensor(`kept ${x.name}`, 'kept', x.width);
    this.#ops.push({ kind: 'selectRows', x, y });
    return y;
  }

  /** The experts of each row and their weights, from the router's logits. */
  route(logits: Tensor, routing: Routing, bias?: VectorSpec): Tensor {
    const y = this.#tensor(`routes of ${logits.name}`, logits.rows, routeWidth(routing));
    this.#ops.push({ kind: 'route', logits, routing, bias, y });
    return y;
  }

  /**
   * Each slot's expert. With `gate`, x is one row for all slots and the result is act(gate) · up of each, `[rows, slots, F]`; without,
   * x has a row per slot and the result is weighted, `[rows, slots, M]`. Slots are padded as the weight's blocks are.
   */
  experts(x: Tensor, routes: Tensor, routing: Routing, weight: MatrixSpec, gate?: ActivationName): Tensor {
    const block = weight.blockRows ?? 0;
    const y = this.#tensor(weight.name, x.rows, usedSlots(routing) * (gate ? block / 2 : block));
    this.#ops.push({ kind: 'experts', x, routes, routing, weight, gate, y });
    return y;
  }

  /** The sum of a row's slots, and of `shared` by its weight. `[rows, width]` */
  sumSlots(x: Tensor, routes: Tensor, routing: Routing, width: number, shared?: Tensor): Tensor {
    const y = this.#tensor(`sum of ${x.name}`, x.rows, width);
    this.#ops.push({ kind: 'sumSlots', x, routes, routing, shared, y });
    return y;
  }

  /** Makes a tensor an output: it keeps its place to the end of the step, and the op that makes it stays unfused. */
  output(name: string, tensor: Tensor): void {
    this.#outputs.set(name, tensor);
  }

  /** What was recorded, without the ops that neither an output nor the cache needs: behind the last KV write where there is no head. */
  finish(): Graph {
    const needed = new Set(this.#outputs.values());
    const isNeeded = (op: Op) => {
      const result = resultOf(op);
      return hasEffect(op) || (result !== undefined && needed.has(result));
    };
    const ops: Op[] = [];
    for (const op of this.#ops.toReversed()) {
      if (!isNeeded(op)) continue;
      for (const tensor of readsOf(op)) needed.add(tensor);
      ops.push(op);
    }
    return { ops: ops.reverse(), outputs: this.#outputs };
  }
}
