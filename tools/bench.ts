// npm run bench -- [options]: packs the benchmark and runs it, in the browser that is found here or in Node.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { packBench } from './bench-pack.ts';
import { browserLaunch } from './browser.mjs';

const OUT = resolve(import.meta.dirname, '../.bench/intab');

export async function main(args: string[]): Promise<number> {
  await packBench(OUT);
  const own = args.includes('--browser') || args.some((arg, i) => arg === 'node' && args[i - 1] === '--runtime');
  const launch = own ? undefined : await browserLaunch();
  const browser = launch ? ['--browser', launch.executablePath, `--browser-args=${launch.args.join(' ')}`] : [];
  const { status } = spawnSync(process.execPath, [`${OUT}/bench.mjs`, ...args, ...browser], { stdio: 'inherit' });
  return status ?? 1;
}
