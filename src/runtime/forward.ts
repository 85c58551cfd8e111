// The reference's forward contract: batches, paddings, positions, embeddings, caches, kept logits, hidden states, attentions,
// loss. For looking inside and for scoring; chat goes through generate.ts, which reads nothing back but ids.
import { InputError } from '../errors.ts';
import { withErrorScopes } from '../gpu/error-scopes.ts';
import { readBuffer } from '../gpu/read-back.ts';
import type { Plan } from '../graph/plan.ts';
import { attentionsName } from '../graph/planner.ts';
import { WIDTH_STEP } from '../kernels/kernel.ts';
import type { ForwardRequest } from '../models/model.ts';
import { alignUp } from '../tensor/dtype.ts';
import type { LoadedModel } from './loaded-model.ts';
import { causalLoss } from './loss.ts';
import { Session } from './session.ts';
import { Tensor } from './tensor.ts';

/** Rows of numbers, one row per sequence. */
export type Matrix = readonly (readonly number[])[];

export interface ForwardInputs {
  /** [B, T] token ids; or `inputs_embeds`. */
  input_ids?: Matrix | Tensor;
  /** [B, T, M] */
  inputs_embeds?: Tensor;
  /** [B, T] or [B, S + T]: 1 for tokens, 0 for padding. */
  attention_mask?: Matrix | Tensor;
  /** [B, T] or [1, T]; counted from the cache's length when left out. */
  position_ids?: Matrix | Tensor;
  /** [B, T]: the loss is computed against them, shifted by one, −100 ignored. */
  labels?: Matrix | Tensor;
  /** Session of an earlier call with `use_cache`; it is continued in place. */
  past_key_values?: Session;
  /** Keep the cache and return it as `past_key_values`. */
  use_cache?: boolean;
  /** Slots of a cache made by `use_cache`; room for 1024 more tokens by default. */
  max_cache_length?: number;
  /** Logits of the last n positions only (0: all), or of these positions. */
  logits_to_keep?: number | readonly number[];
  output_hidden_states?: boolean;
  output_attentions?: boolean;
}

export interface ForwardOutputs {
  /** [B, T or kept, V] */
  logits?: Tensor;
  /** [B, T, M], of models without a head. */
  last_hidden_state?: Tensor;
  /** L + 1 tensors [B, T, M]: embeddings first, the last one after the final norm. */
  hidden_states?: Tensor[];
  /** L tensors [B, H, T, S + T] */
  attentions?: Tensor[];
  loss?: number;
  past_key_values?: Session;
}

const CACHE_HEADROOM = 1024;
/** Most bytes of logits in one step. */
const LOGITS_BYTES = 64 * 1024 * 1024;
/** Most bytes of one layer's attention weights in one step. */
const ATTENTIONS_BYTES = 32 * 1024 * 1024;

function wrongInput(what: string, expected: string, actual: string): InputError {
  return new InputError({ what, expected, actual, remedy: 'correct the arguments of the forward call' });
}

/** Rows of integers from either form of input. */
function rowsOf(name: string, value: Matrix | Tensor): number[][] {
  if (value instanceof Tensor) {
    if (value.dims.length !== 2) throw wrongInput(`${name} has the wrong shape`, '[batch, tokens]', `[${value.dims}]`);
    const [rows = 0, width = 0] = value.dims;
    return Array.from({ length: rows }, (_, i) => Array.from(value.data.slice(i * width, (i + 1) * width)));
  }
  if (!Array.isArray(value) || value.some((row) => !Array.isArray(row))) {
    throw wrongInput(`${name} is not a list of rows`, 'one list of numbers per sequence', typeof value);
  }
  return value.map((row) => [...row]);
}

function checkRows(name: string, rows: number[][], batch: number, widths: readonly number[]): void {
  const actual = `${rows.length} rows of ${[...new Set(rows.map((row) => row.length))].join(', ')}`;
  const width = rows[0]?.length ?? 0;
  if (rows.length !== batch || !widths.includes(width) || rows.some((row) => row.length !== width)) {
    throw wrongInput(`${name} has the wrong shape`, `${batch} rows of ${widths.join(' or ')}`, actual);
  }
  const bad = rows.flat().find((value) => !Number.isSafeInteger(value));
  if (bad !== undefined) throw wrongInput(`${name} holds something that is no integer`, 'integers', String(bad));
}

/** @throws {InputError} an id outside the vocabulary. */
export function checkIds(rows: Matrix, vocabSize: number): void {
  for (const row of rows) {
    for (const id of row) {
      if (!Number.isSafeInteger(id) || id < 0 || id >= vocabSize) {
        throw wrongInput('A token id is outside the vocabulary', `0 to ${vocabSize - 1}`, String(id));
      }
    }
  }
}

interface CheckedInputs {
  batch: number;
  tokens: number;
  ids: number[][] | undefined;
  embeds: Tensor | undefined;
  /** New tokens only. */
  mask: number[][] | undefined;
  /** Mask of the slots already cached, where the caller gave it again. */
  positions: number[][] | undefined;
  /** Positions whose logits are kept; undefined keeps all. */
  kept: number[] | undefined;
  labels: number[][] | undefined;
}

function checkInputs(loaded: LoadedModel, inputs: ForwardInputs): CheckedInputs {
  const { model } = loaded;
  const { input_ids, inputs_embeds, past_key_values } = inputs;
  if ((input_ids === undefined) === (inputs_embeds === undefined)) {
    throw wrongInput('Give one of input_ids and inputs_embeds', 'one', input_ids ? 'both' : 'neither');
  }
  const ids = input_ids && rowsOf('input_ids', input_ids);
  const [batch = 0, tokens = 0, width = 0] = ids ? [ids.length, ids[0]?.length ?? 0] : (inputs_embeds?.dims ?? []);
  if (batch < 1 || tokens < 1) throw wrongInput('The input is empty', 'at least one token', `${batch} × ${tokens}`);
  if (ids) {
    checkRows('input_ids', ids, batch, [tokens]);
    checkIds(ids, model.vocabSize);
  } else if (inputs_embeds?.dims.length !== 3 || width !== model.hiddenSize) {
    throw wrongInput('inputs_embeds has the wrong shape', `[B, T, ${model.hiddenSize}]`, `[${inputs_embeds?.dims}]`);
  }
  const past = past_key_values?.cache.length ?? 0;
  if (past_key_values && past_key_values.cache.batch !== batch) {
    throw wrongInput('past_key_values is of another batch', `${past_key_values.cache.batch} sequences`, `${batch}`);
  }
  if (past_key_values && past_key_values.loaded !== loaded) {
    throw wrongInput('past_key_values belongs to another model', 'a cache of this model', 'another');
  }
  let mask = inputs.attention_mask && rowsOf('attention_mask', inputs.attention_mask);
  if (mask) {
    checkRows('attention_mask', mask, batch, [tokens, past + tokens]);
    mask = mask.map((row) => row.slice(-tokens));
  }
  let positions = inputs.position_ids && rowsOf('position_ids', inputs.position_ids);
  if (positions) {
    checkRows('position_ids', positions, positions.length === 1 ? 1 : batch, [tokens]);
    if (positions.flat().some((value) => value < 0)) throw wrongInput('position_ids are negative', '0 or more', '< 0');
    if (positions.length === 1) positions = Array.from({ length: batch }, () => positions?.[0] as number[]);
  }
  const labels = inputs.labels && rowsOf('labels', inputs.labels);
  if (labels) checkRows('labels', labels, batch, [tokens]);
  return {
    batch,
    tokens,
    ids,
    embeds: inputs_embeds,
    mask,
    positions,
    kept: keptPositions(inputs.logits_to_keep, tokens),
    labels,
  };
}

function keptPositions(keep: ForwardInputs['logits_to_keep'], tokens: number): number[] | undefined {
  if (keep === undefined || keep === 0) return undefined;
  if (typeof keep === 'number') {
    if (!Number.isSafeInteger(keep) || keep < 0) throw wrongInput('logits_to_keep is no count', '0 or more', `${keep}`);
    const count = Math.min(keep, tokens);
    return Array.from({ length: count }, (_, i) => tokens - count + i);
  }
  const positions = keep.map((position) => (position < 0 ? position + tokens : position));
  const bad = positions.find((position) => !Number.isSafeInteger(position) || position < 0 || position >= tokens);
  if (bad !== undefined) throw wrongInput('logits_to_keep is out of range', `below ${tokens}`, String(bad));
  return positions;
}

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
  const session = inputs.past_key_values ?? new Session(loaded, { batch, capacity });
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
    const { tokens } = this.#checked;
    const chunk = this.#chunkTokens();
    for (let from = 0; from < tokens; from += chunk) await this.#runChunk(from, Math.min(chunk, tokens - from), chunk);
    return this.#collect();
  }

  /** Tokens per step: bounded by the session and by the size of what is read back. */
  #chunkTokens(): number {
    const { batch, tokens, kept } = this.#checked;
    const { model } = this.#session.loaded;
    let most = Math.min(this.#session.chunkTokens, tokens);
    if (model.hasLogits && !kept) {
      most = Math.min(most, Math.floor(LOGITS_BYTES / (batch * alignUp(model.vocabSize, WIDTH_STEP) * 4)));
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
    const keptHere = kept
      ?.map((position, index) => ({ index, t: position - from }))
      .filter(({ t }) => t >= 0 && t < tokens);
    let head: ForwardRequest['head'] = 'hidden';
    if (model.hasLogits) head = !keptHere ? 'logits' : keptHere.length > 0 ? 'keptLogits' : 'none';
    const keptRows = keptHere?.length ?? 0;
    const plan = await this.#session.plan({
      input: ids ? 'ids' : 'embeds',
      head,
      hiddenStates: this.#inputs.output_hidden_states ?? false,
      attentions: this.#inputs.output_attentions ?? false,
      tokens: capacity,
      kept: head === 'keptLogits' ? Math.max(kept?.length ?? 0, 1) : 0,
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
      const rows = Array.from({ length: batch }, (_, b) => keptHere.map(({ t }) => b * tokens + t)).flat();
      gpu.queue.writeBuffer(this.#session.kept, 0, Uint32Array.from(rows));
    }
    const past = this.#past;
    const position = positions
      ? (sequence: number, t: number) => positions[sequence]?.[from + t] as number
      : (_: number, t: number) => past + from + t;
    const longest = positions ? Math.max(...positions.flat()) + 1 : past + allTokens;
    plan.run(this.#session.beginStep(tokens, keptRows, 0, longest, position));
    await this.#readChunk(
      plan,
      from,
      tokens,
      keptHere?.map(({ index }) => index),
    );
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
      const total = rows === 'kept' ? (kept?.length ?? 0) : all;
      const data = new Float32Array(await readBuffer(gpu, buffer, 0, batch * perSequence * stride * 4));
      const whole = this.#whole(name, batch * total * width);
      for (let b = 0; b < batch; b++) {
        for (let t = 0; t < perSequence; t++) {
          const to = rows === 'kept' ? (keptIndex?.[t] as number) : from + t;
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

  #collect(): ForwardOutputs {
    const { batch, tokens, kept, labels } = this.#checked;
    const { model } = this.#session.loaded;
    const get = (name: string, dims: number[]) => new Tensor(this.#outputs.get(name) ?? new Float32Array(0), dims);
    const outputs: ForwardOutputs = {};
    if (model.hasLogits) {
      outputs.logits = get('logits', [batch, kept?.length ?? tokens, model.vocabSize]);
      if (labels) outputs.loss = causalLoss(outputs.logits, labels);
    } else {
      outputs.last_hidden_state = get('last_hidden_state', [batch, tokens, model.hiddenSize]);
    }
    if (this.#inputs.output_hidden_states) {
      outputs.hidden_states = Array.from({ length: model.layers + 1 }, (_, i) =>
        get(`hidden_states.${i}`, [batch, tokens, model.hiddenSize]),
      );
    }
    if (this.#inputs.output_attentions) {
      outputs.attentions = model.attention.map(({ heads }, layer) =>
        get(attentionsName(layer), [batch, heads, tokens, this.#past + tokens]),
      );
    }
    return outputs;
  }
}
