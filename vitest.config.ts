// Two projects: `unit` runs pure code in Node, `gpu` runs WebGPU code in a real Chromium. A GPU test without a GPU fails.
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserLaunch } from './tools/browser.mjs';

const launch = await browserLaunch();

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'tools/**/*.test.ts'], environment: 'node' } },
      {
        publicDir: 'demo/public',
        test: {
          name: 'gpu',
          include: ['test/**/*.test.ts'],
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
    ],
  },
});
