// Three projects: `unit` runs pure code in Node, `gpu` runs WebGPU code in a real Chromium, `e2e` drives the demo page, the
// package and the command lines from outside. A GPU test without a GPU fails.
import { resolve } from 'node:path';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserLaunch } from './tools/browser.mjs';
import { writeDocBlocks } from './tools/doc-blocks.mjs';
import { slimShaders } from './tools/slim-wgsl.mjs';

const launch = await browserLaunch();
writeDocBlocks();

/** The documentation's code imports the package by its name. */
const alias = {
  'intab/worker': resolve(import.meta.dirname, 'src/worker.ts'),
  intab: resolve(import.meta.dirname, 'src/index.ts'),
};

export default defineConfig({
  test: {
    provide: { sweep: Boolean(process.env.INTAB_SWEEP) },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'],
          environment: 'node',
          // Megabytes are hashed and parsed; a busy machine takes its time.
          testTimeout: 60_000,
        },
      },
      {
        // With this set, GPU tests run the shaders that the package has: short names and all.
        plugins: process.env.INTAB_PACKED_SHADERS ? [slimShaders('serve')] : [],
        publicDir: 'demo/public',
        resolve: { alias },
        optimizeDeps: {
          include: [
            '@huggingface/jinja',
            '@huggingface/tokenizers',
            '@noble/hashes/sha2.js',
            'idb-keyval',
            'marked',
            'dompurify',
          ],
        },
        test: {
          name: 'gpu',
          include: ['test/**/*.test.ts', 'demo/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: launch.executablePath, args: launch.args } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
