// The cache seen from outside: which models are in it, how much room they take, and which go when there is too little.
import { StorageError } from '../errors.ts';
import { formatBytes } from '../tensor/format-bytes.ts';
import { chunkLength, type FileRecord, type WeightCache } from './weight-cache.ts';

export interface CachedFileInfo {
  file: string;
  /** Undefined where the server did not say. */
  sizeBytes: number | undefined;
  storedBytes: number;
}

export interface CachedModel {
  /** What it is loaded by: a Hub id, with `@revision` if it is not `main`, or the address of a folder. */
  name: string;
  /** `complete` when every byte of the files that were opened is stored: such a model loads without a network. */
  state: 'complete' | 'partial';
  /** Bytes of its files, as far as they are known. */
  sizeBytes: number;
  storedBytes: number;
  lastUsed: Date;
  files: CachedFileInfo[];
}

/** From this size on a file is worth asking the browser not to clear it away. */
const PERSIST_BYTES = 16 * 2 ** 20;
let hasAskedToPersist = false;

/** The models in the cache, the most recently used first. */
export async function listModels(cache: WeightCache): Promise<CachedModel[]> {
  const chunks = await cache.allChunks();
  const present = (await cache.records()).filter(({ isMissing }) => !isMissing);
  const names = new Set(present.map(({ address }) => address));
  const list = [...names].map((name): CachedModel => {
    const records = present.filter(({ address }) => address === name);
    const files = records.map((record) => fileInfo(record, chunks.get(record.generation) ?? []));
    const sum = (of: (file: CachedFileInfo) => number) => files.reduce((total, file) => total + of(file), 0);
    return {
      name,
      state: files.every(({ sizeBytes, storedBytes }) => sizeBytes === storedBytes) ? 'complete' : 'partial',
      sizeBytes: sum(({ sizeBytes = 0 }) => sizeBytes),
      storedBytes: sum(({ storedBytes }) => storedBytes),
      lastUsed: new Date(Math.max(...records.map(({ lastUsed }) => lastUsed))),
      files,
    };
  });
  return list.toSorted((a, b) => b.lastUsed.getTime() - a.lastUsed.getTime());
}

function fileInfo({ file, sizeBytes, isReplaced }: FileRecord, chunks: readonly number[]): CachedFileInfo {
  const fileSizeBytes = sizeBytes ?? Number.POSITIVE_INFINITY;
  const storedBytes = chunks.reduce((total, index) => total + chunkLength(index, fileSizeBytes), 0);
  return { file, sizeBytes: isReplaced ? storedBytes : sizeBytes, storedBytes };
}

/** Deletes a model; whether there was one. */
export async function deleteModel(cache: WeightCache, name: string): Promise<boolean> {
  const records = (await cache.records()).filter(({ address }) => address === name);
  for (const record of records) await cache.delete(record);
  return records.length > 0;
}

/**
 * Deletes the models that were not used for the longest time until all of them take at most so much.
 * @param spared a model that stays.
 * @returns the names of the deleted ones.
 */
export async function evictModels(cache: WeightCache, mostBytes: number, spared?: string): Promise<string[]> {
  const models = await listModels(cache);
  let storedBytes = models.reduce((total, model) => total + model.storedBytes, 0);
  const evicted: string[] = [];
  for (const model of models.toReversed()) {
    if (storedBytes <= mostBytes) break;
    if (model.name === spared) continue;
    await deleteModel(cache, model.name);
    storedBytes -= model.storedBytes;
    evicted.push(model.name);
  }
  return evicted;
}

/**
 * Sees to it that more bytes of a model can be stored: evicts others where a limit is set.
 * @throws StorageError when there is no room.
 */
export async function ensureRoom(cache: WeightCache, name: string, neededBytes: number): Promise<void> {
  const limitBytes = await cache.limit();
  if (limitBytes !== undefined) {
    const models = await listModels(cache);
    const ownBytes = models.find((model) => model.name === name)?.storedBytes ?? 0;
    if (ownBytes + neededBytes > limitBytes) {
      throw noRoom([], name, neededBytes, limitBytes - ownBytes, 'raise the limit with modelCache.setLimit');
    }
    await evictModels(cache, limitBytes - neededBytes, name);
  }
  const { quota, usage } = (await globalThis.navigator?.storage?.estimate?.().catch(() => undefined)) ?? {};
  if (quota !== undefined && usage !== undefined && quota - usage < neededBytes) {
    throw noRoom(await listModels(cache), name, neededBytes, quota - usage, 'free disk space');
  }
  if (neededBytes >= PERSIST_BYTES && !hasAskedToPersist) {
    hasAskedToPersist = true;
    // Only pages can ask. Some browsers ask the person: the answer is not waited for.
    globalThis.navigator?.storage?.persist?.().catch(() => undefined);
  }
}

/** The error of a store that refused bytes. */
export async function storageErrorOf(
  cache: WeightCache | undefined,
  name: string,
  cause: unknown,
): Promise<StorageError> {
  if (cause instanceof StorageError) return cause;
  if (cache && cause instanceof DOMException && cause.name === 'QuotaExceededError') {
    const { quota = 0, usage = 0 } = (await globalThis.navigator?.storage?.estimate?.().catch(() => undefined)) ?? {};
    const models = await listModels(cache).catch(() => []);
    const own = models.find((model) => model.name === name);
    return noRoom(models, name, own ? own.sizeBytes - own.storedBytes : 0, quota - usage, 'free disk space', cause);
  }
  return new StorageError({
    what: `${name} cannot be kept in the browser's storage`,
    actual: cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause),
    remedy: 'allow this site to store data; until then models are downloaded each time',
    cause,
  });
}

function noRoom(
  models: readonly CachedModel[],
  name: string,
  neededBytes: number,
  freeBytes: number,
  otherwise: string,
  cause?: unknown,
): StorageError {
  const others = models.filter((model) => model.name !== name && model.storedBytes > 0);
  const deletable = others.map((model) => `${model.name} (${formatBytes(model.storedBytes)})`).join(', ');
  const missingBytes = Math.max(neededBytes - Math.max(freeBytes, 0), 0);
  return new StorageError({
    what: `The browser's storage has no room for ${name}: ${formatBytes(missingBytes)} are missing`,
    expected: `${formatBytes(neededBytes)} free`,
    actual: `${formatBytes(Math.max(freeBytes, 0))} free`,
    remedy: deletable === '' ? otherwise : `delete with modelCache.delete: ${deletable}; or ${otherwise}`,
    cause,
  });
}
