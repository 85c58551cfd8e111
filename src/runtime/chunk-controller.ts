// How many tokens of a prompt go in one submit: as many as the GPU takes about 100 ms for, so that the page stays alive and no driver
// resets, and no fewer than that, because kernels do more per second with more rows. Pure: it is told times and gives sizes.

/** A submit should take about this long. */
const TARGET_MS = 100;
/** A submit may take this long. */
const MOST_MS = 130;
/** What it may take more where the next smaller chunk's tokens are known to cost more, and what noise may be. */
const TOLERANCE = 1.1;
/** Tokens are cheaper where they cost less than this share. */
const CHEAPER = 0.9;
/** One tile of rows that takes more than this share of the time of two saves nothing. */
const SAVES_NOTHING = 0.75;
const MOST_GROWTH = 4;
const FIRST_TILES = 2;
/** Weight of the last of several times of one size. */
const NEWS = 0.4;

interface SeenSize {
  ms: number;
  /** How often it was measured: the first time of all may pay for first use. */
  count: number;
}

export class ChunkController {
  /** What a chunk may be, from the smallest up: whole GEMM tiles, as fewer rows cost as much as a tile. */
  readonly #sizes: readonly number[];
  readonly #seen = new Map<number, SeenSize>();
  #last = 0;
  #tokens: number;

  /** @param tileTokens tokens that fill a GEMM tile; chunks are multiples of it, or `mostTokens`. */
  constructor(mostTokens: number, tileTokens: number) {
    const sizes: number[] = [];
    for (let size = tileTokens; size < mostTokens; size += tileTokens) sizes.push(size);
    this.#sizes = [...sizes, mostTokens];
    this.#tokens = Math.min(FIRST_TILES * tileTokens, mostTokens);
  }

  /** Tokens of the next chunk. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Whether it knows anything about this GPU. */
  get hasMeasured(): boolean {
    return this.#seen.size > 0;
  }

  /** Takes note of how long the GPU took for a chunk, and sets the next one's size. */
  took(tokens: number, ms: number): void {
    if (!this.#sizes.includes(tokens)) return;
    const { ms: before = ms, count = 0 } = this.#seen.get(tokens) ?? {};
    // Times grow with the context, so those of the last visit to a size say little; those of this one are averaged.
    const average = tokens === this.#last && count > 1 ? before + NEWS * (ms - before) : ms;
    this.#seen.set(tokens, { ms: average, count: count + 1 });
    this.#last = tokens;
    this.#tokens = this.#after(tokens, average);
  }

  #after(tokens: number, ms: number): number {
    const [smallest, second] = this.#sizes;
    if (tokens === smallest && second !== undefined && this.#isWorthTwoTiles(second, ms)) return second;
    const smaller = this.#sizes.findLast((size) => size < tokens && this.#seen.has(size));
    const larger = this.#sizes.find((size) => size > tokens);
    const isCheaper = smaller !== undefined && this.#isCheaper(tokens, smaller);
    if (ms > MOST_MS * (isCheaper ? TOLERANCE : 1)) {
      const isOneTile = smaller !== undefined && smaller === smallest && tokens === second;
      const savesNothing = isOneTile && this.#msOf(smaller) > SAVES_NOTHING * ms;
      return savesNothing ? tokens : this.#shrunk(tokens, ms);
    }
    // No chunk takes longer than its tokens would in smaller ones, so that this cannot go too far.
    const most = (size: number) => (size * ms) / tokens;
    const grown = this.#sizes.findLast(
      (size) => size > tokens && size <= tokens * MOST_GROWTH && most(size) <= TARGET_MS,
    );
    if (grown !== undefined) return grown;
    const isPromising = larger !== undefined && (!this.#seen.has(larger) || this.#isCheaper(larger, tokens));
    if (isPromising && most(larger) <= MOST_MS) return larger;
    // Where a longer submit has made nothing cheaper, a shorter one is better.
    if (smaller !== undefined && !isCheaper && ms > TARGET_MS * TOLERANCE) return smaller;
    return tokens;
  }

  /**
   * Whether two tiles are better than the one that took `ms`: their tokens cost less, they take hardly longer, or they may have been
   * slow for being first.
   */
  #isWorthTwoTiles(second: number, ms: number): boolean {
    const seen = this.#seen.get(second);
    if (!seen) return false;
    const expected = Math.min(seen.ms, 2 * ms);
    const isCheaper = expected <= MOST_MS && expected <= 2 * CHEAPER * ms;
    return isCheaper || (seen.count === 1 && expected <= 2 * MOST_MS) || ms > SAVES_NOTHING * expected;
  }

  #shrunk(tokens: number, ms: number): number {
    const fits = (size: number) => size < tokens && (size * ms) / tokens <= TARGET_MS;
    return this.#sizes.findLast(fits) ?? (this.#sizes[0] as number);
  }

  #msOf(size: number): number {
    return this.#seen.get(size)?.ms ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the tokens of a larger chunk cost notably less than those of a smaller one; both were seen. */
  #isCheaper(larger: number, smaller: number): boolean {
    return this.#msOf(larger) / larger <= (CHEAPER * this.#msOf(smaller)) / smaller;
  }
}
