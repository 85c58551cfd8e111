// Stores in memory, for tests of what is built on stores: they count, and can be full or die.
import type { BlobStore } from '../../src/storage/blob-store.ts';
import type { Stores } from '../../src/storage/stores.ts';

export class MapStore implements BlobStore {
  readonly map = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Most bytes it holds. */
  roomBytes = Number.POSITIVE_INFINITY;
  /** Writes and deletions until it dies, as a tab does: that operation and all later ones never end. */
  operationsLeft = Number.POSITIVE_INFINITY;
  /** Hears of each write. */
  onPut: (key: string, bytes: Uint8Array) => Promise<void> = async () => undefined;

  get sizeBytes(): number {
    return [...this.map.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.map.get(key)?.slice();
  }

  async put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#live();
    await this.onPut(key, bytes);
    if (this.sizeBytes + bytes.length > this.roomBytes) throw new DOMException('full', 'QuotaExceededError');
    this.map.set(key, bytes.slice());
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.#live();
      this.map.delete(key);
    }
  }

  async deleteFolder(folder: string): Promise<void> {
    await this.delete(await this.keys(folder));
  }

  async keys(folder: string): Promise<string[]> {
    return [...this.map.keys()].filter((key) => key.startsWith(folder));
  }

  async #live(): Promise<void> {
    if (this.operationsLeft-- <= 0) await new Promise(() => undefined);
  }
}

export function storesOf(store: BlobStore): Stores {
  return { records: store, chunks: new Map([['map', store]]), preferred: 'map' };
}
