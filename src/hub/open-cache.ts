// The cache by itself, without a source: for looking at it and tidying up.
import { openStores } from '../storage/stores.ts';
import { storageErrorOf } from './cached-models.ts';
import { UrlSource } from './url-source.ts';
import { WeightCache } from './weight-cache.ts';

/** @throws StorageError where the browser keeps nothing. */
export async function openCache(): Promise<WeightCache> {
  try {
    return new WeightCache(await openStores());
  } catch (cause) {
    throw await storageErrorOf(undefined, "intab's cache", cause);
  }
}

/** What models of this name are called in the cache, without repeats: a Hub id by itself, a folder by its whole address. */
export function namesInCache(name: string): string[] {
  try {
    return [...new Set([name, new UrlSource(name).address])];
  } catch {
    return [name];
  }
}
