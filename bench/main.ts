// node bench.mjs [options]: the benchmark's command line. Prints one JSON line per measurement.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OPTIONAL_FEATURES, type OptionalFeature } from '../src/gpu/device.ts';
import type { DTypeChoice } from '../src/runtime/load-weights.ts';
import { type BenchOptions, type BenchResult, runBench } from './bench.ts';
import type { LoadResult } from './load.ts';
import { modelServer } from './serve-model.ts';
import { SHAPES } from './shapes.ts';

const USAGE = `usage: bench [options]
  --shape NAME           ${Object.keys(SHAPES).join(', ')}, or several with commas (tiny)
  --dtype f16|bf16|f32|q8|q4  how weights are kept (f16)
  --prompt-tokens N      (64)
  --decode-tokens N      (32)
  --repeats N            measured runs, of which the median counts (3)
  --profile              also times each kernel by itself
  --load                 measures loading instead, in a browser: from the server, from the cache, and raw
  --limits default       only WebGPU's default limits
  --without LIST         of ${OPTIONAL_FEATURES.join(',')}
  --runtime node|chromium  (chromium)
  --browser PATH         the browser for --runtime chromium
  --browser-args "ARGS"  its arguments
  --dawn "SWITCHES"      Dawn's switches for --runtime node`;

const BROWSER_TIMEOUT_MS = 15 * 60_000;

function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      shape: { type: 'string', default: 'tiny' },
      dtype: { type: 'string', default: 'f16' },
      'prompt-tokens': { type: 'string', default: '64' },
      'decode-tokens': { type: 'string', default: '32' },
      repeats: { type: 'string', default: '3' },
      profile: { type: 'boolean', default: false },
      load: { type: 'boolean', default: false },
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

/** The browser's helpers may write for a moment after it ended; a leftover in the temporary folder fails no measurement. */
function removeProfile(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  } catch (error) {
    console.error(`left behind: ${folder} (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** Runs one measurement in a browser: serves the page, starts the browser on it, waits for the result. */
async function runInBrowser(options: BenchOptions, browser: string, args: string[]): Promise<BenchResult | LoadResult> {
  const profile = mkdtempSync(join(tmpdir(), 'intab-bench-'));
  const page =
    '<!doctype html><meta charset="utf-8"><title>bench</title><script type="module" src="/page.js"></script>';
  let receive: (body: string) => void = () => {};
  const received = new Promise<string>((resolve) => {
    receive = resolve;
  });
  const serveModel = options.load ? modelServer(options.shape) : undefined;
  const server = createServer((request, response) => {
    if (serveModel?.(request, response)) return;
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        receive(Buffer.concat(chunks).toString());
        response.end();
      });
    } else if (request.url === '/page.js') {
      const script = readFileSync(join(import.meta.dirname, 'page.js'));
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    } else {
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const url = `http://127.0.0.1:${port}/#${encodeURIComponent(JSON.stringify(options))}`;
  const child = spawn(browser, ['--headless=new', `--user-data-dir=${profile}`, '--no-first-run', ...args, url], {
    stdio: 'ignore',
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const failed = new Promise<never>((_, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`the browser ended with code ${code} before the benchmark did`)));
      timer = setTimeout(() => reject(new Error('the benchmark took too long')), BROWSER_TIMEOUT_MS);
    });
    const { result, error } = JSON.parse(await Promise.race([received, failed])) as {
      result?: BenchResult | LoadResult;
      error?: string;
    };
    if (!result) throw new Error(error);
    return result;
  } finally {
    clearTimeout(timer);
    child.removeAllListeners();
    const ended = new Promise((resolve) => child.on('exit', resolve));
    if (child.exitCode === null && child.pid !== undefined) {
      child.kill();
      await ended;
    }
    server.close();
    server.closeAllConnections();
    removeProfile(profile);
  }
}

async function main(args: string[]): Promise<void> {
  const values = readOptions(args);
  if (values.help) {
    console.log(USAGE);
    return;
  }
  for (const shape of values.shape.split(',')) {
    const options: BenchOptions = {
      shape,
      dtype: values.dtype as DTypeChoice,
      promptTokens: Number(values['prompt-tokens']),
      decodeTokens: Number(values['decode-tokens']),
      repeats: Number(values.repeats),
      profile: values.profile,
      load: values.load,
      gpu: {
        limits: values.limits === 'default' ? 'default' : 'best',
        without: values.without.split(',').filter(Boolean) as OptionalFeature[],
        dawn: values.dawn.split(/\s+/).filter(Boolean),
      },
    };
    if (values.runtime === 'node' && values.load) throw new Error(`--load measures browsers\n${USAGE}`);
    if (values.runtime === 'node') {
      console.log(JSON.stringify(await runBench(options, 'node')));
    } else {
      if (!values.browser) throw new Error(`--runtime chromium needs --browser PATH\n${USAGE}`);
      const browserArgs = values['browser-args'].split(/\s+/).filter(Boolean);
      console.log(JSON.stringify(await runInBrowser(options, values.browser, browserArgs)));
    }
  }
}

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
