// How fast tokens come.
/** What browsers round times to, in milliseconds: a few tokens may take no time by their clock. */
const CLOCK_TICK = 0.1;

/** Tokens a second, of tokens that took so many milliseconds. */
export function tokensPerSecond(tokens: number, ms: number): number {
  return (tokens * 1000) / Math.max(ms, CLOCK_TICK);
}
