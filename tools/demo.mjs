// npm run demo: builds the demo page and serves it from this machine alone; opens it where there is a desktop.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { build, preview } from 'vite';

const configFile = resolve(import.meta.dirname, '../vite.config.ts');

/** Starts the desktop's browser on an address; says nothing where there is none. */
function openInBrowser(/** @type {string} */ url) {
  const hasDesktop = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!hasDesktop || process.env.CI) return;
  const [command, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  if (!command) return;
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

const port = Number(process.env.PORT ?? 4173);
await build({ configFile, mode: 'demo', logLevel: 'warn' });
const server = await preview({ configFile, mode: 'demo', preview: { port, host: '127.0.0.1' } });
const url = server.resolvedUrls?.local[0] ?? `http://127.0.0.1:${port}/`;
console.log(`\n  intab demo: ${url}\n  (stop with Ctrl+C)\n`);
openInBrowser(url);
