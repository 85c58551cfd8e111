// Builds and serves the demo page and opens it in the browser that the other tests use.
import { resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { build, type PreviewServer, preview } from 'vite';
import { browserLaunch } from '../../tools/browser.mjs';

const configFile = resolve(import.meta.dirname, '../../vite.config.ts');

export class DemoPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors and uncaught errors of the page. */
  readonly problems: string[] = [];
  /** Addresses requested outside the page's own origin. */
  readonly foreignRequests: string[] = [];
  readonly #browser: Browser;
  readonly #server: PreviewServer;
  readonly #url: string;

  private constructor(server: PreviewServer, url: string, browser: Browser, context: BrowserContext, page: Page) {
    this.#server = server;
    this.#url = url;
    this.#browser = browser;
    this.context = context;
    this.page = page;
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      // The browser asks for the icon again whenever the address changes, with or without a network: no request of the page.
      const { url: at } = message.location();
      if (message.type() === 'error' && !at.includes('favicon')) this.problems.push(`${message.text()} ${at}`);
    });
    page.on('request', (request) => {
      if (/^https?:/.test(request.url()) && !request.url().startsWith(url)) this.foreignRequests.push(request.url());
    });
  }

  /** `args` replace the browser's usual arguments. */
  static async open(args?: readonly string[]): Promise<DemoPage> {
    await build({ configFile, mode: 'demo', logLevel: 'error' });
    const server = await preview({
      configFile,
      mode: 'demo',
      logLevel: 'error',
      preview: { port: 0, host: '127.0.0.1' },
    });
    const launch = await browserLaunch();
    const browser = await chromium.launch({
      executablePath: launch.executablePath,
      args: [...(args ?? launch.args)],
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    const demo = new DemoPage(server, server.resolvedUrls?.local[0] ?? '', browser, context, page);
    await page.goto(demo.#url);
    return demo;
  }

  /** Waits until the embedded model can be talked to. */
  async ready(): Promise<void> {
    await this.page.getByPlaceholder('Message', { exact: true }).waitFor({ timeout: 120_000 });
  }

  /** Asks a question and gives the whole answer's text. */
  async ask(question: string): Promise<string> {
    await this.page.getByTestId('prompt').fill(question);
    await this.page.getByTestId('send').click();
    const answer = this.page.getByTestId('message-assistant').last();
    await this.page.waitForFunction(
      () => {
        const last = [...document.querySelectorAll<HTMLElement>('[data-testid=message-assistant]')].at(-1);
        return last?.dataset.state === 'done' || last?.dataset.state === 'error' || last?.dataset.state === 'stopped';
      },
      undefined,
      { timeout: 120_000 },
    );
    return (await answer.textContent()) ?? '';
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}
