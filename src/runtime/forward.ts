// The reference's forward contract: batches, paddings, positions, embeddings, caches, kept logits, hidden states, attentions,
// router logits, losses. For looking inside and for scoring; chat goes through generate.ts, which reads nothing back but ids.
import { withErrorScopes } from '../gpu/error-scopes.ts';
import { readBuffer } from '../gpu/read-back.ts';
import type { Plan } from '../graph/plan.ts';
import { attentionsName } from '../graph/planner.ts';
import { WIDTH_STEP } from '../kernels/kernel.ts';
import { loadPart } from '../load-part.ts';
import type { ForwardRequest } from '../models/model.ts';
import { alignUp } from '../tensor/dtype.ts';
import { type CheckedInputs, checkInputs, type ForwardInputs } from './forward-inputs.ts';
import type { LoadedModel } from './loaded-model.ts';
import { Session } from './session.ts';
import { Tensor } from './tensor.ts';

export type { ForwardInputs, Matrix } from './forward-inputs.ts';

type Losses = typeof import('./loss.ts');

export interface ForwardOutputs {
  /** [B, T or kept, V] of language models, [B, labels] of sequence and [B, T, labels] of token classifiers. */
  logits?: Tensor;
  /** [B, T], of question answering. */
  start_logits?: Tensor;
  end_logits?: Tensor;
  /** [B, T, M], of models without a head. */
  last_hidden_state?: Tensor;
  /** L + 1 tensors [B, T, M]: embeddings first, the last one after the final norm. */
  hidden_states?: Tensor[];
  /** L tensors [B, H, T, S + T] */
  attentions?: Tensor[];
  /** One tensor [B · T, E] per mixture-of-experts layer. */
  router_logits?: Tensor[];
  /** How unevenly the router spreads tokens over experts, where the family has this loss. */
  aux_loss?: number;
  loss?: number;
  past_key_values?: Session;
}

const CACHE_HEADROOM = 1024;
/** Most bytes of logits in one step. */
const LOGITS_BYTES = 64 * 1024 * 1024;
/** Most bytes of one layer's attention weights in one step. */
const ATTENTIONS_BYTES = 32 * 1024 * 1024;

/**
 * One forward pass over `[B, T]` tokens, as the reference's `forward`.
 * @throws {InputError} arguments of the wrong shape or range, or more tokens than the cache has room for.
 */
export async function forward(loaded: LoadedModel, inputs: ForwardInputs): Promise<ForwardOutputs> {
  loaded.throwIfDisposed();
  const checked = checkInputs(loaded, inputs);
  const { batch, tokens } = checked;
  const keepsCache = inputs.use_cache ?? inputs.past_key_values !== undefined;
  const capacity = inputs.max_cache_length ?? tokens + (keepsCache ? CACHE_HEADROOM : 0);
  const session = inputs.past_key_values ?? (await Session.open(loaded, { batch, capacity }));
  const length = session.cache.length;
  try {
    session.cache.reserve(tokens);
    if (checked.mask) session.cache.setMask(length, checked.mask);
    else if (session.cache.masked)
      session.cache.setMask(
        length,
        Array.from({ length: batch }, () => Array(tokens).fill(1)),
      );
    const outputs = await withErrorScopes(loaded.gpu, 'Forward', () => new ForwardCall(session, inputs, checked).run());
    if (keepsCache) outputs.past_key_values = session;
    return outputs;
  } catch (error) {
    session.cache.length = length;
    throw error;
  } finally {
    if (!keepsCache) session.dispose();
  }
}

/** One call in chunks: collects each chunk's outputs at their place. */
class ForwardCall {
  readonly #session: Session;
  readonly #inputs: ForwardInputs;
  readonly #checked: CheckedInputs;
  readonly #past: number;
  readonly #outputs = new Map<string, Float32Array>();

  constructor(session: Session, inputs: ForwardInputs, checked: CheckedInputs) {
    this.#session = session;
    this.#inputs = inputs;
    this.#checked = checked;
    this.#past = session.cache.length;
  }

  async run(): Promise<ForwardOutputs> {
    const { tokens, labels, spans } = this.#checked;
    const { auxLossCoefficient } = this.#session.loaded.model.routed ?? {};
    // Few calls ask for a loss. What computes it is loaded first: where it cannot be, no token has gone into the cache.
    const hasLoss =
      labels !== undefined || spans !== undefined || (this.#routerLogits && auxLossCoefficient !== undefined);
    const losses = hasLoss ? await loadPart(import('./loss.ts')) : undefined;
    const chunk = this.#chunkTokens();
    for (let from = 0; from < tokens; from += chunk) await this.#runChunk(from, Math.min(chunk, tokens - from), chunk);
    return this.#collect(losses);
  }

  /** Tokens per step: bounded by the session and by the size of what is read back. */
  #chunkTokens(): number {
    const { batch, tokens, kept } = this.#checked;
    const { model } = this.#session.loaded;
    if (model.bidirectional) return tokens;
    let most = Math.min(this.#session.chunkTokens, tokens);
    if (model.hasLogits && !kept) {
      most = Math.min(most, Math.floor(LOGITS_BYTES / (batch * alignUp(model.logitsWidth, WIDTH_STEP) * 4)));
    }
    if (this.#inputs.output_attentions) {
      const heads = Math.max(...model.attention.map((shape) => shape.heads));
      most = Math.min(most, Math.floor(ATTENTIONS_BYTES / (batch * heads * this.#session.cache.capacity * 4)));
    }
    return Math.max(most, 1);
  }

  async #runChunk(from: number, tokens: number, capacity: number): Promise<void> {
    const { ids, embeds, kept, positions, batch, tokens: allTokens } = this.#checked;
    const { loaded } = this.#session;
    const { model, gpu } = loaded;
    const keptHere = kept && keptInChunk(kept, from, tokens);
    let head: ForwardRequest['head'] = 'hidden';
    if (model.hasLogits) head = !keptHere ? 'logits' : keptHere.length > 0 ? 'keptLogits' : 'none';
    const keptRows = keptHere?.length ?? 0;
    const plan = await this.#session.plan({
      input: ids ? 'ids' : 'embeds',
      head,
      hiddenStates: this.#inputs.output_hidden_states ?? false,
      attentions: this.#inputs.output_attentions ?? false,
      routerLogits: this.#routerLogits,
      tokens: capacity,
      kept: head === 'keptLogits' ? this.#mostKept(capacity) : 0,
    });
    if (ids) {
      gpu.queue.writeBuffer(
        this.#session.ids,
        0,
        Uint32Array.from(ids.flatMap((row) => row.slice(from, from + tokens))),
      );
    } else if (embeds) {
      this.#uploadEmbeds(plan, embeds, from, tokens);
    }
    if (keptHere) {
      // A sequence whose position lies in another chunk sends any row; it is not read.
      const rows = Array.from({ length: batch }, (_, b) =>
        keptHere.map((index) => {
          const t = (kept?.[b]?.[index] as number) - from;
          return b * tokens + (t >= 0 && t < tokens ? t : 0);
        }),
      ).flat();
      gpu.queue.writeBuffer(this.#session.kept, 0, Uint32Array.from(rows));
    }
    const past = this.#past;
    const position = positions
      ? (sequence: number, t: number) => positions[sequence]?.[from + t] as number
      : (_: number, t: number) => past + from + t;
    const longest = positions ? Math.max(...positions.flat()) + 1 : past + allTokens;
    await loaded.pace.run(plan, this.#session.beginStep(tokens, keptRows, 0, longest, position));
    await this.#readChunk(plan, from, tokens, keptHere);
  }

  /** The most positions that are kept of one chunk. */
  #mostKept(chunk: number): number {
    const { kept = [], tokens } = this.#checked;
    let most = 0;
    for (let from = 0; from < tokens; from += chunk) most = Math.max(most, keptInChunk(kept, from, chunk).length);
    return most;
  }

  #uploadEmbeds(plan: Plan, embeds: Tensor, from: number, tokens: number): void {
    const { batch, tokens: all } = this.#checked;
    const target = plan.input;
    if (!target) throw new Error('the plan has no input');
    const { width, stride, buffer } = target;
    const rows = new Float32Array(batch * tokens * stride);
    for (let b = 0; b < batch; b++) {
      for (let t = 0; t < tokens; t++) {
        const at = (b * all + from + t) * width;
        rows.set(embeds.data.subarray(at, at + width), (b * tokens + t) * stride);
      }
    }
    this.#session.loaded.gpu.queue.writeBuffer(buffer, 0, rows);
  }

  /** Reads a chunk's outputs and puts them where they belong in the whole call's. */
  async #readChunk(plan: Plan, from: number, tokens: number, keptIndex: number[] | undefined): Promise<void> {
    const { batch, tokens: all, kept } = this.#checked;
    const { gpu } = this.#session.loaded;
    for (const [name, { buffer, rows, width, stride }] of plan.outputs) {
      const perSequence = rows === 'kept' ? (keptIndex?.length ?? 0) : tokens;
      const total = rows === 'kept' ? (kept?.[0]?.length ?? 0) : all;
      const data = new Float32Array(await readBuffer(gpu, buffer, 0, batch * perSequence * stride * 4));
      const whole = this.#whole(name, batch * total * width);
      for (let b = 0; b < batch; b++) {
        for (let t = 0; t < perSequence; t++) {
          const to = rows === 'kept' ? (keptIndex?.[t] as number) : from + t;
          const position = rows === 'kept' ? (kept?.[b]?.[to] as number) : to;
          if (position < from || position >= from + tokens) continue;
          const at = (b * perSequence + t) * stride;
          whole.set(data.subarray(at, at + width), (b * total + to) * width);
        }
      }
    }
    const slots = this.#past + from + tokens;
    const allSlots = this.#past + all;
    for (const [name, buffer] of plan.extra) {
      const layer = Number(name.split('.')[1]);
      const heads = this.#session.loaded.model.attention[layer]?.heads ?? 0;
      const data = new Float32Array(await readBuffer(gpu, buffer, 0, batch * heads * tokens * slots * 4));
      const whole = this.#whole(name, batch * heads * all * allSlots);
      for (let head = 0; head < batch * heads; head++) {
        for (let t = 0; t < tokens; t++) {
          const at = (head * tokens + t) * slots;
          whole.set(data.subarray(at, at + slots), (head * all + from + t) * allSlots);
        }
      }
    }
  }

  #whole(name: string, elements: number): Float32Array {
    let data = this.#outputs.get(name);
    if (!data) {
      data = new Float32Array(elements);
      this.#outputs.set(name, data);
    }
    return data;
  }

  get #routerLogits(): boolean {
    return this.#inputs.output_router_logits ?? this.#session.loaded.model.routed?.output ?? false;
  }

  #tensor(name: string, dims: number[]): Tensor {
    return new Tensor(this.#outputs.get(name) ?? new Float32Array(0), dims);
  }

  #collect(losses: Losses | undefined): ForwardOutputs {
    const { batch, tokens } = this.#checked;
    const { model } = this.#session.loaded;
    const outputs: ForwardOutputs = {};
    if (this.#inputs.output_hidden_states) {
      outputs.hidden_states = Array.from({ length: model.layers + 1 }, (_, i) =>
        this.#tensor(`hidden_states.${i}`, [batch, tokens, model.hiddenSize]),
      );
    }
    if (this.#inputs.output_attentions) {
      outputs.attentions = model.attention.map(({ heads }, layer) =>
        this.#tensor(attentionsName(layer), [batch, heads, tokens, this.#past + tokens]),
      );
    }
    if (this.#routerLogits && model.routed) {
      outputs.router_logits = model.routed.experts.map((experts, i) => this.#columns(`router_logits.${i}`, 0, experts));
    }
    return { ...outputs, ...this.#collectHead(outputs.router_logits, losses) };
  }

  /** What the head gives, and its loss. */
  #collectHead(routerLogits: Tensor[] | undefined, losses: Losses | undefined): ForwardOutputs {
    const { batch, tokens, kept, repeated, labels, spans, mask } = this.#checked;
    const { model } = this.#session.loaded;
    const width = model.logitsWidth;
    switch (model.task) {
      case 'base':
        return { last_hidden_state: this.#tensor('last_hidden_state', [batch, tokens, model.hiddenSize]) };
      case 'causal': {
        let logits = this.#tensor('logits', [batch, kept?.[0]?.length ?? tokens, width]);
        if (repeated) logits = chosenRows(logits, repeated);
        const outputs: ForwardOutputs = { logits };
        if (labels) outputs.loss = losses?.causalLoss(logits, labels);
        const { auxLossCoefficient, chosen = 0 } = model.routed ?? {};
        if (auxLossCoefficient === undefined || !routerLogits || !losses) return outputs;
        outputs.aux_loss = losses.auxiliaryLoss(routerLogits, chosen, mask);
        if (outputs.loss !== undefined) outputs.loss += auxLossCoefficient * outputs.aux_loss;
        return outputs;
      }
      case 'sequence-classification': {
        const logits = this.#tensor('logits', [batch, width]);
        const { problemType } = model.classification ?? {};
        return labels && losses ? { logits, loss: losses.sequenceLoss(logits, labels, problemType) } : { logits };
      }
      case 'token-classification': {
        const logits = this.#tensor('logits', [batch, tokens, width]);
        return labels && losses ? { logits, loss: losses.tokenLoss(logits, labels) } : { logits };
      }
      case 'question-answering': {
        const start_logits = this.#columns('logits', 0, 1, [batch, tokens]);
        const end_logits = this.#columns('logits', 1, 1, [batch, tokens]);
        const loss = spans && losses && { loss: losses.spanLoss(start_logits, end_logits, spans) };
        return { start_logits, end_logits, ...loss };
      }
      default:
        return model.task satisfies never;
    }
  }

  /** `count` columns of an output from `first` on. */
  #columns(name: string, first: number, count: number, dims?: number[]): Tensor {
    const data = this.#outputs.get(name) ?? new Float32Array(0);
    const rows = this.#checked.batch * this.#checked.tokens;
    const width = data.length / rows;
    const columns = new Float32Array(rows * count);
    for (let row = 0; row < rows; row++) {
      columns.set(data.subarray(row * width + first, row * width + first + count), row * count);
    }
    return new Tensor(columns, dims ?? [rows, count]);
  }
}

/** `[B, K, V]`: these rows of each sequence of `[B, T, V]`. */
function chosenRows({ data, dims: [batch = 0, all = 0, width = 0] }: Tensor, rows: readonly number[]): Tensor {
  const chosen = new Float32Array(batch * rows.length * width);
  for (let b = 0; b < batch; b++) {
    for (const [i, row] of rows.entries()) {
      const at = (b * all + row) * width;
      chosen.set(data.subarray(at, at + width), (b * rows.length + i) * width);
    }
  }
  return new Tensor(chosen, [batch, rows.length, width]);
}

/** Indices of the kept positions that at least one sequence has in this chunk. */
function keptInChunk(kept: readonly (readonly number[])[], from: number, tokens: number): number[] {
  const inside = (position: number | undefined) =>
    position !== undefined && position >= from && position < from + tokens;
  return [...(kept[0] ?? []).keys()].filter((index) => kept.some((row) => inside(row[index])));
}
