// Bytes in IndexedDB: works in every page and worker, and each write happens whole or not at all.
import { createStore, delMany, get, promisifyRequest, set, type UseStore } from 'idb-keyval';
import type { BlobStore } from './blob-store.ts';

export class IndexedDbStore implements BlobStore {
  readonly #store: UseStore;

  /** @param name of the database. */
  constructor(name: string) {
    this.#store = createStore(name, 'blobs');
  }

  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return get(key, this.#store);
  }

  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    // A view is stored with all of its buffer.
    return set(key, bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice(), this.#store);
  }

  delete(keys: readonly string[]): Promise<void> {
    return delMany([...keys], this.#store);
  }

  deleteFolder(folder: string): Promise<void> {
    return this.#store('readwrite', (store) => {
      store.delete(below(folder));
      return promisifyRequest(store.transaction);
    });
  }

  keys(folder: string): Promise<string[]> {
    return this.#store('readonly', (store) => promisifyRequest(store.getAllKeys(below(folder))) as Promise<string[]>);
  }
}

function below(folder: string): IDBKeyRange {
  return IDBKeyRange.bound(folder, `${folder}\uffff`);
}
