// npm run bench:pack -- OUT: a self-contained folder with the benchmark, for machines without npm or network.
import { basename, dirname, join, resolve } from 'node:path';
import { build } from 'vite';
import { bundleForNode } from './bundle-node.ts';

const PROJECT = resolve(import.meta.dirname, '..');

/**
 * Bundles `bench.mjs` for Node (with `webgpu` beside it) and `page.js` for browsers into a folder. Each is one file, with what intab
 * loads on demand: the page's server has no other.
 */
export async function packBench(out: string): Promise<void> {
  await bundleForNode('bench/main.ts', join(out, 'bench.mjs'));
  await bundleForPage('bench/page.ts', join(out, 'page.js'));
}

/** Bundles a page's script into one file; what else lies beside it stays. */
export async function bundleForPage(entry: string, file: string): Promise<void> {
  await build({
    root: PROJECT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      outDir: dirname(file),
      emptyOutDir: false,
      target: 'esnext',
      modulePreload: false,
      rollupOptions: {
        input: resolve(PROJECT, entry),
        output: { entryFileNames: basename(file), codeSplitting: false },
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
