// Two builds from one file: `--mode lib` makes the package (dist/), anything else serves or builds the demo page.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { slimShaders } from './tools/slim-wgsl.mjs';

const root = import.meta.dirname;

export default defineConfig(({ mode }) =>
  mode === 'lib'
    ? {
        publicDir: false,
        plugins: [slimShaders()],
        build: {
          outDir: 'dist',
          target: 'es2022',
          sourcemap: true,
          minify: false,
          lib: {
            entry: { index: resolve(root, 'src/index.ts'), worker: resolve(root, 'src/worker.ts') },
            formats: ['es'],
          },
          rollupOptions: {
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
