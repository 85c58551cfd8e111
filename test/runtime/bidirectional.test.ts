// Models with `is_causal: false`: every token sees every other, however long the input; there is no cache.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { forward } from '../../src/runtime/forward.ts';
import type { LoadedModel } from '../../src/runtime/loaded-model.ts';
import { loadTiny, TINY_CONFIG } from './tiny-model.ts';

let gpu: Gpu;
let loaded: LoadedModel;
beforeAll(async () => {
  gpu = await openGpu();
  const config = { architectures: ['LlamaModel'], is_causal: false, max_position_embeddings: 1024 };
  loaded = await loadTiny(gpu, { config, task: 'base' });
});
afterAll(() => {
  loaded.dispose();
  gpu.dispose();
});

it('lets the first token see the last, beyond what a causal model reads in one step', async () => {
  const ids = Array.from({ length: 700 }, (_, i) => (i * 7) % TINY_CONFIG.vocab_size);
  const firstRow = async (last: number) => {
    const { last_hidden_state } = await forward(loaded, { input_ids: [[...ids, last]] });
    return last_hidden_state?.data.slice(0, TINY_CONFIG.hidden_size);
  };
  expect(await firstRow(3)).not.toEqual(await firstRow(4));
  expect(await firstRow(3)).toEqual(await firstRow(3));
});

it('refuses a cache', async () => {
  await expect(forward(loaded, { input_ids: [[1, 2]], use_cache: true })).rejects.toThrow(InputError);
});
