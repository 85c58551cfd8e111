// The token loop: prefill in chunks, then one submit and one pass per token with several tokens in flight. Ids stay on the GPU
// from step to step; the CPU reads them late, and throws away what lies past a stop.
import { InputError } from '../errors.ts';
import { throwIfLost } from '../gpu/error-scopes.ts';
import type { SamplingSettings } from '../kernels/sampling.ts';
import { checkIds } from './check-ids.ts';
import { Sampler } from './sampler.ts';
import type { PlanRequest, PlanTail, Session } from './session.ts';
import { TokenRing } from './token-ring.ts';

export interface GenerationSettings {
  maxNewTokens: number;
  /** Tokens that end a sequence. */
  eosTokenIds: readonly number[];
  sampling: SamplingSettings;
}

/** Tokens on their way before the CPU has read the oldest: so many at least and at most, and in between those of so many milliseconds. */
const LEAST_AHEAD = 4;
const MOST_AHEAD = 8;
const AHEAD_MS = 6;
const LOST_WAIT_MS = 500;

/** The steps of a generation: chunks of the prompt, its last chunk, and one for each token after the first. */
export const prefillStep = (chunkTokens: number): PlanRequest => ({
  input: 'ids',
  head: 'none',
  tokens: chunkTokens,
  kept: 0,
});
export const lastPrefillStep = (chunkTokens: number, tail: PlanTail): PlanRequest => ({
  input: 'ids',
  head: 'keptLogits',
  tokens: chunkTokens,
  kept: 1,
  tail,
});
export const decodeStep = (tail: PlanTail): PlanRequest => ({ input: 'ids', head: 'logits', tokens: 1, kept: 0, tail });

/** One session's generations. Keeps what only generation needs; plans are kept by the session. */
export class TokenLoop {
  readonly session: Session;
  readonly #sampler: Sampler;
  readonly #ring: TokenRing;
  /** Ids whose keys and values the cache holds; only kept for single sequences. */
  #cachedIds: number[] = [];
  /** Tokens that are on their way at a time. Browsers tell of finished ones late, so fast models need more of them. */
  #ahead = LEAST_AHEAD;
  /** Made once: a step allocates nothing. */
  readonly #copyIds = (encoder: GPUCommandEncoder): void => this.#ring.copy(encoder, this.session.ids);

  constructor(session: Session) {
    this.session = session;
    this.#sampler = new Sampler(session);
    this.#ring = new TokenRing(session.loaded.gpu, session.cache.batch, MOST_AHEAD);
  }

  /** Dispatches of the last step after a prompt. */
  dispatchesPerToken = 0;
  /** Tokens after the first of a prompt, and milliseconds that encoding and submitting their steps took, since the loop was made. */
  readonly encoded = { tokens: 0, ms: 0 };

  /**
   * Takes the cache to hold these ids, whatever its slots hold: the next prompt that begins with them computes only what is behind.
   * None forgets what it holds. Others are for benchmarks of long contexts: what attention costs depends on how many slots there are,
   * not on what they hold.
   */
  assumeCached(ids: readonly number[]): void {
    const { cache } = this.session;
    cache.length = 0;
    cache.reserve(ids.length);
    cache.length = ids.length;
    this.#cachedIds = [...ids];
  }

  /**
   * Generates tokens: yields one id per sequence and step. Sequences that have ended go on until all have.
   * @param prompts `[B, T]` ids, padded to one length.
   * @param mask `[B, T]`, 0 for padding; positions count from it.
   * @throws {InputError} empty or uneven prompts, ids outside the vocabulary, no room in the cache.
   */
  async *run(
    prompts: readonly (readonly number[])[],
    settings: GenerationSettings,
    { mask, signal }: { mask?: readonly (readonly number[])[]; signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<number[], void, undefined> {
    const { session } = this;
    const { cache, loaded } = session;
    const { gpu } = loaded;
    this.#check(prompts, mask);
    signal?.throwIfAborted();
    throwIfLost(gpu, 'Generating');
    const length = prompts[0]?.length ?? 0;
    cache.length = this.#reusable(prompts);
    cache.reserve(length - cache.length);
    if (mask) cache.setMask(0, mask);
    const budget = Math.min(settings.maxNewTokens, cache.capacity - length + 1);
    if (budget <= 0) return;
    const tail = this.#sampler.tail(settings.sampling);
    this.#sampler.begin(settings.sampling, prompts);
    const [decode] = await Promise.all([
      session.plan(decodeStep(tail)),
      session.plan(lastPrefillStep(session.chunkTokens, tail)),
    ]);
    const realLengths = prompts.map((row, b) => mask?.[b]?.reduce((sum, value) => sum + value, 0) ?? row.length);
    const longest = Math.max(...realLengths);
    await this.#prefill(prompts, mask, longest, tail, signal);
    const accepted: number[] = [];
    const ended = new Set<number>();
    let launched = 1;
    let firstAt = 0;
    try {
      for (let step = 0; step < budget; step++) {
        while (this.#ring.inFlight < this.#ahead && launched < budget) {
          const at = launched - 1;
          const began = performance.now();
          const size = session.beginStep(1, 0, launched, longest + launched, (b) => (realLengths[b] ?? 0) + at);
          this.dispatchesPerToken = decode.run(size, this.#copyIds);
          this.#ring.submitted();
          this.encoded.ms += performance.now() - began;
          this.encoded.tokens++;
          launched++;
        }
        const ids = await this.#ring.next({ soon: step === 0 }).catch((error) => this.#explain(error));
        if (step === 0) firstAt = performance.now();
        else this.#setAhead((performance.now() - firstAt) / step);
        signal?.throwIfAborted();
        ids.forEach((id, b) => {
          if (settings.eosTokenIds.includes(id)) ended.add(b);
        });
        accepted.push(ids[0] as number);
        yield ids;
        if (ended.size === ids.length) return;
      }
    } finally {
      await this.#ring.drain().catch(() => undefined);
      // The last accepted token may not have gone through the model yet, and what lies behind it is thrown away.
      cache.length = Math.min(cache.length, length + Math.max(accepted.length - 1, 0));
      this.#cachedIds = [...(prompts[0] ?? []), ...accepted].slice(0, cache.length);
    }
  }

  #setAhead(msPerToken: number): void {
    if (this.session.loaded.gpu.isFallback) return;
    this.#ahead = Math.min(Math.max(Math.ceil(AHEAD_MS / msPerToken) + 1, LEAST_AHEAD), MOST_AHEAD);
  }

  #check(prompts: readonly (readonly number[])[], mask: readonly (readonly number[])[] | undefined): void {
    const { cache, loaded } = this.session;
    const length = prompts[0]?.length ?? 0;
    if (prompts.length !== cache.batch || length === 0 || prompts.some((row) => row.length !== length)) {
      throw new InputError({
        what: 'The prompts have the wrong shape',
        expected: `${cache.batch} rows of one length, at least one token`,
        actual: `${prompts.length} rows of ${prompts.map((row) => row.length).join(', ')}`,
        remedy: 'pad the prompts to one length and give an attention mask',
      });
    }
    if (mask && (mask.length !== prompts.length || mask.some((row) => row.length !== length))) {
      throw new InputError({
        what: 'The attention mask has another shape than the prompts',
        expected: `${prompts.length} rows of ${length}`,
        actual: `${mask.length} rows of ${mask.map((row) => row.length).join(', ')}`,
        remedy: 'give one value per token',
      });
    }
    checkIds(prompts, loaded.model.vocabSize);
  }

  /** How many leading tokens of the prompt the cache holds already; at least one token stays to run. */
  #reusable(prompts: readonly (readonly number[])[]): number {
    const { cache, loaded } = this.session;
    const [prompt] = prompts;
    if (cache.batch !== 1 || cache.masked || !prompt) return 0;
    // Where the rotary frequencies depend on the length, cached keys fit no other length.
    const { rope } = loaded.model;
    if (rope.at(prompt.length) !== rope.at(1) || rope.at(cache.length) !== rope.at(1)) return 0;
    const most = Math.min(this.#cachedIds.length, cache.length, prompt.length - 1);
    let same = 0;
    while (same < most && this.#cachedIds[same] === prompt[same]) same++;
    return same;
  }

  /** Runs the prompt through the model in chunks; the last one samples the first token. */
  async #prefill(
    prompts: readonly (readonly number[])[],
    mask: readonly (readonly number[])[] | undefined,
    longest: number,
    tail: PlanTail,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { session } = this;
    const { cache, loaded, chunkTokens } = session;
    const { gpu, pace } = loaded;
    const length = prompts[0]?.length ?? 0;
    const positions = mask?.map(positionsOf);
    let start = cache.length;
    try {
      while (start < length) {
        const tokens = Math.min(pace.tokens(chunkTokens, cache.batch), length - start);
        const last = start + tokens === length;
        const plan = await session.plan(last ? lastPrefillStep(chunkTokens, tail) : prefillStep(chunkTokens));
        const ids = prompts.flatMap((row) => row.slice(start, start + tokens));
        gpu.queue.writeBuffer(session.ids, 0, Uint32Array.from(ids));
        const kept = Uint32Array.from(prompts, (_, b) => b * tokens + tokens - 1);
        gpu.queue.writeBuffer(session.kept, 0, kept);
        const position = positions
          ? (b: number, t: number) => positions[b]?.[start + t] as number
          : (_: number, t: number) => start + t;
        const size = session.beginStep(tokens, last ? 1 : 0, 0, longest, position);
        await pace.run(plan, size, signal, last ? this.#copyIds : undefined);
        if (last) this.#ring.submitted();
        start += tokens;
      }
    } catch (error) {
      // What is left of a chunk that did not go through the whole model is no use.
      cache.length = start;
      this.#cachedIds = [...(prompts[0] ?? [])].slice(0, start);
      throw error;
    }
  }

  /** A read-back fails when the device is lost, a moment before the device says so. */
  async #explain(error: unknown): Promise<never> {
    const { gpu } = this.session.loaded;
    await Promise.race([gpu.lost, new Promise((resolve) => setTimeout(resolve, LOST_WAIT_MS))]);
    throwIfLost(gpu, 'Generating');
    throw error;
  }

  dispose(): void {
    this.#sampler.dispose();
    this.#ring.dispose();
    this.session.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Positions of a padded row, as the reference's `generate` counts them: from the mask, 1 for padding. */
function positionsOf(row: readonly number[]): number[] {
  let seen = 0;
  return row.map((value) => (value === 0 ? 1 : seen++));
}
