// Runs a measurement in a browser: serves the page, starts the browser on it, passes on what the page posts.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageMessage } from './page.ts';

/** The longest time between two results. */
const RESULT_TIMEOUT_MS = 15 * 60_000;

/** What the page is made of. */
export interface PageSite {
  /** Name of the page's script, beside the program that runs. */
  script: string;
  /** Answers requests for other files; false for those that it has not. */
  serve?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Of the page and its script. */
  headers?: Readonly<Record<string, string>>;
}

/** The browser's helpers may write for a moment after it ended; a leftover in the temporary folder fails no measurement. */
async function removeProfile(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  } catch (error) {
    console.error(`left behind: ${folder} (${error instanceof Error ? error.message : String(error)})`);
  }
}

/**
 * Yields each result as it comes. The page finds the options as JSON behind the # of its address.
 * @throws Error what the page met, the browser's end, or its silence.
 */
export async function* runInBrowser(
  options: object,
  { script, serve, headers = {} }: PageSite,
  browser: string,
  args: readonly string[],
): AsyncGenerator<object, void, undefined> {
  const profile = mkdtempSync(join(tmpdir(), 'intab-bench-'));
  const messages: PageMessage[] = [];
  let wake: () => void = () => {};
  const page = `<!doctype html><meta charset="utf-8"><title>bench</title><script type="module" src="/${script}"></script>`;
  const server = createServer((request, response) => {
    if (serve?.(request, response)) return;
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        messages.push(JSON.parse(Buffer.concat(chunks).toString()) as PageMessage);
        response.end();
        wake();
      });
    } else if (request.url === `/${script}`) {
      const text = readFileSync(join(import.meta.dirname, script));
      response.writeHead(200, { ...headers, 'content-type': 'text/javascript' }).end(text);
    } else {
      response.writeHead(200, { ...headers, 'content-type': 'text/html' }).end(page);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const url = `http://127.0.0.1:${port}/#${encodeURIComponent(JSON.stringify(options))}`;
  const child = spawn(browser, ['--headless=new', `--user-data-dir=${profile}`, '--no-first-run', ...args, url], {
    stdio: 'ignore',
  });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code) => resolve(`the browser ended with code ${code} before the benchmark did`));
  });
  const next = async (): Promise<PageMessage> => {
    let timer: NodeJS.Timeout | undefined;
    const posted = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const silence = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('the benchmark took too long'), RESULT_TIMEOUT_MS);
    });
    const problem = messages.length > 0 ? undefined : await Promise.race([posted, ended, silence]);
    clearTimeout(timer);
    return messages.shift() ?? { error: problem ?? 'nothing was posted' };
  };
  try {
    for (let message = await next(); ; message = await next()) {
      if ('result' in message) yield message.result;
      else if (message.error !== undefined) throw new Error(message.error);
      else return;
    }
  } finally {
    if (child.exitCode === null && child.pid !== undefined) {
      child.kill();
      await ended;
    }
    server.close();
    server.closeAllConnections();
    await removeProfile(profile);
  }
}
