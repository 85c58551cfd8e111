// Serves one module of this project to a real browser and drives it: for the parity and benchmark commands.
import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, normalize, resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { createServer } from 'vite';
import { browserLaunch } from './browser.mjs';

const PROJECT = resolve(import.meta.dirname, '..');

/** Serves the files below a folder, with ranges, under a prefix. */
function serveFolder(prefix: string, folder: string) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    if (!path.startsWith(prefix)) return next();
    const file = normalize(join(folder, path.slice(prefix.length)));
    const size = file.startsWith(folder) ? statSync(file, { throwIfNoEntry: false }) : undefined;
    if (!size?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = range ? Number(range[1]) : 0;
    const end = range?.[2] ? Math.min(Number(range[2]), size.size - 1) : size.size - 1;
    const type = file.endsWith('.json') ? 'application/json' : 'application/octet-stream';
    response.writeHead(range ? 206 : 200, {
      'content-type': type,
      'content-length': end - start + 1,
      'accept-ranges': 'bytes',
      ...(range ? { 'content-range': `bytes ${start}-${end}/${size.size}` } : {}),
    });
    if (size.size === 0) response.end();
    else createReadStream(file, { start, end }).pipe(response);
  };
}

/** A page whose only content is one module; its exports are `globalThis.page`. */
function pageOf(module: string): string {
  const script = `import * as page from ${JSON.stringify(module)}; globalThis.page = page;`;
  return `<!doctype html><meta charset="utf-8"><title>intab</title><script type="module">${script}</script>`;
}

export interface PageOptions {
  /** The module to load, as a path from the project's root: `/tools/parity-page.ts`. */
  module: string;
  /** Folders of this machine, by the path the page sees them under: `/cases/`. */
  folders?: Readonly<Record<string, string>>;
  /** Browser to use instead of the one that is found. */
  browser?: { path: string; args: readonly string[] };
}

/** Serves a page with one module of this project; `close` ends it. */
export async function servePage(
  options: Pick<PageOptions, 'module' | 'folders'>,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = await createServer({
    root: PROJECT,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
    optimizeDeps: {
      include: ['@huggingface/jinja', '@huggingface/tokenizers', '@noble/hashes/sha2.js', 'idb-keyval'],
    },
    plugins: [
      {
        name: 'folders',
        configureServer({ middlewares }) {
          for (const [prefix, folder] of Object.entries(options.folders ?? {})) {
            middlewares.use(serveFolder(prefix, resolve(folder)));
          }
          middlewares.use('/page.html', (_, response) => {
            response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf(options.module));
          });
        },
      },
    ],
  });
  await server.listen();
  return { url: `${server.resolvedUrls?.local[0] ?? ''}page.html`, close: () => server.close() };
}

/** Opens a page with one module of this project in a browser with WebGPU and hands it to `work`. */
export async function withPage<T>(options: PageOptions, work: (page: Page) => Promise<T>): Promise<T> {
  const served = await servePage(options);
  let browser: Browser | undefined;
  try {
    const launch = options.browser
      ? { executablePath: options.browser.path, args: [...options.browser.args] }
      : await browserLaunch();
    browser = await chromium.launch({ executablePath: launch.executablePath, args: launch.args });
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    await page.goto(served.url);
    await page.waitForFunction(() => 'page' in globalThis);
    return await work(page);
  } finally {
    await browser?.close();
    await served.close();
  }
}
