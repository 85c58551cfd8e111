// npm run bench:pack -- OUT: a self-contained folder with the benchmark, for machines without npm or network.
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { build, type InlineConfig } from 'vite';

const PROJECT = resolve(import.meta.dirname, '..');

/**
 * Bundles `bench.mjs` for Node (with `webgpu` beside it) and `page.js` for browsers into a folder. Each is one file, with what intab
 * loads on demand: the page's server has no other.
 */
export async function packBench(out: string): Promise<void> {
  const common: InlineConfig = {
    root: PROJECT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['webgpu'] },
  };
  rmSync(out, { recursive: true, force: true });
  await build({
    ...common,
    build: {
      outDir: out,
      ssr: resolve(PROJECT, 'bench/main.ts'),
      target: 'node20',
      rollupOptions: { external: ['webgpu'], output: { entryFileNames: 'bench.mjs', codeSplitting: false } },
    },
  });
  await build({
    ...common,
    build: {
      outDir: out,
      emptyOutDir: false,
      target: 'esnext',
      modulePreload: false,
      rollupOptions: {
        input: resolve(PROJECT, 'bench/page.ts'),
        output: { entryFileNames: 'page.js', codeSplitting: false },
      },
    },
  });
}

export async function main(args: string[]): Promise<number> {
  const [out] = args;
  if (!out) {
    console.error('usage: npm run bench:pack -- OUT');
    return 2;
  }
  await packBench(resolve(out));
  console.log(
    `packed: node ${out}/bench.mjs --runtime node (needs the package webgpu beside it), or --runtime chromium`,
  );
  return 0;
}
