// Three builds from one file: `--mode lib` and then `--mode worker` make the package (dist/), anything else serves or builds the demo page.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { slimShaders } from './tools/slim-wgsl.mjs';

const root = import.meta.dirname;

/** The worker is one file: bundlers that make classic workers cannot split them. */
const ENTRIES: Readonly<Record<string, string>> = { lib: 'index', worker: 'worker' };

export default defineConfig(({ mode }) =>
  ENTRIES[mode]
    ? {
        publicDir: false,
        plugins: [slimShaders()],
        build: {
          outDir: 'dist',
          emptyOutDir: mode === 'lib',
          target: 'es2022',
          sourcemap: true,
          minify: false,
          lib: {
            entry: { [ENTRIES[mode]]: resolve(root, `src/${ENTRIES[mode]}.ts`) },
            formats: ['es'],
          },
          rolldownOptions: {
            output: { codeSplitting: mode === 'lib' },
            external: [
              '@huggingface/jinja',
              '@huggingface/tokenizers',
              '@noble/hashes/sha2.js',
              'idb-keyval',
              'webgpu',
            ],
          },
        },
      }
    : {
        root: resolve(root, 'demo'),
        base: './',
        plugins: [slimShaders()],
        server: { fs: { allow: [root] } },
        build: { outDir: resolve(root, 'dist-demo'), emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
        worker: { format: 'es' },
      },
);
