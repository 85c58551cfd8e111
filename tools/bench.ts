// npm run bench -- [options]: packs the benchmark and runs it, in the browser that is found here or in Node.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { packBench } from './bench-pack.ts';
import { browserLaunch } from './browser.mjs';

const OUT = resolve(import.meta.dirname, '../.bench/intab');

export async function main(args: string[]): Promise<number> {
  await packBench(OUT);
  return runPacked(`${OUT}/bench.mjs`, args);
}

/** Runs a packed program with the browser that is found here, unless the options name one or need none. They win over what is found. */
export async function runPacked(program: string, args: readonly string[]): Promise<number> {
  const own = args.includes('--browser') || args.some((arg, i) => arg === 'node' && args[i - 1] === '--runtime');
  const launch = own ? undefined : await browserLaunch();
  const browser = launch ? ['--browser', launch.executablePath, `--browser-args=${launch.args.join(' ')}`] : [];
  const { status } = spawnSync(process.execPath, [program, ...browser, ...args], { stdio: 'inherit' });
  return status ?? 1;
}
