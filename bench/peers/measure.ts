// Measures an engine that is driven through its own interface, as bench.ts measures intab.
import { tokensPerSecond } from '../../src/runtime/tokens-per-second.ts';
import { type BenchResult, promptOf, type RunSpeeds, round, speedsOf, WARM_UP_RUNS } from '../bench.ts';

/** Those that npm run bench:peers knows: intab as npm run bench measures it, and loaded from the file that wllama gets. */
export const PEER_ENGINES = ['intab', 'intab-gguf', 'transformers.js', 'wllama'] as const;
export type PeerEngineName = (typeof PEER_ENGINES)[number];
export const PEER_DTYPES = ['q4', 'f16'] as const;
export type PeerDType = (typeof PEER_DTYPES)[number];

/** What the page is asked for. */
export interface PeerOptions {
  engine: Exclude<PeerEngineName, 'intab'>;
  /** The engine's name with its version. */
  title: string;
  shape: string;
  dtype: PeerDType;
  promptTokens: readonly number[];
  decodeTokens: number;
  repeats: number;
}

/** A model that an engine has loaded. */
export interface PeerModel {
  /** What of the engine runs, and how weights and activations are kept. */
  driver: string;
  format: string;
  /** Continues a prompt greedily by so many tokens and tells of each when the page has it. Gives times where the engine's own count. */
  generate(prompt: readonly number[], tokens: number, onToken: (id: number) => void): Promise<OwnTimes | undefined>;
}

/** What an engine measured itself. */
export interface OwnTimes {
  /** To the first token. */
  firstMs: number;
  /** From the first token to the last. */
  laterMs: number;
}

/** What intab's own results have as well. */
type Common = Pick<
  BenchResult,
  | 'adapter'
  | 'shape'
  | 'prompt_tokens'
  | 'decode_tokens'
  | 'prefill_tok_s'
  | 'decode_tok_s'
  | 'ttft_ms'
  | 'load_ms'
  | 'runs'
>;

/** One line of `npm run bench:peers`; those of intab itself are as npm run bench has them. */
export interface PeerResult extends Common, Pick<PeerModel, 'driver' | 'format'> {
  engine: string;
  dtype: PeerDType;
  /** The first ids of the last run: engines that compute the same give the same. */
  first_ids: readonly number[];
}

const SHOWN_IDS = 8;

interface Run extends RunSpeeds {
  ids: number[];
}

/** @throws Error the engine gave another number of tokens than asked for. */
async function measureRun(model: PeerModel, prompt: readonly number[], tokens: number): Promise<Run> {
  const ids: number[] = [];
  const arrivals: number[] = [];
  const started = performance.now();
  const own = await model.generate(prompt, tokens, (id) => {
    arrivals.push(performance.now());
    ids.push(id);
  });
  if (ids.length !== tokens) throw new Error(`${ids.length} tokens came, ${tokens} were asked for`);
  const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)];
  const { firstMs, laterMs } = own ?? { firstMs: first - started, laterMs: last - first };
  return {
    ttft: firstMs,
    prefill_tok_s: tokensPerSecond(prompt.length, firstMs),
    decode_tok_s: tokensPerSecond(tokens - 1, laterMs),
    ids,
  };
}

/** Measures each length of prompt, with prompts that differ from run to run. */
export async function* measurePeer(
  { title, shape, dtype, promptTokens, decodeTokens, repeats }: PeerOptions,
  vocab: number,
  adapter: string,
  load: () => Promise<PeerModel>,
): AsyncGenerator<PeerResult> {
  const began = performance.now();
  const model = await load();
  const loadMs = performance.now() - began;
  for (const length of promptTokens) {
    const runs: Run[] = [];
    for (let index = 0; index < WARM_UP_RUNS + repeats; index++) {
      const run = await measureRun(model, promptOf(length, vocab, index), decodeTokens);
      if (index >= WARM_UP_RUNS) runs.push(run);
    }
    yield {
      engine: title,
      driver: model.driver,
      adapter,
      shape,
      dtype,
      format: model.format,
      prompt_tokens: length,
      decode_tokens: decodeTokens,
      ...speedsOf(runs),
      load_ms: round(loadMs),
      first_ids: runs.at(-1)?.ids.slice(0, SHOWN_IDS) ?? [],
    };
  }
}
