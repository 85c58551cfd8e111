// node bench.mjs [options]: the benchmark's command line. Prints one JSON line per measurement.
import { parseArgs } from 'node:util';
import { OPTIONAL_FEATURES, type OptionalFeature } from '../src/gpu/device.ts';
import { DEFAULT_KNOBS, type KernelKnobs } from '../src/kernels/kernel.ts';
import type { FormatOptions } from '../src/runtime/load-weights.ts';
import { BENCH_DTYPES, type BenchResult, combinations, modelOf, runBench } from './bench.ts';
import { type KernelResult, runKernelBench } from './kernels.ts';
import { choicesOf, countsOf, listOf } from './option-lists.ts';
import type { PageOptions } from './page.ts';
import { runInBrowser } from './run-in-browser.ts';
import { modelServer } from './serve-model.ts';
import { SHAPES } from './shapes.ts';
import { kernelTables, markdown, speedTable } from './table.ts';

const USAGE = `usage: bench [options]
Every shape is measured with every dtype, prompt length and context, one JSON line each. LIST: values with commas between.
  --shape LIST           of ${Object.keys(SHAPES).join(', ')} (tiny)
  --dtype LIST           how weights are kept: ${BENCH_DTYPES.join(', ')} (f16)
  --kv-dtype NAME        how keys and values are kept: auto, f32, f16, q8 (auto)
  --prompt-tokens LIST   (64)
  --context LIST         tokens in the KV cache when decode starts: the prompt is the last of them, and those before it
                         are not computed. Their slots hold zeros, as what attention costs does not depend on values.
                         (the prompt alone)
  --decode-tokens N      (32)
  --repeats N            measured runs, of which the median counts (3)
  --table                also prints all results as a table at the end
  --kernels              measures the kernels of a decode and of a prefill step instead: time, bytes and floating-point
                         operations, beside a copy, a read and a chain of multiply-adds measured on the same device
  --load                 measures loading instead, in a browser: from the server, from the cache, to the first token, and raw
  --no-tune              the default knobs for every kernel, for runs that can be repeated; otherwise those that decode are
                         fitted to the device first, as for any model on a hardware adapter
  --knobs JSON           these knobs instead, by class of weights, such as {"q4":{"integerDot":true}}; the defaults for the rest
  --limits default       only WebGPU's default limits
  --without LIST         of ${OPTIONAL_FEATURES.join(',')}
  --runtime node|chromium  (chromium)
  --browser PATH         the browser for --runtime chromium
  --browser-args="ARGS"  its arguments
  --dawn "SWITCHES"      Dawn's switches for --runtime node`;

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      shape: { type: 'string', default: 'tiny' },
      dtype: { type: 'string', default: 'f16' },
      'kv-dtype': { type: 'string', default: 'auto' },
      'prompt-tokens': { type: 'string', default: '64' },
      context: { type: 'string', default: '' },
      'decode-tokens': { type: 'string', default: '32' },
      repeats: { type: 'string', default: '3' },
      table: { type: 'boolean', default: false },
      kernels: { type: 'boolean', default: false },
      load: { type: 'boolean', default: false },
      'no-tune': { type: 'boolean', default: false },
      knobs: { type: 'string', default: '' },
      limits: { type: 'string', default: 'best' },
      without: { type: 'string', default: '' },
      runtime: { type: 'string', default: 'chromium' },
      browser: { type: 'string' },
      'browser-args': { type: 'string', default: '' },
      dawn: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

/** @throws Error for what is no object of knobs by class; the tuner refuses those that do not run. */
function knobsOf(text: string): KernelKnobs {
  let given: Record<string, object>;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error(`--knobs ${text}: expected JSON`);
  }
  const unknown = Object.entries(given ?? {}).flatMap(([name, knobs]) => {
    const known = (DEFAULT_KNOBS as unknown as Record<string, object>)[name];
    return known ? Object.keys(knobs).filter((knob) => !(knob in known)) : [name];
  });
  if (unknown.length > 0) throw new Error(`--knobs: no knob ${unknown.join(', ')} in ${JSON.stringify(DEFAULT_KNOBS)}`);
  const merged = Object.entries(DEFAULT_KNOBS).map(([name, standard]) => [name, { ...standard, ...given[name] }]);
  return Object.fromEntries(merged) as KernelKnobs;
}

/** The runs that the options ask for, one per shape and dtype; each loads its weights once. */
function runsOf(values: ReturnType<typeof readOptions>): PageOptions[] {
  const shapes = listOf(values.shape);
  for (const shape of shapes) modelOf(shape);
  const dtypes = choicesOf('dtype', values.dtype, BENCH_DTYPES);
  const common = {
    what: values.load ? 'load' : values.kernels ? 'kernels' : 'speed',
    kvCacheDType: values['kv-dtype'] as FormatOptions['kv_cache_dtype'],
    promptTokens: countsOf('prompt-tokens', values['prompt-tokens']),
    contexts: countsOf('context', values.context),
    decodeTokens: countsOf('decode-tokens', values['decode-tokens'])[0] ?? 1,
    repeats: countsOf('repeats', values.repeats)[0] ?? 1,
    ...(values['no-tune'] ? { tune: false } : {}),
    ...(values.knobs ? { tune: knobsOf(values.knobs) } : {}),
    gpu: {
      limits: values.limits === 'default' ? 'default' : 'best',
      without: listOf(values.without) as OptionalFeature[],
      dawn: values.dawn.split(/\s+/).filter(Boolean),
    },
  } as const;
  combinations(common);
  return shapes.flatMap((shape) => dtypes.map((dtype) => ({ ...common, shape, dtype })));
}

async function main(args: string[]): Promise<void> {
  const values = readOptions(args);
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { browser, runtime } = values;
  if (runtime === 'node' && values.load) throw new Error(`--load measures browsers\n${USAGE}`);
  const measure = (run: PageOptions): AsyncGenerator<object> => {
    if (runtime === 'node') return run.what === 'kernels' ? runKernelBench(run, runtime) : runBench(run, runtime);
    if (!browser) throw new Error(`--runtime chromium needs --browser PATH\n${USAGE}`);
    const serve = run.what === 'load' ? modelServer(run.shape) : undefined;
    return runInBrowser(
      run,
      { script: 'page.js', serve },
      browser,
      values['browser-args'].split(/\s+/).filter(Boolean),
    );
  };
  const results: object[] = [];
  for (const run of runsOf(values)) {
    for await (const result of measure(run)) {
      console.log(JSON.stringify(result));
      results.push(result);
    }
  }
  if (!values.table || values.load) return;
  const kernels = values.kernels ? (results as KernelResult[]) : [];
  const tables = values.kernels ? kernels.flatMap(kernelTables) : [speedTable(results as BenchResult[])];
  for (const table of tables) console.log(`\n${table.title ? `${table.title}\n\n` : ''}${markdown(table)}`);
  for (const note of kernels[0]?.notes ?? []) console.log(`- ${note}`);
}

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
