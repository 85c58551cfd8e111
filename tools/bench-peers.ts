// npm run bench:peers -- [options]: installs the peers' packages where they are not yet, and runs them and intab in the browser that is
// found here. With --pack FOLDER it makes a self-contained folder instead, for machines without npm or network.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MANIFESTS, PACKAGE_FILES, PINNED } from '../bench/peers/packages.ts';
import { runPacked } from './bench.ts';
import { bundleForPage } from './bench-pack.ts';
import { bundleForNode } from './bundle-node.ts';

const BENCH = resolve(import.meta.dirname, '../.bench');

/** @throws Error npm fails. */
function installPeers(): string {
  const folder = join(BENCH, 'peers');
  const packages = join(folder, 'node_modules');
  if ([...PACKAGE_FILES, ...MANIFESTS].every((file) => existsSync(join(packages, file)))) return packages;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: PINNED }));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync(npm, args, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`npm could not install ${Object.keys(PINNED).join(', ')}`);
  return packages;
}

async function packPeers(out: string): Promise<void> {
  await bundleForNode('bench/peers/main.ts', join(out, 'peers.mjs'));
  await bundleForPage('bench/page.ts', join(out, 'page.js'));
  await bundleForPage('bench/peers/page.ts', join(out, 'peers-page.js'));
}

export async function main(args: string[]): Promise<number> {
  const given = args.includes('--packages');
  const [first, folder] = args;
  if (first === '--pack') {
    if (!folder) throw new Error('--pack FOLDER: which folder?');
    const out = resolve(folder);
    const packages = given ? resolve(args[args.indexOf('--packages') + 1] ?? '') : installPeers();
    await packPeers(out);
    for (const file of [...PACKAGE_FILES, ...MANIFESTS]) cpSync(join(packages, file), join(out, 'packages', file));
    console.log(`packed: node ${folder}/peers.mjs --browser PATH --browser-args="ARGS"`);
    return 0;
  }
  const out = join(BENCH, 'with-peers');
  await packPeers(out);
  // Large, and not asked for by who has them or only reads the help.
  const installed = given || args.includes('--help') ? [] : ['--packages', installPeers()];
  return runPacked(`${out}/peers.mjs`, [...installed, ...args]);
}
