// The stores of a real browser: one contract for all of them.
import { afterAll, describe, expect, it } from 'vitest';
import type { BlobStore } from '../../src/storage/blob-store.ts';
import { IndexedDbStore } from '../../src/storage/indexed-db-store.ts';
import { tryLock } from '../../src/storage/try-lock.ts';

const DATABASE = 'intab-test';
const STORES: [string, () => Promise<BlobStore>][] = [['IndexedDB', async () => new IndexedDbStore(DATABASE)]];

afterAll(() => void indexedDB.deleteDatabase(DATABASE));

describe.each(STORES)('%s', (_, open) => {
  it('keeps, replaces, lists and deletes bytes', async () => {
    const store = await open();
    expect(await store.get('a/b')).toBeUndefined();
    await store.put('a/b', Uint8Array.of(1, 2, 3).subarray(1));
    await store.put('a/c%2F d', new Uint8Array(5 * 2 ** 20).fill(7));
    await store.put('ab/c', new Uint8Array());
    expect(await store.get('a/b')).toEqual(Uint8Array.of(2, 3));
    expect((await store.get('a/b'))?.byteOffset).toBe(0);
    const large = await store.get('a/c%2F d');
    expect([large?.length, large?.at(-1)]).toEqual([5 * 2 ** 20, 7]);
    expect(await store.get('ab/c')).toEqual(new Uint8Array());
    expect((await store.keys('a/')).toSorted()).toEqual(['a/b', 'a/c%2F d']);
    expect((await store.keys('')).toSorted()).toEqual(['a/b', 'a/c%2F d', 'ab/c']);
    expect(await store.keys('nothing/')).toEqual([]);
    await store.put('a/b', Uint8Array.of(9));
    expect(await store.get('a/b')).toEqual(Uint8Array.of(9));
    // What another page opens is the same store.
    expect(await (await open()).get('a/b')).toEqual(Uint8Array.of(9));
    await store.delete(['a/b', 'nothing', 'a/c%2F d', 'ab/c']);
    expect(await store.keys('')).toEqual([]);
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
