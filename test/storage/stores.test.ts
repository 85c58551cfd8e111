// The stores of a real browser: one contract for all of them.
import { afterAll, describe, expect, it } from 'vitest';
import type { BlobStore } from '../../src/storage/blob-store.ts';
import { IndexedDbStore } from '../../src/storage/indexed-db-store.ts';
import { OpfsStore } from '../../src/storage/opfs-store.ts';
import { openStores } from '../../src/storage/stores.ts';
import { tryLock } from '../../src/storage/try-lock.ts';
import { checkStore } from './store-contract.ts';

const DATABASE = 'intab-test';
const STORES: [string, () => Promise<BlobStore>][] = [
  ['IndexedDB', async () => new IndexedDbStore(DATABASE)],
  ['OPFS', () => OpfsStore.open(DATABASE)],
];

afterAll(() => void indexedDB.deleteDatabase(DATABASE));

describe.each(STORES)('%s', (_, open) => {
  it('keeps, replaces, lists and deletes bytes', () => checkStore(open));
});

describe('OPFS, where another tab has a file open', () => {
  const actions: [string, (store: BlobStore) => Promise<void>, Uint8Array | undefined][] = [
    ['deletes it', (store) => store.delete(['open/a']), undefined],
    ['deletes its folder', (store) => store.deleteFolder('open/'), undefined],
    ['replaces it', (store) => store.put('open/a', Uint8Array.of(1)), Uint8Array.of(1)],
  ];

  it.each(actions)('%s once it is closed', async (_, act, left) => {
    const store = await OpfsStore.open(DATABASE);
    const worker = new Worker(new URL('./locked-file-worker.ts', import.meta.url), { type: 'module' });
    await new Promise((resolve) => {
      worker.addEventListener('message', resolve);
      worker.postMessage({ path: [DATABASE, 'open', 'a'], openMs: 300 });
    });
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(DATABASE);
    await expect(folder.removeEntry('open', { recursive: true })).rejects.toThrow(/modification/i);
    await act(store);
    worker.terminate();
    expect(await store.get('open/a')).toEqual(left);
    await store.deleteFolder('open/');
    expect(await store.keys('open/')).toEqual([]);
  });
});

describe('openStores', () => {
  it('keeps chunks in the database on a page', async () => {
    expect((await openStores()).preferred).toBe('indexeddb');
  });

  it('has both stores in a worker too, and measures once which is faster', async () => {
    const ask = async () => {
      const worker = new Worker(new URL('./stores-worker.ts', import.meta.url), { type: 'module' });
      const answer = await new Promise((resolve) => {
        worker.addEventListener('message', ({ data }) => resolve(data));
        worker.postMessage(undefined);
      });
      worker.terminate();
      return answer;
    };
    const first = await ask();
    expect(first).toMatchObject({ passed: ['indexeddb', 'opfs'] });
    expect(await ask()).toEqual(first);
    const { records } = await openStores();
    const remembered = new TextDecoder().decode(await records.get('fastest-store'));
    expect(first).toMatchObject({ preferred: remembered });
  });
});

describe('tryLock', () => {
  it('gives a lock to one at a time', async () => {
    const first = await tryLock('test');
    expect(first).toBeDefined();
    expect(await tryLock('test')).toBeUndefined();
    const other = await tryLock('other');
    other?.();
    first?.();
    await expect.poll(async () => (await tryLock('test')) !== undefined).toBe(true);
  });
});
