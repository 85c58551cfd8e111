import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MapStore, storesOf } from '../../test/storage/map-stores.ts';
import { StorageError } from '../errors.ts';
import { deleteModel, ensureRoom, evictModels, listModels } from './cached-models.ts';
import { chunkAt, chunkCount, chunkLength, chunkStart, SEAL_BYTES, WeightCache } from './weight-cache.ts';

let store: MapStore;
let cache: WeightCache;

beforeEach(() => {
  store = new MapStore();
  cache = new WeightCache(storesOf(store));
});
afterEach(() => vi.unstubAllGlobals());

/** Caches the first `storedBytes` of a file of zeros. */
async function add(name: string, file: string, sizeBytes: number, lastUsed: number, storedBytes = sizeBytes) {
  const facts = { sizeBytes, version: '"v"', sha256: undefined };
  const record = { ...cache.newRecord(name, file, facts), lastUsed };
  await cache.keep(record);
  for (let index = 0; index < chunkCount(storedBytes); index++) {
    const buffer = new Uint8Array(chunkLength(index, sizeBytes) + SEAL_BYTES);
    await cache.keepChunk(record, index, buffer, new Uint8Array(32));
  }
}

describe('chunks', () => {
  it('cover a file without gaps', () => {
    for (const offset of [0, 65_535, 65_536, 4_194_303, 4_194_304, 8_388_607, 8_388_608, 10 ** 12]) {
      const index = chunkAt(offset);
      expect(chunkStart(index)).toBeLessThanOrEqual(offset);
      expect(chunkStart(index + 1)).toBeGreaterThan(offset);
    }
    for (const size of [0, 1, 65_536, 65_537, 4_194_304, 4_194_305, 9_000_000]) {
      let sum = 0;
      for (let index = 0; index < chunkCount(size); index++) sum += chunkLength(index, size);
      expect(sum).toBe(size);
    }
  });
});

it('keeps the head of a file when something made from it takes its place', async () => {
  await add('a/model', 'w', 20_000_000, 1);
  const [record] = await cache.records();
  if (!record) throw new Error('no record');
  await cache.dropWeights(record, 4_300_000);
  expect(await cache.storedChunks(record)).toEqual(new Set([0, 1, 2]));
  const [model] = await listModels(cache);
  expect(model).toMatchObject({ state: 'complete', storedBytes: 2 * 4_194_304 });
});

describe('cached models', () => {
  beforeEach(async () => {
    await add('a/old', 'w', 1000, 1);
    await add('a/old', 'config.json', 10, 2);
    await add('b/partial', 'w', 200_000, 30, 65_536);
    await add('c/new', 'w', 3000, 500);
    await cache.keep({ ...cache.newRecord('c/new', 'generation_config.json', undefined), lastUsed: 500 });
  });

  it('are listed with size, state and last use, the newest first', async () => {
    expect(await listModels(cache)).toMatchObject([
      { name: 'c/new', state: 'complete', sizeBytes: 3000, storedBytes: 3000, lastUsed: new Date(500) },
      { name: 'b/partial', state: 'partial', sizeBytes: 200_000, storedBytes: 65_536 },
      {
        name: 'a/old',
        state: 'complete',
        sizeBytes: 1010,
        lastUsed: new Date(2),
        files: [{ file: 'w', storedBytes: 1000 }, {}],
      },
    ]);
  });

  it('are deleted one by one, with everything they had', async () => {
    expect(await deleteModel(cache, 'a/old')).toBe(true);
    expect(await deleteModel(cache, 'a/old')).toBe(false);
    expect((await listModels(cache)).map(({ name }) => name)).toEqual(['c/new', 'b/partial']);
    await deleteModel(cache, 'b/partial');
    await deleteModel(cache, 'c/new');
    expect(store.map.size).toBe(0);
  });

  it('go when there is too little room, those first that were not used for the longest time', async () => {
    expect(await evictModels(cache, 68_600)).toEqual(['a/old']);
    expect(await evictModels(cache, 60_000, 'b/partial')).toEqual(['c/new']);
    expect(await evictModels(cache, 0)).toEqual(['b/partial']);
  });

  it('make room for another under a limit, or say what is missing', async () => {
    expect(await cache.limit()).toBeUndefined();
    await cache.setLimit(70_000);
    await ensureRoom(cache, 'd/next', 1000);
    expect((await listModels(cache)).map(({ name }) => name)).toEqual(['c/new', 'b/partial']);
    await expect(ensureRoom(cache, 'd/next', 70_001)).rejects.toThrow(StorageError);
    expect(await listModels(cache)).toHaveLength(2);
    await cache.setLimit(undefined);
    expect(await cache.limit()).toBeUndefined();
  });

  it('stay when the browser has no room for another: the person chooses', async () => {
    vi.stubGlobal('navigator', { storage: { estimate: async () => ({ quota: 10_000_000, usage: 9_000_000 }) } });
    await ensureRoom(cache, 'd/next', 1_000_000);
    await expect(ensureRoom(cache, 'c/new', 5_000_000)).rejects.toThrow(
      /no room for c\/new: 3\.8 MiB are missing.*4\.8 MiB free.*976\.6 KiB free.*b\/partial \(64\.0 KiB\), a\/old \(1010 B\)/,
    );
    expect(await listModels(cache)).toHaveLength(3);
  });
});
