// Loading through the cache as a whole: shards side by side, and no more than a few chunks in memory whatever the model's size.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { BadServer } from '../../test/bad-server.ts';
import { MapStore, storesOf } from '../../test/storage/map-stores.ts';
import { zerosFile } from '../../test/zeros-file.ts';
import type { BlobStore } from '../storage/blob-store.ts';
import { CachedSource } from './cached-source.ts';
import { type LoadProgress, openCheckpoint } from './checkpoint.ts';
import { UrlSource } from './url-source.ts';
import { SEAL_BYTES } from './weight-cache.ts';

const MIB = 2 ** 20;

let server: BadServer;

beforeAll(async () => {
  server = await BadServer.start();
});
afterEach(() => {
  vi.unstubAllGlobals();
  server.files.clear();
  server.requests.length = 0;
  server.speed = Number.POSITIVE_INFINITY;
});
afterAll(() => server.close());

const load = (store: BlobStore) => new CachedSource(new UrlSource(server.url), async () => storesOf(store));

describe('shards', () => {
  it('are downloaded side by side up to a bound, read in order, each byte once', async () => {
    const names = [1, 2, 3, 4, 5].map((i) => `model-0000${i}-of-00005.safetensors`);
    const weight_map: Record<string, string> = {};
    for (const [i, name] of names.entries()) {
      server.files.set(name, zerosFile({ [`t${i}`]: ['U8', 6 * MIB + i] }));
      weight_map[`t${i}`] = name;
    }
    server.add('model.safetensors.index.json', JSON.stringify({ weight_map }), '"i"');
    server.speed = 60 * MIB;
    const checkpoint = await openCheckpoint(load(new MapStore()));
    server.mostActive = 0;
    const order: string[] = [];
    const seen: LoadProgress[] = [];
    let visitedBytes = 0;
    const visit = ({ name }: { name: string }, _: number, bytes: Uint8Array) => {
      if (order.at(-1) !== name) order.push(name);
      visitedBytes += bytes.length;
    };
    await checkpoint.read(visit, { onProgress: (event) => seen.push(event) });
    expect(order).toEqual(['t0', 't1', 't2', 't3', 't4']);
    expect(visitedBytes).toBe(checkpoint.totalBytes);
    expect(server.mostActive).toBe(2);
    for (const name of names) {
      expect(server.sentBytes(name)).toBe((server.files.get(name)?.sizeBytes ?? 0) + 1);
      const events = seen.filter(({ file }) => file === name);
      expect(events.at(-1)).toMatchObject({ isRead: true });
      expect(events.at(-1)?.loadedBytes).toBe(events.at(-1)?.totalBytes);
      const loaded = events.map(({ loadedBytes }) => loadedBytes);
      expect(loaded).toEqual(loaded.toSorted((a, b) => a - b));
    }
    // The second file was on its way before the first was read.
    const firstRead = seen.findIndex(({ isRead }) => isRead);
    expect(seen.slice(0, firstRead).some(({ file }) => file === names[1])).toBe(true);
  });
});

describe('memory', () => {
  it('holds a few chunks of a file of 1 GiB, while it is downloaded and when it comes from the cache', async () => {
    const parts = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`t${i}`, ['U8', 16 * MIB] as const]));
    server.files.set('model.safetensors', zerosFile(parts));
    // What the loader got and neither visited nor stored yet: bytes of the network, then bytes of the store.
    let fetchedBytes = 0;
    let storedBytes = 0;
    let gottenBytes = 0;
    let visitedBytes = 0;
    let mostHeldBytes = 0;
    const note = () => {
      const unsaved = fetchedBytes - Math.min(storedBytes, fetchedBytes);
      mostHeldBytes = Math.max(mostHeldBytes, unsaved, gottenBytes - visitedBytes);
    };
    const realFetch = globalThis.fetch;
    vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>) => {
      const response = await realFetch(...args);
      const counted = response.body?.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(bytes, controller) {
            fetchedBytes += bytes.length;
            note();
            controller.enqueue(bytes);
          },
        }),
      );
      return new Response(counted, response);
    });
    // Keeps of each chunk its length and its checksum: the rest is zeros.
    const kept = new Map<string, { length: number; start: Uint8Array; end: Uint8Array }>();
    const store: BlobStore = {
      async get(key) {
        const found = kept.get(key);
        if (!found) return undefined;
        const bytes = new Uint8Array(found.length);
        bytes.set(found.start);
        bytes.set(found.end, found.length - found.end.length);
        if (key.startsWith('chunk/')) gottenBytes += bytes.length - SEAL_BYTES;
        note();
        return bytes;
      },
      async put(key, bytes) {
        // A disk slower than the network.
        await new Promise((resolve) => setTimeout(resolve, 5));
        const isChunk = key.startsWith('chunk/');
        const start = bytes.slice(0, isChunk ? 16_384 : bytes.length);
        kept.set(key, { length: bytes.length, start, end: bytes.slice(-SEAL_BYTES) });
        if (isChunk) storedBytes += bytes.length - SEAL_BYTES;
      },
      delete: async () => undefined,
      deleteFolder: async () => undefined,
      keys: async (folder) => [...kept.keys()].filter((key) => key.startsWith(folder)),
    };
    for (const isCached of [false, true]) {
      const checkpoint = await openCheckpoint(load(store));
      gottenBytes = 0;
      visitedBytes = 0;
      await checkpoint.read(async (_, __, bytes) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        visitedBytes += bytes.length;
        note();
      });
      expect(visitedBytes).toBe(1024 * MIB);
      if (isCached) expect(fetchedBytes).toBeLessThan(1025 * MIB);
      expect(mostHeldBytes).toBeGreaterThan(MIB);
      expect(mostHeldBytes).toBeLessThan(24 * MIB);
    }
  }, 120_000);
});
