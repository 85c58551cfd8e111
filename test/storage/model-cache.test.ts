// Loading, listing, deleting, exporting and importing models through the public API, in a real browser.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AutoConfig, AutoTokenizer, FormatError, modelCache, type ProgressEvent, pipeline } from '../../src/index.ts';
import { openStores } from '../../src/storage/stores.ts';

const MODEL = '/models/intab-chat';
const ADDRESS = `${location.origin}${MODEL}/`;
const WEIGHT_BYTES = 11_000_000;

beforeEach(() => modelCache.clear());

/** Loads the model and asks it something; gives the bytes that were asked of the server. */
async function load(onProgress?: (event: ProgressEvent) => void): Promise<{ answer: unknown; ranges: string[] }> {
  const fetched = vi.spyOn(globalThis, 'fetch');
  try {
    const generate = await pipeline('text-generation', MODEL, { progress_callback: onProgress });
    const [result] = await generate([{ role: 'user', content: 'What is the capital of France?' }], {
      max_new_tokens: 16,
    });
    await generate.dispose();
    const ranges = fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get('range') ?? 'all');
    return { answer: result?.generated_text, ranges };
  } finally {
    fetched.mockRestore();
  }
}

describe('modelCache', () => {
  it('keeps a model that was loaded: from then on only versions are asked for', async () => {
    expect(await modelCache.list()).toEqual([]);
    const first = await load();
    const [model] = await modelCache.list();
    expect(model).toMatchObject({ name: ADDRESS, state: 'complete' });
    expect(model?.storedBytes).toBeGreaterThan(WEIGHT_BYTES);
    expect(Date.now() - (model?.lastUsed.getTime() ?? 0)).toBeLessThan(60_000);
    const second = await load();
    expect(second.answer).toEqual(first.answer);
    expect(new Set(second.ranges)).toEqual(new Set(['bytes=0-0']));
    expect(first.ranges.length).toBeGreaterThan(second.ranges.length);
    const { cachedBytes, usageBytes, quotaBytes } = await modelCache.estimate();
    expect(cachedBytes).toBe(model?.storedBytes);
    expect(quotaBytes).toBeGreaterThan(usageBytes ?? 0);
  });

  it('does without a network then', async () => {
    const { answer } = await load();
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'));
    try {
      const generate = await pipeline('text-generation', MODEL);
      const [result] = await generate([{ role: 'user', content: 'What is the capital of France?' }], {
        max_new_tokens: 16,
      });
      expect(result?.generated_text).toEqual(answer);
      await generate.dispose();
      expect((await AutoTokenizer.from_pretrained(MODEL)).encode('Paris').length).toBeGreaterThan(0);
      expect(await AutoConfig.from_pretrained(MODEL)).toMatchObject({ model_type: 'llama' });
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('says how fast a load is', async () => {
    const events: ProgressEvent[] = [];
    await load((event) => events.push(event));
    const progress = events.filter(({ status }) => status === 'progress');
    expect(progress.every(({ bytes_per_second = 0 }) => bytes_per_second > 0)).toBe(true);
    expect(progress.at(-1)?.seconds_left).toBe(0);
    expect(events.at(-1)?.status).toBe('ready');
  });

  it('deletes by name, evicts under a limit, and tells of what is not kept', async () => {
    await load();
    expect(await modelCache.delete('no/such-model')).toBe(false);
    expect(await modelCache.delete(MODEL)).toBe(true);
    expect(await modelCache.list()).toEqual([]);
    await modelCache.setLimit(1_000_000);
    try {
      const events: ProgressEvent[] = [];
      const { answer } = await load((event) => events.push(event));
      expect(JSON.stringify(answer)).toContain('Paris');
      const [uncached] = events.filter(({ status }) => status === 'uncached');
      expect(uncached?.error?.name).toBe('StorageError');
      expect(uncached?.error?.message).toMatch(/MiB are missing.*setLimit/);
      expect(await modelCache.limit()).toBe(1_000_000);
    } finally {
      await modelCache.setLimit(undefined);
    }
    await load();
    expect(await modelCache.evict(0)).toEqual([ADDRESS]);
    expect(await modelCache.list()).toEqual([]);
  });

  it('deletes by its whole address what a worker stored in files, each folder once', async () => {
    const { records } = await openStores();
    await records.put('fastest-store', new TextEncoder().encode('opfs'));
    const worker = new Worker(new URL('../chat-worker.ts', import.meta.url), { type: 'module' });
    const removed = vi.spyOn(FileSystemDirectoryHandle.prototype, 'removeEntry');
    try {
      const generate = await pipeline('text-generation', MODEL, { worker });
      await generate.dispose();
      const [model] = await modelCache.list();
      expect(await modelCache.delete(model?.name ?? '')).toBe(true);
      const folders = removed.mock.calls.map(([folder]) => folder);
      expect(folders.length).toBeGreaterThan(3);
      expect(new Set(folders).size).toBe(folders.length);
      expect(await modelCache.list()).toEqual([]);
    } finally {
      removed.mockRestore();
      worker.terminate();
      await records.delete(['fastest-store']);
    }
  });

  it('exports a model to a file, and imports it', async () => {
    const { answer } = await load();
    const file = await new Response(await modelCache.export(MODEL)).blob();
    expect(file.size).toBeGreaterThan(WEIGHT_BYTES);
    await modelCache.clear();
    expect(await modelCache.import(file)).toBe(ADDRESS);
    const again = await load();
    expect(again.answer).toEqual(answer);
    expect(new Set(again.ranges)).toEqual(new Set(['bytes=0-0']));
    await expect(modelCache.import(new Blob(['nothing']))).rejects.toThrow(FormatError);
  });

  it('is left out on request', async () => {
    const generate = await pipeline('text-generation', MODEL, { cache: false });
    await generate.dispose();
    expect(await modelCache.list()).toEqual([]);
  });
});
