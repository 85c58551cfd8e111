// What the cache asks of a place that keeps bytes by key.

export interface BlobStore {
  /** The bytes under a key, in a buffer of their own; undefined when there are none. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /**
   * Keeps bytes under a key, in place of what was there.
   * @throws DOMException `QuotaExceededError` when there is no room.
   */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  /** Deletes all keys below a folder; `folder` ends with a slash. */
  deleteFolder(folder: string): Promise<void>;
  /** The keys below a folder; `folder` ends with a slash, or is empty for all. In no particular order. */
  keys(folder: string): Promise<string[]>;
}
