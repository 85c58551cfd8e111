// The benchmark inside a browser: reads its options from the address, posts the result, or the error, back to the server.
import { type BenchOptions, runBench } from './bench.ts';
import { benchLoad } from './load.ts';

const options = JSON.parse(decodeURIComponent(location.hash.slice(1))) as BenchOptions;
const running: Promise<object> = options.load ? benchLoad(options) : runBench(options, 'chromium');
const answer = await running.then(
  (result) => ({ result }),
  (error: unknown) => ({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
);
await fetch('/result', { method: 'POST', body: JSON.stringify(answer) });
