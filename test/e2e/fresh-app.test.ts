// A web developer's first steps: a fresh Vite app that installs the packed package and holds the README's classification example.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { browserLaunch } from '../../tools/browser.mjs';
import { fencedBlocks } from '../../tools/doc-blocks.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const npm = (folder: string, ...args: string[]) => execFileSync('npm', args, { cwd: folder, stdio: 'pipe' });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'intab-app-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('runs the classification example of the README', async () => {
  const example = fencedBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8')).find(({ code }) =>
    code.includes('token-classification'),
  );
  npm(ROOT, 'pack', '--pack-destination', folder);
  const [packed = ''] = readdirSync(folder);
  const app = join(folder, 'app');
  mkdirSync(join(app, 'public'), { recursive: true });
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }));
  npm(app, 'install', '--no-audit', '--no-fund', '--prefer-offline', '--omit=optional', join('..', packed));
  symlinkSync(join(ROOT, 'demo/public/models'), join(app, 'public/models'));
  writeFileSync(
    join(app, 'index.html'),
    '<!doctype html><title>app</title><script type="module" src="/main.js"></script>',
  );
  writeFileSync(join(app, 'main.js'), `${example?.code}\nconsole.log('done');\n`);

  const config = { root: app, configFile: false as const, logLevel: 'error' as const };
  await build({ ...config, build: { target: 'es2022' } });
  const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } });
  const launch = await browserLaunch();
  const browser = await chromium.launch({ executablePath: launch.executablePath, args: launch.args });
  try {
    const page = await browser.newPage();
    const lines: string[] = [];
    const finished = new Promise<void>((resolve, reject) => {
      page.on('pageerror', reject);
      page.on('console', (message) => {
        lines.push(message.text());
        if (message.text() === 'done') resolve();
      });
    });
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    await finished;
    expect(lines.join('\n')).toMatch(
      /NAME\s+Maria Kowalska\n.*PHONE\s+\+44 7700 900123\ndelivery_problem .*\nThomas Keel/,
    );
  } finally {
    await browser.close();
    await server.close();
  }
});
