// One call's turn at a model that runs one generation at a time. Its reader may take its time: text waits for the reader, and while nobody
// else waits, the generation waits too. Who comes next has the rest made without the reader.
export class Turn {
  #source: AsyncGenerator<string, void, undefined> | undefined;
  readonly #pieces: string[] = [];
  #pulling: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;

  constructor(source: AsyncGenerator<string, void, undefined>) {
    this.#source = source;
  }

  /** Makes what is left, however slowly it is read. */
  async finish(): Promise<void> {
    while (this.#source) await this.#pull();
  }

  /**
   * Text as it comes.
   * @throws what the generation threw, behind all text before it; the signal's reason instead of text that waits.
   */
  async *read(signal: AbortSignal | undefined): AsyncGenerator<string, void, undefined> {
    try {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          signal?.throwIfAborted();
          yield piece;
        } else if (this.#source) await this.#pull();
        else break;
      }
      if (this.#failure) throw this.#failure.error;
    } finally {
      await this.#source?.return();
      this.#source = undefined;
    }
  }

  /** Has one more piece made; whoever asks meanwhile waits for the same one. */
  #pull(): Promise<void> {
    this.#pulling ??= this.#next().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  async #next(): Promise<void> {
    try {
      const next = await this.#source?.next();
      if (next && !next.done) {
        this.#pieces.push(next.value);
        return;
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#source = undefined;
  }
}
