// Where the tuner's results are kept: a small record per adapter beside the cache's books, in memory where there is no storage. They
// are about the device and no model's, so they outlive `modelCache.clear()`.
import { hasStores, openStores } from '../storage/stores.ts';

export interface TuningRecords {
  get(key: string): Promise<string | undefined>;
  put(key: string, text: string): Promise<void>;
}

const FOLDER = 'tuned/';
const inMemory = new Map<string, string>();

const MEMORY: TuningRecords = {
  get: async (key) => inMemory.get(key),
  put: async (key, text) => void inMemory.set(key, text),
};

/** Both reject where the browser forbids its storage. */
const STORED: TuningRecords = {
  get: async (key) => {
    const { records } = await openStores();
    const bytes = await records.get(FOLDER + key);
    return bytes && new TextDecoder().decode(bytes);
  },
  put: async (key, text) => {
    const { records } = await openStores();
    await records.put(FOLDER + key, new TextEncoder().encode(text));
  },
};

/** @param cache whether the browser's storage may be used. */
export function tuningRecords(cache = true): TuningRecords {
  return cache && hasStores() ? STORED : MEMORY;
}
