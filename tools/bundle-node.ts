// Bundles a program for Node into one file of .cache/, with all it needs but Dawn, and says where that is.
import { resolve } from 'node:path';
import { build } from 'vite';

const PROJECT = resolve(import.meta.dirname, '..');

export async function bundleForNode(entry: string, name: string): Promise<string> {
  const outDir = resolve(PROJECT, '.cache', name);
  await build({
    root: PROJECT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['webgpu'] },
    build: {
      outDir,
      ssr: resolve(PROJECT, entry),
      target: 'node20',
      rollupOptions: { external: ['webgpu'], output: { entryFileNames: `${name}.mjs`, codeSplitting: false } },
    },
  });
  return `${outDir}/${name}.mjs`;
}
