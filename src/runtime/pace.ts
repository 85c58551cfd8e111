// How much of a prompt goes in one submit: as many dispatches as the GPU takes about 70 ms for, so that hardly one takes 100 and the page
// stays alive, and as many tokens in a chunk as a single dispatch allows, because kernels do more per second with more rows.
import type { Plan } from '../graph/plan.ts';
import type { StepSize } from '../kernels/kernel.ts';

/** A submit should take about this long. */
const TARGET_MS = 70;
/** The largest dispatch of a layer takes about as long as so many average ones. */
const LARGEST_SHARE = 4;
/** Rows of a GEMM's tile: fewer cost as much. */
const TILE_ROWS = 64;
/** About a layer's dispatches: those of the first submit of all, and so many have to be seen to know what an average one takes. */
const LAYER_DISPATCHES = 8;
/** The share of a chunk that is submitted first, so that the GPU is at work while the rest is encoded: one in so many. */
const FIRST_SHARE = 12;
/** Submits on their way: one that runs, and one that the GPU begins with when it has ended. */
const MOST_AHEAD = 2;
/** Dispatches that are averaged over, since not all cost the same: a few layers'. */
const WINDOW = 24;

interface Seen {
  rows: number;
  /** Milliseconds of a dispatch over so many rows, on average over the last. */
  ms: number;
  /** How many there were since there were as many rows, and what fewer rows said that one takes at most. */
  dispatches: number;
  mostMs: number;
}

/** What a model's submits took on a GPU. */
export class Pace {
  readonly #queue: Pick<GPUQueue, 'onSubmittedWorkDone'>;
  /** Undefined before the first submit has ended. */
  #seen: Seen | undefined;
  readonly #ahead: Promise<void>[] = [];
  #doneAt = 0;

  constructor(queue: Pick<GPUQueue, 'onSubmittedWorkDone'>) {
    this.#queue = queue;
  }

  /** Tokens of each of `batch` sequences for the next chunk: at most `most`, else whole tiles of rows. */
  tokens(most: number, batch: number): number {
    let tiles = this.#seen ? Math.ceil((most * batch) / TILE_ROWS) : 1;
    while (tiles > 1 && this.#msOf(tiles * TILE_ROWS) * LARGEST_SHARE > TARGET_MS) tiles--;
    return Math.max(Math.min(Math.floor((tiles * TILE_ROWS) / batch), most), 1);
  }

  /**
   * Encodes and submits a step in as many submits as it takes, with what `then` encodes behind the last: in one for a single token, which
   * says nothing of what many take. Resolves when all are submitted; two may not have ended by then.
   * @throws the signal's reason on abort.
   */
  async run(
    plan: Pick<Plan, 'length' | 'run' | 'runPart'>,
    size: StepSize,
    signal?: AbortSignal,
    then?: (encoder: GPUCommandEncoder) => void,
  ): Promise<void> {
    if (size.tokens === 1) {
      signal?.throwIfAborted();
      plan.run(size, then);
      return;
    }
    const rows = size.batch * size.tokens;
    for (let from = 0; from < plan.length; ) {
      // Until something is known, what was submitted first tells of the rest.
      while (this.#ahead.length >= (this.#seen ? MOST_AHEAD : 1)) await this.#ahead[0];
      signal?.throwIfAborted();
      const fits = this.#seen ? Math.max(Math.floor(TARGET_MS / this.#msOf(rows)), 1) : LAYER_DISPATCHES;
      const most = from === 0 ? Math.min(fits, Math.ceil(plan.length / FIRST_SHARE)) : fits;
      const { next, count } = plan.runPart(size, from, most, then);
      this.#watch(rows, count);
      from = next;
    }
  }

  /** Takes the time until the submit that was just made has ended. */
  #watch(rows: number, count: number): void {
    const submittedAt = performance.now();
    const done = this.#queue.onSubmittedWorkDone().then(
      () => {
        // The GPU begins with a submit when it has ended the one before.
        const now = performance.now();
        const ms = now - Math.max(submittedAt, this.#doneAt);
        this.#doneAt = now;
        this.#take(rows, count, ms / Math.max(count, 1));
        this.#ahead.shift();
      },
      // Of a lost device. Whoever reads the results hears of it.
      () => void this.#ahead.shift(),
    );
    this.#ahead.push(done);
  }

  /** Takes note that dispatches over so many rows took so long each. */
  #take(rows: number, count: number, ms: number): void {
    const seen = this.#seen;
    if (!seen || rows > seen.rows) {
      this.#seen = { rows, ms, dispatches: count, mostMs: this.#msOf(rows) };
      return;
    }
    const old = Math.exp(-count / WINDOW);
    this.#seen = { ...seen, rows, ms: old * seen.ms + (1 - old) * ms, dispatches: seen.dispatches + count };
  }

  /** Milliseconds of an average dispatch over so many rows: what more than were seen take at most, and fewer too. */
  #msOf(rows: number): number {
    if (!this.#seen) return 0;
    const { rows: seen, ms, dispatches, mostMs } = this.#seen;
    return (dispatches < LAYER_DISPATCHES ? Math.max(ms, mostMs) : ms) * Math.max(rows / seen, 1);
  }
}
