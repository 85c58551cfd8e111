// Bundles a program for Node into one file, with all it needs but Dawn.
import { basename, dirname, resolve } from 'node:path';
import { build } from 'vite';

const PROJECT = resolve(import.meta.dirname, '..');

/** @param entry and `file` from the project's root; what else lies beside `file` is removed. Gives the file's path. */
export async function bundleForNode(entry: string, file: string): Promise<string> {
  const path = resolve(PROJECT, file);
  await build({
    root: PROJECT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      outDir: dirname(path),
      emptyOutDir: true,
      ssr: resolve(PROJECT, entry),
      target: 'node20',
      rollupOptions: { external: ['webgpu'], output: { entryFileNames: basename(path), codeSplitting: false } },
    },
  });
  return path;
}
