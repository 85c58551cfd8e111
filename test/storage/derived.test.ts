// Weights quantised at load are kept as they lie on the GPU: the next load reads them alone, and gives the same bits.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deleteModel, listModels } from '../../src/hub/cached-models.ts';
import { WeightCache } from '../../src/hub/weight-cache.ts';
import { AutoModelForCausalLM, type LoadOptions, type ProgressEvent } from '../../src/index.ts';
import { openStores } from '../../src/storage/stores.ts';

const MODEL = '/models/intab-chat';
const INPUT = { input_ids: [[1, 17, 300, 4, 9, 2000, 31]] };

let cache: WeightCache;
const derivedFile = async () =>
  (await listModels(cache)).flatMap(({ files }) => files).find(({ file }) => file.startsWith('derived/'));

beforeEach(async () => {
  cache = new WeightCache(await openStores());
  for (const { name } of await listModels(cache)) await deleteModel(cache, name);
});
afterEach(() => vi.restoreAllMocks());

/** One load with its logits and the weight bytes that were asked of the server. */
async function load(options: LoadOptions) {
  const fetched = vi.spyOn(globalThis, 'fetch');
  const events: ProgressEvent[] = [];
  await using model = await AutoModelForCausalLM.from_pretrained(MODEL, {
    ...options,
    progress_callback: (event) => events.push(event),
  });
  const { logits } = await model.forward(INPUT);
  const ranges = fetched.mock.calls
    .filter(([url]) => String(url).endsWith('.safetensors'))
    .map(([, init]) => new Headers(init?.headers).get('range'));
  fetched.mockRestore();
  if (options.dtype === 'q4') {
    await vi.waitFor(async () => {
      const derived = await derivedFile();
      expect(derived?.storedBytes).toBe(derived?.sizeBytes);
      expect(await whole()).toBe(true);
    }, 20_000);
  }
  return { logits: logits?.data, ranges, weightBytes: model.weightBytes, events };
}

const whole = async () =>
  (await cache.records()).some(({ file, checksums }) => file.startsWith('derived/') && checksums !== undefined);

it('reads the quantised weights the second time', async () => {
  const first = await load({ dtype: 'q4' });
  expect(first.ranges.length).toBeGreaterThan(0);
  const kept = await derivedFile();
  expect(kept?.sizeBytes).toBe(first.weightBytes);
  // What they were made from is gone, but for the header, and the model is complete.
  const [model] = await listModels(cache);
  expect(model?.state).toBe('complete');
  expect(model?.storedBytes).toBeLessThan(first.weightBytes + 10 * 2 ** 16 + 400_000);

  const second = await load({ dtype: 'q4' });
  expect(second.ranges.filter((range) => range !== null && range !== 'bytes=0-0')).toEqual([]);
  expect(second.logits).toEqual(first.logits);
  const loaded = second.events.filter(({ status }) => status === 'progress').at(-1);
  expect(loaded).toMatchObject({ loaded: first.weightBytes, total: first.weightBytes });

  // Another choice is made from the checkpoint, which is fetched again.
  const other = await load({ dtype: 'q8' });
  expect(other.ranges.filter((range) => range !== null && range !== 'bytes=0-0').length).toBeGreaterThan(0);
});

it('makes them anew where a piece is damaged', async () => {
  const first = await load({ dtype: 'q4' });
  const record = (await cache.records()).find(({ file }) => file.startsWith('derived/'));
  const stores = await openStores();
  const store = stores.chunks.get(record?.store ?? '') ?? stores.records;
  const key = (await store.keys('chunk/')).find((each) => each === `chunk/${record?.generation}/1`) as string;
  const bytes = (await store.get(key)) as Uint8Array<ArrayBuffer>;
  bytes[1000] = (bytes[1000] as number) ^ 1;
  await store.put(key, bytes);
  const second = await load({ dtype: 'q4' });
  expect(second.logits).toEqual(first.logits);
  expect(second.ranges.length).toBeGreaterThan(0);
});
