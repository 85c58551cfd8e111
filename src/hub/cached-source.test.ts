import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BadServer, type Fault } from '../../test/bad-server.ts';
import { MapStore, storesOf } from '../../test/storage/map-stores.ts';
import { IntegrityError, SourceError, StorageError } from '../errors.ts';
import { collect } from './byte-stream.ts';
import { listModels } from './cached-models.ts';
import { CachedSource, type CacheOptions } from './cached-source.ts';
import { QUICK_SUM_BYTES } from './quick-sum.ts';
import { HEAD_BYTES } from './source.ts';
import { UrlSource } from './url-source.ts';
import { CHUNK_BYTES, WeightCache } from './weight-cache.ts';

const SIZE_BYTES = 3 * CHUNK_BYTES + 12_345;
const CHUNKS = 5; // the head, the rest of the first 4 MiB, two whole ones, the last bytes

const contentOf = (seed: number) => {
  const words = new Uint32Array(Math.ceil(SIZE_BYTES / 4));
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i + seed, 2_654_435_761);
  return new Uint8Array(words.buffer, 0, SIZE_BYTES);
};
const content = contentOf(1);
const other = contentOf(2);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let server: BadServer;
let store: MapStore;
let errors: StorageError[];

beforeAll(async () => {
  server = await BadServer.start();
});
beforeEach(() => {
  server.files.clear();
  server.add('w', content, '"v1"');
  server.add('config.json', '{"a":1}', '"c1"');
  store = new MapStore();
  errors = [];
});
afterEach(() => {
  vi.unstubAllGlobals();
  server.fault = () => undefined;
  server.requests.length = 0;
});
afterAll(() => server.close());

/** A source as each load makes one: what is stored is what is left of the load before. */
function load(options: CacheOptions = {}, stores = storesOf(store)): CachedSource {
  return new CachedSource(new UrlSource(server.url), async () => stores, {
    onCacheError: (error) => errors.push(error),
    ...options,
  });
}

/** Reads a weight file as the loader does: its head, then the rest. */
async function read(source: CachedSource, file = 'w'): Promise<Buffer> {
  const head = await source.stream(file, { startBytes: 0, endBytes: HEAD_BYTES });
  const start = await collect(head?.bytes as ReadableStream<Uint8Array>, file, undefined);
  const rest = await source.stream(file, { startBytes: HEAD_BYTES, endBytes: head?.fileSizeBytes });
  return Buffer.concat([start, await collect(rest?.bytes as ReadableStream<Uint8Array>, file, undefined)]);
}

const chunkKeys = () => [...store.map.keys()].filter((key) => key.startsWith('chunk/')).toSorted();

/** What was sent of a file, without the one byte that asks for its version. */
const downloadedBytes = (file = 'w') => {
  const probes = server.requests.filter((seen) => seen.file === file && seen.range === 'bytes=0-0').length;
  return server.sentBytes(file) - probes;
};

describe('CachedSource', () => {
  it('downloads each byte once, and reads it from the store from then on', async () => {
    expect((await read(load())).equals(content)).toBe(true);
    expect(downloadedBytes()).toBe(SIZE_BYTES);
    expect(chunkKeys()).toHaveLength(CHUNKS);
    expect((await read(load())).equals(content)).toBe(true);
    expect(downloadedBytes()).toBe(SIZE_BYTES);
    expect(server.mostActive).toBe(1);
  });

  it('keeps text too, and what the server does not have; asks only for the version', async () => {
    const first = load();
    expect(await first.text('config.json')).toBe('{"a":1}');
    expect(await first.text('nothing.json')).toBeUndefined();
    server.requests.length = 0;
    const second = load();
    expect(await second.text('config.json')).toBe('{"a":1}');
    expect(await second.text('nothing.json')).toBeUndefined();
    expect(server.requests.map(({ range }) => range)).toEqual(['bytes=0-0', 'bytes=0-0']);
    server.add('config.json', '{"a":2}', '"c2"');
    server.add('nothing.json', 'something');
    expect(await load().text('config.json')).toBe('{"a":2}');
    expect(await load().text('nothing.json')).toBe('something');
  });

  it('works without a network after the first load', async () => {
    const first = load();
    await read(first);
    await first.text('config.json');
    await first.text('nothing.json');
    for (const fault of [{ status: 503 }, { status: 429 }, { cutAfterBytes: 0 }] satisfies Fault[]) {
      server.fault = () => fault;
      const offline = load();
      expect((await read(offline)).equals(content)).toBe(true);
      expect(await offline.text('config.json')).toBe('{"a":1}');
      expect(await offline.text('nothing.json')).toBeUndefined();
    }
    await expect(load().text('never-seen.json')).rejects.toThrow(SourceError);
    server.fault = () => ({ status: 403 });
    await expect(read(load())).rejects.toThrow(/403/);
  }, 60_000);

  it('goes on where a broken download stopped', async () => {
    let sent = false;
    server.fault = (_, { headers }) => {
      if (headers.range === 'bytes=0-0' || headers.range === `bytes=0-${HEAD_BYTES - 1}`) return undefined;
      const fault = sent ? { status: 403 } : { cutAfterBytes: 2 * CHUNK_BYTES };
      sent = true;
      return fault;
    };
    await expect(read(load())).rejects.toThrow(SourceError);
    expect(chunkKeys()).toHaveLength(3);
    server.fault = () => undefined;
    server.requests.length = 0;
    expect((await read(load())).equals(content)).toBe(true);
    expect(downloadedBytes()).toBe(SIZE_BYTES - 2 * CHUNK_BYTES);
    expect(server.requests.at(-1)).toMatchObject({
      range: `bytes=${2 * CHUNK_BYTES}-${SIZE_BYTES - 1}`,
      ifRange: '"v1"',
    });
  });

  it('begins anew when the file was changed meanwhile', async () => {
    await read(load());
    server.add('w', other, '"v2"');
    expect((await read(load())).equals(other)).toBe(true);
    expect(chunkKeys()).toHaveLength(CHUNKS);
    expect((await read(load())).equals(other)).toBe(true);
    expect(downloadedBytes()).toBe(2 * SIZE_BYTES);
  });

  it('notices a change between two requests of one load', async () => {
    const source = load();
    const head = await source.stream('w', { startBytes: 0, endBytes: HEAD_BYTES });
    await collect(head?.bytes as ReadableStream<Uint8Array>, 'w', undefined);
    server.add('w', other, '"v2"');
    const rest = await source.stream('w', { startBytes: HEAD_BYTES });
    const reading = collect(rest?.bytes as ReadableStream<Uint8Array>, 'w', undefined);
    await expect(reading).rejects.toThrow(/was changed on the server/);
    expect((await read(load())).equals(other)).toBe(true);
  });

  it('needs neither ranges, nor a size, nor a version', async () => {
    server.fault = () => ({ ignoresRange: true });
    expect((await read(load())).equals(content)).toBe(true);
    expect((await read(load())).equals(content)).toBe(true);
    expect(chunkKeys()).toHaveLength(CHUNKS);
    server.add('w', content);
    server.fault = () => ({ ignoresRange: true, hidesLength: true });
    store.map.clear();
    const whole = await load().stream('w', { startBytes: 0 });
    expect(whole?.fileSizeBytes).toBeUndefined();
    const bytes = Buffer.from(await collect(whole?.bytes as ReadableStream<Uint8Array>, 'w', undefined));
    expect(bytes.equals(content)).toBe(true);
    expect(chunkKeys()).toHaveLength(CHUNKS);
  });

  it('fetches a chunk that went bad again, and it alone', async () => {
    await read(load());
    const key = chunkKeys().find((name) => name.endsWith('/3')) ?? '';
    const chunk = store.map.get(key) as Uint8Array;
    chunk[1000] = (chunk[1000] ?? 0) ^ 1;
    server.requests.length = 0;
    expect((await read(load())).equals(content)).toBe(true);
    expect(downloadedBytes()).toBe(CHUNK_BYTES);
    server.requests.length = 0;
    for (const bytes of [new Uint8Array(), new Uint8Array(7), chunk.slice(0, -1)]) {
      store.map.set(key, bytes as Uint8Array<ArrayBuffer>);
      expect((await read(load())).equals(content)).toBe(true);
    }
    expect(downloadedBytes()).toBe(3 * CHUNK_BYTES);
    store.map.delete(key);
    server.fault = (_, { headers }) => (headers.range === 'bytes=0-0' ? undefined : { flipsByte: 3 * CHUNK_BYTES - 5 });
    await expect(read(load())).rejects.toThrow(IntegrityError);
    expect(chunkKeys()).toEqual([]);
  });

  it('fetches again what an older version stored, whose sums are others', async () => {
    await read(load());
    for (const key of chunkKeys()) {
      const chunk = store.map.get(key) as Uint8Array<ArrayBuffer>;
      chunk.fill(7, chunk.length - QUICK_SUM_BYTES);
    }
    server.requests.length = 0;
    expect((await read(load())).equals(content)).toBe(true);
    expect(downloadedBytes()).toBe(SIZE_BYTES);
    server.requests.length = 0;
    expect((await read(load())).equals(content)).toBe(true);
    expect(downloadedBytes()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('compares the whole file to its SHA-256, however it came', async () => {
    server.add('w', content, `"${sha256(content)}"`);
    server.fault = () => ({ flipsByte: SIZE_BYTES - 10 });
    await expect(read(load())).rejects.toThrow(IntegrityError);
    expect(chunkKeys()).toEqual([]);
    server.fault = () => ({ flipsByte: 7 });
    await expect(read(load())).rejects.toThrow(new RegExp(`w of .* is damaged.*${sha256(content)}`));
    // A flip in what is kept of a broken download is found by the load that goes on.
    let requests = 0;
    server.fault = () => {
      requests++;
      return requests < 3
        ? undefined
        : requests === 3
          ? { flipsByte: 5_000_000, cutAfterBytes: 9_000_000 }
          : { status: 403 };
    };
    await expect(read(load())).rejects.toThrow(/403/);
    server.fault = () => undefined;
    await expect(read(load())).rejects.toThrow(IntegrityError);
    expect((await read(load())).equals(content)).toBe(true);
    const record = await new WeightCache(storesOf(store)).record(server.url, 'w');
    expect(record).toMatchObject({ isVerified: true });
  });

  it('compares to a pinned SHA-256 instead, with or without a store', async () => {
    const right = { sha256: { w: sha256(content).toUpperCase() } };
    const wrong = { sha256: { w: sha256(other) } };
    const uncached = (options: CacheOptions) => new CachedSource(new UrlSource(server.url), undefined, options);
    expect((await read(uncached(right))).equals(content)).toBe(true);
    await expect(read(uncached(wrong))).rejects.toThrow(IntegrityError);
    expect((await read(load())).equals(content)).toBe(true);
    // What is stored already is not exempt.
    await expect(read(load(wrong))).rejects.toThrow(IntegrityError);
    expect((await read(load(right))).equals(content)).toBe(true);
    expect((await read(load(right))).equals(content)).toBe(true);
    server.add('w', content, `"${sha256(other)}"`);
    expect((await read(load({ sha256: { w: false } }))).equals(content)).toBe(true);
  });

  it('loads without storing when the store is full, and says so', async () => {
    store.roomBytes = 2 * CHUNK_BYTES;
    store.map.set(
      'file/x',
      new TextEncoder().encode(JSON.stringify({ address: 'a/b', file: 'x', generation: 'g', sizeBytes: 9 })),
    );
    store.map.set('chunk/g/0', new Uint8Array(9 + 32));
    expect((await read(load())).equals(content)).toBe(true);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(StorageError);
    expect(errors[0]?.message).toMatch(
      /no room for http.* MiB are missing.*delete with modelCache\.delete: a\/b \(9 B\)/,
    );
    // What had room is kept, and used.
    expect((await read(load())).equals(content)).toBe(true);
    expect(downloadedBytes()).toBeLessThan(2 * SIZE_BYTES);
  });

  it('loads without storing when there is no store at all', async () => {
    const source = new CachedSource(
      new UrlSource(server.url),
      () => Promise.reject(new DOMException('denied', 'SecurityError')),
      { onCacheError: (error) => errors.push(error) },
    );
    expect((await read(source)).equals(content)).toBe(true);
    expect(errors[0]).toBeInstanceOf(StorageError);
    expect(errors[0]?.message).toMatch(/denied/);
  });

  it('downloads once for several loads at the same time', async () => {
    server.speed = 40e6;
    const loads = await Promise.all([1, 2, 3].map(() => read(load())));
    server.speed = Number.POSITIVE_INFINITY;
    for (const bytes of loads) expect(bytes.equals(content)).toBe(true);
    expect(downloadedBytes()).toBe(SIZE_BYTES);
  });

  it('takes over from a load that stops', async () => {
    server.speed = 20e6;
    const abort = new AbortController();
    const first = load().stream('w', { startBytes: 0 }, abort.signal);
    const reading = first.then((opened) => collect(opened?.bytes as ReadableStream<Uint8Array>, 'w', abort.signal));
    setTimeout(() => abort.abort(new Error('enough')), 300);
    const second = read(load());
    await expect(reading).rejects.toThrow('enough');
    expect((await second).equals(content)).toBe(true);
    server.speed = Number.POSITIVE_INFINITY;
    // At most the chunk that was under way came twice.
    expect(downloadedBytes()).toBeLessThan(SIZE_BYTES + 2 * CHUNK_BYTES);
  });

  it('fetches ahead what will be read, and verifies it all the same', async () => {
    server.add('w', content, `"${sha256(content)}"`);
    const source = load();
    const head = await source.stream('w', { startBytes: 0, endBytes: HEAD_BYTES });
    await collect(head?.bytes as ReadableStream<Uint8Array>, 'w', undefined);
    let aheadBytes = 0;
    const signal = new AbortController().signal;
    await source.prefetch('w', { startBytes: HEAD_BYTES, endBytes: SIZE_BYTES }, signal, (bytes) => {
      aheadBytes += bytes;
    });
    expect(aheadBytes).toBe(SIZE_BYTES - HEAD_BYTES);
    expect((await read(source)).equals(content)).toBe(true);
    expect(downloadedBytes()).toBe(SIZE_BYTES);
    store.map.clear();
    server.fault = () => ({ flipsByte: 9_000_000 });
    const damaged = load();
    await damaged.prefetch('w', { startBytes: 0, endBytes: SIZE_BYTES }, signal, () => undefined);
    await expect(read(damaged)).rejects.toThrow(IntegrityError);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'leaves a usable store when its tab dies after %i operations',
    async (operations) => {
      // Locks as the browser keeps them, so that the dead tab's can go with it.
      const held = new Set<string>();
      vi.stubGlobal('navigator', {
        locks: {
          async request(name: string, _: unknown, use: (lock: object | null) => Promise<void>) {
            if (held.has(name)) return use(null);
            held.add(name);
            await use({});
            held.delete(name);
          },
        },
      });
      store.operationsLeft = operations;
      const dying = read(load()).catch(() => undefined);
      // Until an operation never ends, unless it ends before that many.
      const died = vi.waitUntil(() => store.operationsLeft < 0, 30_000).catch(() => undefined);
      await Promise.race([dying, died]);
      held.clear();
      const left = new MapStore();
      for (const [key, bytes] of store.map) left.map.set(key, bytes);
      const chunks = chunkKeys().length;
      server.requests.length = 0;
      expect((await read(load({}, storesOf(left)))).equals(content)).toBe(true);
      // The record comes first and once more at the end, the chunks between them.
      expect(chunks).toBe(Math.min(Math.max(operations - 1, 0), CHUNKS));
      const keptBytes =
        chunks === 0 ? 0 : chunks === CHUNKS ? SIZE_BYTES : Math.max((chunks - 1) * CHUNK_BYTES, HEAD_BYTES);
      expect(downloadedBytes()).toBe(SIZE_BYTES - keptBytes);
    },
  );

  it('clears away what no record knows', async () => {
    await read(load());
    store.map.set('chunk/orphan/0', new Uint8Array(40));
    const [model] = await listModels(new WeightCache(storesOf(store)));
    expect(model).toMatchObject({
      name: server.url,
      state: 'complete',
      sizeBytes: SIZE_BYTES,
      storedBytes: SIZE_BYTES,
    });
    expect(store.map.has('chunk/orphan/0')).toBe(false);
  });
});
