// npm run kernels -- [--without LIST] [--limits default] [--filter TEXT] [--dawn "SWITCHES"]
// Runs every kernel case against its CPU reference in Node on this machine's GPU, which may have what a software adapter lacks.
import { spawnSync } from 'node:child_process';
import { bundleForNode } from './bundle-node.ts';

export async function main(args: string[]): Promise<number> {
  const program = await bundleForNode('test/kernels/main.ts', '.cache/kernels/kernels.mjs');
  return spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' }).status ?? 1;
}
