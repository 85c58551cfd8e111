// Small checkpoints against what the PyTorch reference gave for them: the same code as `npm run parity`.
import { expect, it } from 'vitest';
import { runCase } from '../tools/parity-page.ts';

const TOLERANCE = 1e-4;
const FILES = Object.keys(import.meta.glob('./fixtures/models/*/case.json', { query: '?url' }));

it.each(FILES)('%s', async (path) => {
  const folder = new URL(path.replace(/^\./, '/test').replace('/case.json', ''), location.href).href;
  const { errors, greedyEqual, failure } = await runCase(folder, {});
  expect(failure).toBeUndefined();
  expect(Object.keys(errors).length).toBeGreaterThan(0);
  for (const [output, error] of Object.entries(errors)) expect(error, output).toBeLessThanOrEqual(TOLERANCE);
  // Undefined in cases without greedy ids.
  expect(greedyEqual).not.toBe(false);
});
