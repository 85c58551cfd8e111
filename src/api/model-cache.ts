// modelCache: what intab keeps in the browser's storage, for a page to show and tidy up.
import { type CachedModel, deleteModel, evictModels, listModels } from '../hub/cached-models.ts';
import { namesInCache, openCache } from '../hub/open-cache.ts';
import { loadPart } from '../load-part.ts';

export interface CacheEstimate {
  /** Bytes of the cached models. */
  cachedBytes: number;
  /** Bytes that this site takes in all, and the most that the browser lets it take; undefined where it does not say. */
  usageBytes: number | undefined;
  quotaBytes: number | undefined;
  /** Whether the browser has promised not to clear them away by itself. */
  isPersisted: boolean;
}

/** Few pages export or import: what reads and writes archives is loaded by those that do. */
const openArchives = () => loadPart(import('../hub/cache-archive.ts'));

/** The models in the browser's storage. Every function throws a {StorageError} where the browser keeps nothing. */
export const modelCache = {
  /** The models, the most recently used first. */
  list: async (): Promise<CachedModel[]> => listModels(await openCache()),

  /** Deletes a model by the name it is loaded by; whether there was one. */
  delete: async (name: string): Promise<boolean> => {
    const cache = await openCache();
    const deleted = await Promise.all(namesInCache(name).map((listed) => deleteModel(cache, listed)));
    return deleted.includes(true);
  },

  /** Deletes every model. */
  clear: async (): Promise<void> => {
    const cache = await openCache();
    for (const record of await cache.records()) await cache.delete(record);
    // What a tab that died left behind.
    await cache.allChunks();
  },

  /**
   * A model as one file, a tar archive of its folder: `new Response(stream).blob()`, or piped to a file.
   * @throws {InputError} not all of it is in the cache.
   */
  export: async (name: string): Promise<ReadableStream<Uint8Array>> => {
    const [cache, { exportModel }] = await Promise.all([openCache(), openArchives()]);
    const listed = (await listModels(cache)).find((model) => namesInCache(name).includes(model.name));
    return exportModel(cache, listed?.name ?? name);
  },

  /**
   * Puts a model that was exported into the cache; resolves with its name.
   * @throws {FormatError} another file. {IntegrityError} it is damaged. {StorageError} there is no room.
   */
  import: async (file: Blob): Promise<string> => {
    const [cache, { importModel }] = await Promise.all([openCache(), openArchives()]);
    return importModel(cache, file);
  },

  /** Deletes the models that were not used for the longest time until all take at most so many bytes; resolves with their names. */
  evict: async (mostBytes: number): Promise<string[]> => evictModels(await openCache(), mostBytes),

  /** The most bytes that models may take; undefined for what the browser allows, as it is unless set. */
  limit: async (): Promise<number | undefined> => (await openCache()).limit(),

  /** Sets the limit, for this and later visits: what is loaded evicts what was not used for the longest time. */
  setLimit: async (mostBytes: number | undefined): Promise<void> => (await openCache()).setLimit(mostBytes),

  /** What is taken and what there is. */
  estimate: async (): Promise<CacheEstimate> => {
    const models = await listModels(await openCache());
    const { usage, quota } = await navigator.storage.estimate();
    return {
      cachedBytes: models.reduce((total, { storedBytes }) => total + storedBytes, 0),
      usageBytes: usage,
      quotaBytes: quota,
      isPersisted: await navigator.storage.persisted(),
    };
  },
};
