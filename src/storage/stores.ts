// The places where a browser keeps bytes for this origin.
import type { BlobStore } from './blob-store.ts';
import { IndexedDbStore } from './indexed-db-store.ts';

/** Where things are kept: small records in one place, large chunks in one of several. */
export interface Stores {
  records: BlobStore;
  /** By name; what is in any of them can be read. */
  chunks: ReadonlyMap<string, BlobStore>;
  /** Name of the one that takes new chunks. */
  preferred: string;
}

const DATABASE = 'intab';

let opened: Promise<Stores> | undefined;

/** Whether this browser can keep anything. */
export function hasStores(): boolean {
  return globalThis.indexedDB !== undefined;
}

/**
 * The stores of this origin.
 * @throws DOMException where the browser forbids them, as in some private windows and sandboxed frames.
 */
export function openStores(): Promise<Stores> {
  opened ??= open();
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

async function open(): Promise<Stores> {
  const records = new IndexedDbStore(DATABASE);
  await records.keys('');
  return { records, chunks: new Map([['indexeddb', records]]), preferred: 'indexeddb' };
}
