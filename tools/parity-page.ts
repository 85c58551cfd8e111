// The part of the parity command that runs in the browser: loads one case through the public API, runs it and compares.

import { type HostTensor, readSafetensors } from '../src/formats/read-safetensors.ts';
import {
  AutoModel,
  AutoModelForCausalLM,
  AutoModelForQuestionAnswering,
  AutoModelForSequenceClassification,
  AutoModelForTokenClassification,
  type ForwardInputs,
  type Gpu,
  type GpuOptions,
  type LoadOptions,
  openGpu,
  Tensor,
} from '../src/index.ts';

interface CaseFile {
  name: string;
  model_class: string;
  logits_to_keep: number | number[] | null;
  /** The dtype that the reference model was cast to before its outputs were made in float32. */
  weights_dtype?: string;
  cached_split?: number;
  pad: 'left' | 'right' | null;
}

/** Casting a whole reference model rounds the inverse frequencies of its rotary embedding too. */
const ROPE_PRECISION: Record<string, LoadOptions['rope_precision']> = { bfloat16: 'bf16', float16: 'f16' };

export interface CaseResult {
  name: string;
  /** Largest relative error of each output. */
  errors: Record<string, number>;
  /** Undefined where the case has no greedy ids. */
  greedyEqual?: boolean;
  /** Why the case could not run. */
  failure?: string;
}

/** The class that loads a reference class. */
function autoClass(name: string) {
  if (name.endsWith('ForCausalLM')) return AutoModelForCausalLM;
  if (name.endsWith('ForSequenceClassification')) return AutoModelForSequenceClassification;
  if (name.endsWith('ForTokenClassification')) return AutoModelForTokenClassification;
  if (name.endsWith('ForQuestionAnswering')) return AutoModelForQuestionAnswering;
  return AutoModel;
}

type Reference = ReadonlyMap<string, HostTensor>;

let opened: { key: string; gpu: Gpu } | undefined;

async function gpuFor(options: GpuOptions): Promise<Gpu> {
  const key = JSON.stringify(options);
  if (opened?.key !== key) {
    opened?.gpu.dispose();
    opened = { key, gpu: await openGpu(options) };
  }
  return opened.gpu;
}

function rows(tensor: HostTensor): number[][] {
  const [count = 0, width = 0] = tensor.shape;
  return Array.from({ length: count }, (_, i) => Array.from(tensor.data.slice(i * width, (i + 1) * width)));
}

/** ‖ours − reference‖ / ‖reference‖ over the elements whose row counts. NaN and shape mismatches give Infinity. */
function relativeError(ours: ArrayLike<number>, reference: HostTensor, counts: (index: number) => boolean): number {
  if (ours.length !== reference.data.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < ours.length; i++) {
    if (!counts(i)) continue;
    const expected = reference.data[i] as number;
    difference += ((ours[i] as number) - expected) ** 2;
    norm += expected ** 2;
  }
  const error = Math.sqrt(difference) / (Math.sqrt(norm) || 1);
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

/** Which elements of `[…, T, width]` count: those of tokens whose mask is 1. `positions` are the tokens kept. */
function maskedRows(mask: number[][], positions: number[], width: number, copies = 1, heads = 1) {
  const kept = positions.length;
  const batch = mask.length;
  return (index: number) => {
    const row = Math.floor(index / width);
    const t = positions[row % kept] as number;
    const b = Math.floor(row / kept / heads) % batch;
    return copies > 0 && mask[b]?.[t] !== 0;
  };
}

class Case {
  readonly #file: CaseFile;
  readonly #reference: Reference;
  readonly #mask: number[][];
  readonly #tokens: number;
  readonly errors: Record<string, number> = {};

  constructor(file: CaseFile, reference: Reference) {
    this.#file = file;
    this.#reference = reference;
    const shape = (reference.get('input_ids') ?? reference.get('inputs_embeds'))?.shape ?? [];
    const [batch = 0, tokens = 0] = shape;
    this.#tokens = tokens;
    const mask = reference.get('attention_mask');
    this.#mask = mask ? rows(mask) : Array.from({ length: batch }, () => Array(tokens).fill(1));
  }

  #inputs(from = 0, to = this.#tokens): ForwardInputs {
    const slice = (name: string) => {
      const tensor = this.#reference.get(name);
      return tensor && rows(tensor).map((row) => row.slice(from, to));
    };
    const embeds = this.#reference.get('inputs_embeds');
    return {
      ...(embeds
        ? { inputs_embeds: new Tensor(Float32Array.from(embeds.data), embeds.shape) }
        : { input_ids: slice('input_ids') }),
      attention_mask: slice('attention_mask'),
      position_ids: slice('position_ids'),
    };
  }

  #compare(name: string, ours: Tensor | undefined, counts: (index: number) => boolean): void {
    const reference = this.#reference.get(name);
    if (!reference) return;
    this.errors[name] = ours ? relativeError(ours.data, reference, counts) : Number.POSITIVE_INFINITY;
  }

  /** hidden_states and attentions come stacked by layer. */
  #compareStack(name: string, ours: readonly Tensor[] | undefined, counts: (index: number) => boolean): void {
    const reference = this.#reference.get(name);
    if (!reference) return;
    const stacked = (ours ?? []).flatMap((tensor) => [...tensor.data]);
    this.errors[name] = relativeError(stacked, reference, counts);
  }

  #all = (): number[] => Array.from({ length: this.#tokens }, (_, t) => t);

  async run(model: Awaited<ReturnType<typeof AutoModel.from_pretrained>>): Promise<void> {
    const labels = this.#reference.get('labels');
    const keep = this.#file.logits_to_keep;
    const outputs = await model.forward({
      ...this.#inputs(),
      ...(labels ? { labels: new Tensor(Float32Array.from(labels.data), labels.shape) } : {}),
      ...(keep === null ? {} : { logits_to_keep: keep }),
      output_hidden_states: this.#reference.has('hidden_states'),
      output_attentions: this.#reference.has('attentions'),
      output_router_logits: this.#reference.has('router_logits.0'),
    });
    const all = this.#all();
    const perSequence = this.#file.model_class.endsWith('ForSequenceClassification');
    const kept = typeof keep === 'number' ? all.slice(-keep) : (keep ?? all);
    const width = (name: string) => this.#reference.get(name)?.shape.at(-1) ?? 1;
    const tokenRows = maskedRows(this.#mask, kept, width('logits'));
    this.#compare('logits', outputs.logits, perSequence ? () => true : tokenRows);
    this.#compare('start_logits', outputs.start_logits, maskedRows(this.#mask, all, 1));
    this.#compare('end_logits', outputs.end_logits, maskedRows(this.#mask, all, 1));
    for (let i = 0; this.#reference.has(`router_logits.${i}`); i++) {
      const name = `router_logits.${i}`;
      this.#compare(name, outputs.router_logits?.[i], maskedRows(this.#mask, all, width(name)));
    }
    this.#compare(
      'last_hidden_state',
      outputs.last_hidden_state,
      maskedRows(this.#mask, all, width('last_hidden_state')),
    );
    this.#compareStack('hidden_states', outputs.hidden_states, maskedRows(this.#mask, all, width('hidden_states')));
    const heads = this.#reference.get('attentions')?.shape[2] ?? 1;
    this.#compareStack('attentions', outputs.attentions, maskedRows(this.#mask, all, width('attentions'), 1, heads));
    for (const name of ['loss', 'aux_loss'] as const) {
      const reference = this.#reference.get(name);
      if (reference) this.errors[name] = relativeError([outputs[name] ?? Number.NaN], reference, () => true);
    }
    await this.#runCached(model);
  }

  /** The first tokens in one call, the rest in a second with the cache of the first. */
  async #runCached(model: Awaited<ReturnType<typeof AutoModel.from_pretrained>>): Promise<void> {
    const split = this.#file.cached_split;
    if (split === undefined || !this.#reference.has('cached_logits')) return;
    const first = await model.forward({ ...this.#inputs(0, split), use_cache: true });
    const cache = first.past_key_values;
    try {
      const second = await model.forward({ ...this.#inputs(split), ...(cache ? { past_key_values: cache } : {}) });
      const rest = this.#all().slice(split);
      const width = this.#reference.get('cached_logits')?.shape.at(-1) ?? 1;
      this.#compare('cached_logits', second.logits, maskedRows(this.#mask, rest, width));
    } finally {
      cache?.dispose();
    }
  }

  async greedyEqual(model: unknown): Promise<boolean | undefined> {
    const expected = this.#reference.get('greedy_ids');
    const ids = this.#reference.get('input_ids');
    if (!expected || !ids) return undefined;
    const causal = model as Awaited<ReturnType<typeof AutoModelForCausalLM.from_pretrained>>;
    const [, count = 0] = expected.shape;
    const generated = await causal.generate({
      input_ids: rows(ids),
      ...(this.#file.pad ? { attention_mask: this.#mask } : {}),
      max_new_tokens: count,
      do_sample: false,
      eos_token_id: [],
    });
    const ours = generated.flatMap((row) => row.slice(-count));
    return ours.length === expected.data.length && ours.every((id, i) => id === expected.data[i]);
  }
}

async function fetchBytes(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: status ${response.status}`);
  return response.arrayBuffer();
}

/** Runs the case in a folder address. Never throws: what goes wrong is in the result. */
export async function runCase(url: string, gpuOptions: GpuOptions): Promise<CaseResult> {
  let name = url;
  try {
    const file = JSON.parse(new TextDecoder().decode(await fetchBytes(`${url}/case.json`))) as CaseFile;
    name = file.name;
    const reference = readSafetensors(await fetchBytes(`${url}/reference.safetensors`), 'reference.safetensors');
    const device = await gpuFor(gpuOptions);
    const causal = file.model_class.endsWith('ForCausalLM');
    const Auto = autoClass(file.model_class);
    const rope_precision = ROPE_PRECISION[file.weights_dtype ?? ''] ?? 'f32';
    const model = await Auto.from_pretrained(url, { device, rope_precision });
    try {
      const test = new Case(file, reference);
      await test.run(model);
      const greedyEqual = causal ? await test.greedyEqual(model) : undefined;
      return { name, errors: test.errors, ...(greedyEqual === undefined ? {} : { greedyEqual }) };
    } finally {
      await model.dispose();
    }
  } catch (error) {
    return { name, errors: {}, failure: error instanceof Error ? error.message : String(error) };
  }
}
