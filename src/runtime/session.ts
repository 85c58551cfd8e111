// Runs a model step by step over one KV cache. Owns the step's inputs and the plans, which are made once per kind of step.
import { withErrorScopes } from '../gpu/error-scopes.ts';
import { FUSION_RULES } from '../graph/fusion/index.ts';
import type { FusionRule } from '../graph/fusion/rule.ts';
import type { Plan } from '../graph/plan.ts';
import { planGraph } from '../graph/planner.ts';
import { decodeSplits, type KvDType } from '../kernels/attention.ts';
import type { Activation, Launch, StepSize } from '../kernels/kernel.ts';
import { StepData, stepWords } from '../kernels/step.ts';
import type { ForwardRequest } from '../models/model.ts';
import { KvCache } from './kv-cache.ts';
import type { LoadedModel } from './loaded-model.ts';

/** Most new tokens in one step, over all sequences; longer inputs go in chunks. */
export const MAX_STEP_ROWS = 512;

export interface SessionOptions {
  batch?: number;
  /** Slots per sequence. */
  capacity: number;
  kvDType?: KvDType;
  /** Fusion rules to use; all by default. For tests. */
  rules?: readonly FusionRule[];
  /** Most new tokens per sequence in one step. */
  chunkTokens?: number;
}

/** A kind of step: its graph, its largest size and what runs after it. */
export interface PlanRequest extends ForwardRequest {
  tokens: number;
  kept: number;
  tail?: PlanTail;
}

/** Launches to append to a plan, made from its outputs; `key` tells plans with different tails apart. */
export interface PlanTail {
  key: string;
  launches: (output: (name: string) => Activation) => Launch[];
}

export class Session {
  readonly loaded: LoadedModel;
  readonly cache: KvCache;
  /** Most new tokens per sequence in one step. */
  readonly chunkTokens: number;
  /** Token ids of the step, [B·T]; the sampling kernels write the next ids to its start. */
  readonly ids: GPUBuffer;
  /** Rows for the head, [B·K] */
  readonly kept: GPUBuffer;
  readonly step: GPUBuffer;
  /** The step being prepared; reused, so that a step allocates nothing. */
  readonly size: StepSize;
  readonly #stepData: StepData;
  readonly #rules: readonly FusionRule[];
  readonly #plans = new Map<string, Promise<Plan>>();
  /** Key and value heads of all sequences, and how many cached slots a token sees at most: of the layer with the most. */
  readonly #kvHeads: number;
  readonly #reach: number;
  #ropeLength = 0;

  constructor(loaded: LoadedModel, options: SessionOptions) {
    const { batch = 1, capacity, kvDType = loaded.kvDType, rules = FUSION_RULES } = options;
    const { gpu, model } = loaded;
    loaded.throwIfDisposed();
    this.loaded = loaded;
    this.#rules = rules;
    this.#kvHeads = batch * Math.max(...model.attention.map(({ kvHeads }) => kvHeads));
    this.#reach = Math.max(...model.attention.map(({ window }) => window ?? Number.POSITIVE_INFINITY));
    this.cache = new KvCache(gpu, model.attention, batch, capacity, kvDType);
    const chunk = model.bidirectional ? capacity : Math.max(Math.floor(MAX_STEP_ROWS / batch), 1);
    this.chunkTokens = Math.min(options.chunkTokens ?? chunk, chunk, capacity);
    const rows = batch * this.chunkTokens;
    this.ids = gpu.buffers.storage('ids', rows * 4);
    this.kept = gpu.buffers.storage('kept rows', rows * 4);
    this.step = gpu.buffers.storage('step', stepWords(rows, model.rope.frequencies) * 4);
    this.#stepData = new StepData(rows, model.rope.frequencies);
    this.size = { batch, tokens: 0, past: 0, kept: 0, splits: 1, capacity, counter: 0 };
  }

  /**
   * A new session.
   * @throws {DeviceMemoryError} the KV cache does not fit the device.
   */
  static open(loaded: LoadedModel, options: SessionOptions): Promise<Session> {
    return withErrorScopes(loaded.gpu, 'Allocating the KV cache', () => new Session(loaded, options));
  }

  /** The plan for a kind of step; made on the first call. */
  plan(request: PlanRequest): Promise<Plan> {
    const { input, head, hiddenStates, attentions, routerLogits, tokens, kept, tail } = request;
    const { cache, loaded } = this;
    const label = [
      input,
      head,
      `${tokens}×${kept}`,
      hiddenStates && 'hidden states',
      attentions && 'attentions',
      routerLogits && 'router logits',
      cache.masked && 'masked',
      tail?.key,
    ]
      .filter(Boolean)
      .join(' ');
    let plan = this.#plans.get(label);
    if (!plan) {
      const { weights, gpu } = loaded;
      plan = withErrorScopes(gpu, `Planning ${label}`, () =>
        planGraph(gpu, loaded.model.record(request), {
          label,
          size: { batch: cache.batch, tokens, kept, slots: cache.capacity },
          rules: this.#rules,
          knobs: loaded.knobs,
          resources: {
            matrix: (spec) => weights.matrix(spec),
            vector: (spec) => weights.vector(spec),
            cache: (layer) => cache.layer(layer),
            ids: this.ids,
            kept: this.kept,
            step: this.step,
          },
          ...(tail ? { tail: tail.launches } : {}),
        }),
      );
      this.#plans.set(label, plan);
      plan.catch(() => this.#plans.delete(label));
    }
    return plan;
  }

  /**
   * Prepares a step of `tokens` new tokens per sequence and writes its sizes and rotary angles.
   * `position(sequence, t)` gives each token's position. Moves the cache's length on.
   * `length` is the largest position + 1 of the whole call, which some rotary embeddings depend on.
   */
  beginStep(tokens: number, kept: number, counter: number, length: number, position: PositionOf): StepSize {
    const { size, cache } = this;
    const { rope } = this.loaded.model;
    size.tokens = tokens;
    size.kept = kept;
    size.past = cache.length;
    size.counter = counter;
    size.splits = decodeSplits(Math.min(cache.length, this.#reach), this.#kvHeads);
    this.#stepData.setSize(size);
    // Like the reference, a length once reached keeps its frequencies until the cache starts anew.
    this.#ropeLength = cache.length === 0 ? length : Math.max(this.#ropeLength, length);
    const { inverse, scaling } = rope.at(this.#ropeLength);
    for (let sequence = 0; sequence < cache.batch; sequence++) {
      for (let t = 0; t < tokens; t++) {
        this.#stepData.setRope(sequence * tokens + t, position(sequence, t), inverse, scaling);
      }
    }
    this.#stepData.upload(this.loaded.gpu.queue, this.step, cache.batch * tokens);
    cache.length += tokens;
    return size;
  }

  dispose(): void {
    const { gpu } = this.loaded;
    for (const plan of this.#plans.values()) {
      plan.then(
        (made) => made.dispose(),
        () => undefined,
      );
    }
    this.#plans.clear();
    this.cache.dispose();
    for (const buffer of [this.ids, this.kept, this.step]) gpu.buffers.release(buffer);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** The position of new token `t` of a sequence. */
export type PositionOf = (sequence: number, t: number) => number;
