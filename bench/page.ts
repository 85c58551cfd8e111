// The benchmark inside a browser: reads its options from the address, posts each result, and at the end how it ended, to the server.
import { type BenchOptions, runBench } from './bench.ts';
import { runKernelBench } from './kernels.ts';
import { benchLoad } from './load.ts';

/** What is measured. */
export type Measurement = 'speed' | 'kernels' | 'load';

export interface PageOptions extends BenchOptions {
  what: Measurement;
}

/** What the page posts: a result, or the last message of all. */
export type PageMessage = { result: object } | { error?: string };

const options = JSON.parse(decodeURIComponent(location.hash.slice(1))) as PageOptions;
const post = (message: PageMessage) => fetch('/result', { method: 'POST', body: JSON.stringify(message) });

async function* measure(): AsyncGenerator<object> {
  if (options.what === 'load') yield await benchLoad(options);
  else if (options.what === 'kernels') yield* runKernelBench(options, 'chromium');
  else yield* runBench(options, 'chromium');
}

try {
  for await (const result of measure()) await post({ result });
  await post({});
} catch (error) {
  await post({ error: error instanceof Error ? error.message : String(error) });
}
