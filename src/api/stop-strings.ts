// Ends a text at the first stop string: lets through what cannot be part of one and holds back the rest.

export class StopStrings {
  readonly #stops: readonly string[];
  #held = '';
  /** Whether a stop string has come. */
  stopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '');
  }

  /** Takes more text and gives what may be shown: nothing of a stop string, and nothing after one. */
  push(text: string): string {
    if (this.stopped) return '';
    if (this.#stops.length === 0) return text;
    this.#held += text;
    const found = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) {
      this.stopped = true;
      return this.#release(Math.min(...found));
    }
    return this.#release(this.#held.length - this.#openTail());
  }

  /** What is still held back when no more text comes. */
  flush(): string {
    return this.stopped ? '' : this.#release(this.#held.length);
  }

  #release(count: number): string {
    const text = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    return text;
  }

  /** Length of the longest end of the held text that begins a stop string. */
  #openTail(): number {
    const longest = Math.max(...this.#stops.map((stop) => stop.length)) - 1;
    for (let length = Math.min(longest, this.#held.length); length > 0; length--) {
      const tail = this.#held.slice(-length);
      if (this.#stops.some((stop) => stop.startsWith(tail))) return length;
    }
    return 0;
  }
}
