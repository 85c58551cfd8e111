// The arguments of a forward pass: what they may be, and checks that trip before anything reaches the GPU.
import { checkIds, wrongInput } from './check-ids.ts';
import type { LoadedModel } from './loaded-model.ts';
import type { Session } from './session.ts';
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
  /**
   * The loss is computed against them. Language models: [B, T] ids, shifted by one, −100 ignored. Token classifiers: [B, T] label
   * numbers, −100 ignored. Sequence classifiers: [B] label numbers, or [B] or [B, labels] values.
   */
  labels?: Matrix | readonly number[] | Tensor;
  /** [B]: where the answers begin and end, for the loss of question answering; positions outside are ignored. */
  start_positions?: readonly number[] | Tensor;
  end_positions?: readonly number[] | Tensor;
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
  /** Of mixture-of-experts models. */
  output_router_logits?: boolean;
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

/** Arguments that passed the checks. */
export interface CheckedInputs {
  batch: number;
  tokens: number;
  ids: number[][] | undefined;
  embeds: Tensor | undefined;
  /** New tokens only. */
  mask: number[][] | undefined;
  positions: number[][] | undefined;
  /** [B, K]: positions of each sequence whose logits are kept; undefined keeps all. */
  kept: number[][] | undefined;
  /** Where the caller asks for positions more than once: which of `kept` each of them is. */
  repeated?: number[] | undefined;
  /** [B, T], or one row of values per sequence for sequence classifiers. */
  labels: number[][] | undefined;
  /** [2, B]: where answers begin and where they end. */
  spans: [starts: number[], ends: number[]] | undefined;
}

/** @throws {InputError} an argument of the wrong shape or range. */
export function checkInputs(loaded: LoadedModel, inputs: ForwardInputs): CheckedInputs {
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
  if (model.bidirectional && (past_key_values || inputs.use_cache)) {
    throw wrongInput('A bidirectional model (is_causal: false) has no cache to continue', 'no use_cache', 'a cache');
  }
  if (inputs.output_router_logits && !model.routed) {
    throw wrongInput('output_router_logits needs a mixture-of-experts model', 'false', `true for ${model.className}`);
  }
  return {
    batch,
    tokens,
    ids,
    embeds: inputs_embeds,
    mask,
    positions,
    ...keptOf(loaded, inputs, ids, batch, tokens),
    labels: inputs.labels && labelsOf(loaded, inputs.labels, batch, tokens),
    spans: spansOf(loaded, inputs, batch),
  };
}

/** Which logits are kept: the caller's choice for language models, the last token's for sequence classifiers. */
function keptOf(
  { model }: LoadedModel,
  { logits_to_keep }: ForwardInputs,
  ids: number[][] | undefined,
  batch: number,
  tokens: number,
): Pick<CheckedInputs, 'kept' | 'repeated'> {
  if (logits_to_keep !== undefined && model.task !== 'causal') {
    throw wrongInput('logits_to_keep is for language models', 'left out', `given to ${model.className}`);
  }
  if (model.task !== 'sequence-classification') {
    const kept = keptPositions(logits_to_keep, tokens);
    // All in order are what a step gives without copying rows: above all, that of a single token.
    if (!kept || (kept.length === tokens && kept.every((position, t) => position === t))) {
      return { kept: undefined };
    }
    const once = [...new Set(kept)];
    const places = new Map(once.map((position, index) => [position, index]));
    return {
      kept: Array.from({ length: batch }, () => once),
      repeated: once.length < kept.length ? kept.map((position) => places.get(position) as number) : undefined,
    };
  }
  // The rightmost token that is no padding, by id; the last one where that cannot be told (transformers 5.17,
  // modeling_layers.py, GenericForSequenceClassification).
  const pad = model.classification?.padTokenId;
  if (pad === undefined && batch > 1) {
    throw wrongInput('A batch of sequences cannot be classified without pad_token_id', 'one sequence', `${batch}`);
  }
  const kept = Array.from({ length: batch }, (_, b) => {
    const row = ids?.[b];
    return row && pad !== undefined
      ? [
          Math.max(
            row.findLastIndex((id) => id !== pad),
            0,
          ),
        ]
      : [tokens - 1];
  });
  return { kept };
}

function labelsOf({ model }: LoadedModel, labels: Matrix | readonly number[] | Tensor, batch: number, tokens: number) {
  if (model.task === 'base' || model.task === 'question-answering') {
    throw wrongInput(`${model.className} takes no labels`, 'a model whose loss is computed from labels', 'labels');
  }
  if (model.task !== 'sequence-classification') {
    if (!(labels instanceof Tensor) && labels.some((row) => typeof row === 'number')) {
      throw wrongInput('labels have the wrong shape', `${batch} rows of ${tokens}`, 'a list of numbers');
    }
    const rows = rowsOf('labels', labels as Matrix | Tensor);
    checkRows('labels', rows, batch, [tokens]);
    return rows;
  }
  const isList = labels instanceof Tensor ? labels.dims.length === 1 : typeof labels[0] === 'number';
  const rows = isList
    ? listOf('labels', labels as readonly number[] | Tensor, batch).map((value) => [value])
    : rowsOf('labels', labels as Matrix | Tensor);
  const width = rows[0]?.length ?? 0;
  const wrong =
    rows.length !== batch || rows.some((row) => row.length !== width) || ![1, model.logitsWidth].includes(width);
  if (wrong) {
    const actual = `${rows.length} rows of ${[...new Set(rows.map((row) => row.length))].join(', ')}`;
    throw wrongInput('labels have the wrong shape', `${batch} numbers or rows of ${model.logitsWidth}`, actual);
  }
  return rows;
}

function spansOf({ model }: LoadedModel, inputs: ForwardInputs, batch: number): CheckedInputs['spans'] {
  const { start_positions: starts, end_positions: ends } = inputs;
  if (starts === undefined && ends === undefined) return undefined;
  if (model.task !== 'question-answering' || starts === undefined || ends === undefined) {
    const actual = model.task === 'question-answering' ? 'one of them' : model.className;
    throw wrongInput('start_positions and end_positions go together', 'both, for question answering', actual);
  }
  return [listOf('start_positions', starts, batch), listOf('end_positions', ends, batch)];
}

function listOf(name: string, value: readonly number[] | Tensor, length: number): number[] {
  const list = value instanceof Tensor ? Array.from(value.data) : [...value];
  if (list.length !== length || list.some((item) => !Number.isFinite(item))) {
    throw wrongInput(`${name} has the wrong shape`, `${length} numbers`, `${list.length}`);
  }
  return list;
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
