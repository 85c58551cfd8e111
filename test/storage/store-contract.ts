// What every store does, whatever it is made of. Throws where one does not.
import type { BlobStore } from '../../src/storage/blob-store.ts';

function same(found: unknown, expected: unknown): void {
  const text = (value: unknown) => JSON.stringify(value instanceof Uint8Array ? [...value] : value);
  if (text(found) !== text(expected)) throw new Error(`expected ${text(expected)}, found ${text(found)}`);
}

/** @param open gives the store anew, as another page gets it. It holds nothing below `test/`. */
export async function checkStore(open: () => Promise<BlobStore>): Promise<void> {
  const store = await open();
  const listed = async (folder: string) => (await store.keys(folder)).toSorted();
  same(await store.get('test/a/b'), undefined);
  await store.put('test/a/b', Uint8Array.of(1, 2, 3).subarray(1));
  await store.put('test/a/c%2F d', new Uint8Array(5 * 2 ** 20).fill(7));
  await store.put('test/ab/c', new Uint8Array());
  same(await store.get('test/a/b'), Uint8Array.of(2, 3));
  same((await store.get('test/a/b'))?.buffer.byteLength, 2);
  const large = await store.get('test/a/c%2F d');
  same([large?.length, large?.at(0), large?.at(-1)], [5 * 2 ** 20, 7, 7]);
  same(await store.get('test/ab/c'), new Uint8Array());
  same(await listed('test/a/'), ['test/a/b', 'test/a/c%2F d']);
  same(await listed('test/'), ['test/a/b', 'test/a/c%2F d', 'test/ab/c']);
  same(await listed('test/nothing/'), []);
  await store.put('test/a/b', Uint8Array.of(9));
  same(await store.get('test/a/b'), Uint8Array.of(9));
  same(await (await open()).get('test/a/b'), Uint8Array.of(9));
  await store.delete(['test/a/b', 'test/nothing']);
  same(await store.get('test/a/b'), undefined);
  await store.deleteFolder('test/a/');
  await store.deleteFolder('test/nothing/');
  same(await listed('test/'), ['test/ab/c']);
  await store.delete(['test/ab/c']);
  same(await listed('test/'), []);
}
