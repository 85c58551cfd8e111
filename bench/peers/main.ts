// node peers.mjs [options]: intab and other engines one after another in the same browser. Prints one JSON line per measurement.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchResult } from '../bench.ts';
import { choicesOf, countsOf, listOf } from '../option-lists.ts';
import type { PageOptions } from '../page.ts';
import { type PageSite, runInBrowser } from '../run-in-browser.ts';
import { inDigits, markdown, type Table } from '../table.ts';
import {
  PEER_DTYPES,
  PEER_ENGINES,
  type PeerDType,
  type PeerEngineName,
  type PeerOptions,
  type PeerResult,
} from './measure.ts';
import { PACKAGE_NAMES } from './packages.ts';
import { ISOLATED, peerServer } from './serve-peers.ts';

const USAGE = `usage: bench:peers [options]
Every shape is measured with every dtype, engine and prompt length, one JSON line each. LIST: values with commas between.
  --shape LIST           shapes of npm run bench, of llama, mistral, qwen2 or qwen2_moe, the last not for transformers.js (tiny)
  --dtype LIST           of ${PEER_DTYPES.join(', ')} (q4)
  --engines LIST         of ${PEER_ENGINES.join(', ')} (intab,transformers.js,wllama);
                         intab-gguf is intab with the weights that the others get instead of random ones of its own
  --prompt-tokens LIST   (64)
  --decode-tokens N      (32)
  --repeats N            measured runs, of which the median counts (3)
  --table                also prints all results as a table at the end
  --browser PATH         the browser
  --browser-args="ARGS"  its arguments
  --packages FOLDER      where the other engines' packages lie, by their names`;

type Line = PeerResult | BenchResult | { engine: string; shape: string; dtype: PeerDType; error: string };

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      shape: { type: 'string', default: 'tiny' },
      dtype: { type: 'string', default: 'q4' },
      engines: { type: 'string', default: 'intab,transformers.js,wllama' },
      'prompt-tokens': { type: 'string', default: '64' },
      'decode-tokens': { type: 'string', default: '32' },
      repeats: { type: 'string', default: '3' },
      table: { type: 'boolean', default: false },
      browser: { type: 'string', default: '' },
      'browser-args': { type: 'string', default: '' },
      packages: { type: 'string', default: join(import.meta.dirname, 'packages') },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

/** What the lines of all engines have. */
function peerTable(results: readonly Line[]): Table {
  return {
    head: ['shape', 'weights', 'prompt', 'engine', 'prefill tok/s', 'decode tok/s', 'first token'],
    rows: results.map((result) => {
      if ('error' in result) return [result.shape, result.dtype, '', result.engine, 'failed', 'failed', ''];
      const { shape, dtype, prompt_tokens, engine, prefill_tok_s, decode_tok_s, ttft_ms } = result;
      const speeds = [inDigits(prefill_tok_s), inDigits(decode_tok_s), `${inDigits(ttft_ms)} ms`];
      return [shape, dtype, String(prompt_tokens), engine, ...speeds];
    }),
  };
}

/** An engine's name, with its version where it is a package. */
function titleOf(engine: PeerEngineName, packages: string): string {
  const name = PACKAGE_NAMES[engine];
  if (!name) return engine;
  return `${engine} ${JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')).version}`;
}

async function main(args: string[]): Promise<number> {
  const values = readOptions(args);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { browser, packages } = values;
  if (!browser) throw new Error(`--browser PATH is missing\n${USAGE}`);
  const browserArgs = values['browser-args'].split(/\s+/).filter(Boolean);
  const engines = choicesOf('engines', values.engines, PEER_ENGINES);
  const dtypes = choicesOf('dtype', values.dtype, PEER_DTYPES);
  const common = {
    promptTokens: countsOf('prompt-tokens', values['prompt-tokens']),
    decodeTokens: countsOf('decode-tokens', values['decode-tokens'])[0] ?? 1,
    repeats: countsOf('repeats', values.repeats)[0] ?? 1,
  };
  const results: Line[] = [];
  for (const shape of listOf(values.shape)) {
    const serve = peerServer(shape, packages);
    for (const dtype of dtypes) {
      for (const engine of engines) {
        const title = titleOf(engine, packages);
        const [options, script]: [PageOptions | PeerOptions, string] =
          engine === 'intab'
            ? [{ ...common, what: 'speed', shape, dtype, contexts: [], gpu: {} }, 'page.js']
            : [{ ...common, engine, title, shape, dtype }, 'peers-page.js'];
        const site: PageSite = { script, serve, headers: ISOLATED };
        const add = (line: Line) => {
          console.log(JSON.stringify(line));
          results.push(line);
        };
        try {
          for await (const result of runInBrowser(options, site, browser, browserArgs)) add(result as Line);
        } catch (error) {
          add({ engine: title, shape, dtype, error: error instanceof Error ? error.message : String(error) });
        }
      }
    }
  }
  if (values.table) console.log(`\n${markdown(peerTable(results))}`);
  return results.some((result) => 'error' in result) ? 1 : 0;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
