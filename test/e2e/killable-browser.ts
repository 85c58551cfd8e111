// A browser with a profile on disk that can be killed at any moment, as crashes and power cuts do, and started again on what is left.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { browserLaunch } from '../../tools/browser.mjs';

export class KillableBrowser {
  readonly #profile = mkdtempSync(join(tmpdir(), 'intab-profile-'));
  #process: ChildProcess | undefined;
  #browser: Browser | undefined;

  /** Starts the browser and opens a page whose module is loaded. */
  async open(url: string): Promise<Page> {
    const { executablePath, args } = await browserLaunch();
    const portFile = join(this.#profile, 'DevToolsActivePort');
    rmSync(portFile, { force: true });
    // Its own process group, so that none of its processes outlives a kill.
    this.#process = spawn(
      executablePath,
      [...args, '--headless', '--remote-debugging-port=0', `--user-data-dir=${this.#profile}`, 'about:blank'],
      { detached: true, stdio: 'ignore' },
    );
    const port = await this.#portIn(portFile);
    this.#browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    return this.newPage(url);
  }

  async newPage(url: string): Promise<Page> {
    const [context] = this.#browser?.contexts() ?? [];
    if (!context) throw new Error('the browser is not open');
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => 'page' in globalThis);
    return page;
  }

  /** Its processes: ids, and what they are for, such as `browser`, `renderer` and `GPU`. */
  async processes(): Promise<{ id: number; type: string }[]> {
    const session = await this.#browser?.newBrowserCDPSession();
    const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] };
    await session?.detach();
    return processInfo;
  }

  /** Kills all of its processes at once. */
  async kill(): Promise<void> {
    const { pid, exitCode } = this.#process ?? {};
    if (pid === undefined || exitCode !== null) return;
    const gone = new Promise((resolve) => this.#process?.once('exit', resolve));
    process.kill(-pid, 'SIGKILL');
    await gone;
    await this.#browser?.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #portIn(file: string): Promise<number> {
    for (let attempt = 0; attempt < 300; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      try {
        const [port] = readFileSync(file, 'utf8').split('\n');
        if (Number(port) > 0) return Number(port);
      } catch {
        // Not written yet.
      }
    }
    throw new Error('the browser did not start');
  }
}
