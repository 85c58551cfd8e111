// wllama as a page uses it: a GGUF file from a server, all of it on the GPU, and a streamed completion of text.
import { idsIn, wordOf } from './gguf-words.ts';
import type { PeerDType, PeerModel } from './measure.ts';
import { PACKAGE_PATHS, packageUrl } from './packages.ts';

/** What of the package is used. */
interface WllamaPackage {
  Wllama: {
    new (
      paths: { default: string },
      config: object,
    ): {
      loadModelFromUrl(url: string, options: object): Promise<void>;
      createCompletion(options: object): Promise<unknown>;
    };
    getLibllamaVersion(): string;
  };
}

interface Chunk {
  choices: readonly { text: string }[];
  /** Of the last one. */
  timings?: { prompt_n: number; prompt_ms: number; predicted_ms: number };
}

/**
 * @param hasF16 whether the adapter computes in f16.
 * @throws Error llama.cpp leaves layers to the processor, as it does on every adapter without f16.
 */
export async function loadWllama(dtype: PeerDType, contextTokens: number, hasF16: boolean): Promise<PeerModel> {
  if (!hasF16) throw new Error('llama.cpp computes on the processor here: its WebGPU needs shader-f16');
  const { Wllama }: WllamaPackage = await import(/* @vite-ignore */ packageUrl(PACKAGE_PATHS.wllama));
  const log: string[] = [];
  const keep = (...words: unknown[]) => void log.push(words.join(' '));
  const logger = { debug: keep, log: keep, warn: keep, error: keep };
  const engine = new Wllama({ default: packageUrl(PACKAGE_PATHS.wllamaWasm) }, { logger });
  const url = new URL(`/models/gguf-${dtype}/model.gguf`, location.href).href;
  try {
    await engine.loadModelFromUrl(url, { n_ctx: contextTokens, n_parallel: 1, n_gpu_layers: 99_999 });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log.join('\n')}`);
  }
  const text = log.join('\n');
  const [offloaded, layers, all] = /offloaded (\d+)\/(\d+) layers to GPU/.exec(text) ?? [];
  if (offloaded === undefined || layers !== all) throw new Error(`not all layers are on the GPU\n${text}`);
  // More than two splits: some operations are on the processor nevertheless.
  const [graph = ''] = /graph: nodes = \d+, splits = \d+/.exec(text) ?? [];
  return {
    driver: `createCompletion, llama.cpp ${Wllama.getLibllamaVersion()} on WebGPU, ${offloaded}, ${graph}`,
    format: dtype === 'q4' ? 'Q4_0' : 'F16',
    async generate(prompt, tokens, onToken) {
      let times: Chunk['timings'];
      await engine.createCompletion({
        prompt: prompt.map(wordOf).join(''),
        max_tokens: tokens,
        ignore_eos: true,
        cache_prompt: false,
        // The largest logit, without the samplers that would sort the others.
        samplers: ['top_k'],
        top_k: 1,
        temperature: 0,
        stream: true,
        onData: ({ choices, timings }: Chunk) => {
          idsIn(choices[0]?.text ?? '').forEach(onToken);
          times = timings ?? times;
        },
      });
      if (times?.prompt_n !== prompt.length) {
        throw new Error(`a prompt of ${prompt.length} tokens was read as ${times?.prompt_n}`);
      }
      // A token reaches the page only when the next one is computed.
      return { firstMs: times.prompt_ms, laterMs: times.predicted_ms };
    },
  };
}
