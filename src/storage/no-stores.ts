// Stores that keep nothing, for where nothing can or shall be kept.
import type { BlobStore } from './blob-store.ts';
import type { Stores } from './stores.ts';

const nothing: BlobStore = {
  get: async () => undefined,
  put: async () => undefined,
  delete: async () => undefined,
  deleteFolder: async () => undefined,
  keys: async () => [],
};

export const NO_STORES: Stores = { records: nothing, chunks: new Map(), preferred: '' };
