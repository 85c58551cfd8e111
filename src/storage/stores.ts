// The places where a browser keeps bytes for this origin, and which of them is the fastest.
import type { BlobStore } from './blob-store.ts';
import { IndexedDbStore } from './indexed-db-store.ts';
import { hasSyncAccess, OpfsStore } from './opfs-store.ts';

/** Where things are kept: small records in one place, large chunks in one of several. */
export interface Stores {
  records: BlobStore;
  /** By name; what is in any of them can be read. */
  chunks: ReadonlyMap<string, BlobStore>;
  /** Name of the one that takes new chunks. */
  preferred: string;
}

const DATABASE = 'intab';
/** Where the name of the fastest store is kept, measured once in a worker. */
const FASTEST_KEY = 'fastest-store';
const PROBE_BYTES = 8 * 2 ** 20;

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
  const indexedDb = new IndexedDbStore(DATABASE);
  const remembered = await indexedDb.get(FASTEST_KEY);
  const chunks = new Map<string, BlobStore>([['indexeddb', indexedDb]]);
  const opfs = await OpfsStore.open(DATABASE).catch(() => undefined);
  if (opfs) chunks.set('opfs', opfs);
  // On a page, files are read faster than the database but written more slowly, and older browsers cannot write them there.
  if (!opfs || !hasSyncAccess()) return { records: indexedDb, chunks, preferred: 'indexeddb' };
  const preferred = remembered ? new TextDecoder().decode(remembered) : await fastestOf(chunks);
  if (!remembered) await indexedDb.put(FASTEST_KEY, new TextEncoder().encode(preferred));
  return { records: indexedDb, chunks, preferred };
}

/** The store that writes a probe and reads it back in the least time. One that cannot is out. */
async function fastestOf(stores: ReadonlyMap<string, BlobStore>): Promise<string> {
  let fastest = { name: 'indexeddb', timeMs: Number.POSITIVE_INFINITY };
  for (const [name, store] of stores) {
    const key = `probe/${crypto.randomUUID()}`;
    const start = performance.now();
    try {
      await store.put(key, new Uint8Array(PROBE_BYTES));
      await store.get(key);
      const timeMs = performance.now() - start;
      if (timeMs < fastest.timeMs) fastest = { name, timeMs };
      await store.delete([key]);
    } catch {
      // No room, or not allowed: whatever it is, it is not the fastest.
    }
  }
  return fastest.name;
}
