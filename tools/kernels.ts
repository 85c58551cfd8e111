// npm run kernels -- [--without LIST] [--limits default] [--filter TEXT] [--dawn "SWITCHES"]
// Runs every kernel case against its CPU reference in Node on this machine's GPU, which may have what a software adapter lacks.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { build } from 'vite';

const PROJECT = resolve(import.meta.dirname, '..');
const OUT = resolve(PROJECT, '.cache/kernels');

export async function main(args: string[]): Promise<number> {
  await build({
    root: PROJECT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      outDir: OUT,
      ssr: resolve(PROJECT, 'test/kernels/main.ts'),
      target: 'node20',
      rollupOptions: { external: ['webgpu'], output: { entryFileNames: 'kernels.mjs' } },
    },
  });
  const { status } = spawnSync(process.execPath, [`${OUT}/kernels.mjs`, ...args], { stdio: 'inherit' });
  return status ?? 1;
}
