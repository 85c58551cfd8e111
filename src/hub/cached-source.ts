// A source behind the cache: each file is asked for its version once per load, and read from what is stored of that version. Where the
// server cannot be reached, what is stored is taken as it is.
import type { StorageError } from '../errors.ts';
import { decodeUtf8 } from '../formats/utf8.ts';
import { NO_STORES } from '../storage/no-stores.ts';
import type { Stores } from '../storage/stores.ts';
import { tryLock } from '../storage/try-lock.ts';
import { collect, streamOf } from './byte-stream.ts';
import { CachedFile, type CacheSession, fileLock, POLL_MS } from './cached-file.ts';
import { storageErrorOf } from './cached-models.ts';
import { delay } from './delay.ts';
import { DerivedFile } from './derived-file.ts';
import { isTemporary } from './http.ts';
import type { ByteRange, ByteStream, FileFacts, ModelSource, Origin, RemoteSource } from './source.ts';
import { type FileRecord, isUnchanged, WeightCache } from './weight-cache.ts';

export interface CacheOptions {
  /** SHA-256 of files, in hexadecimal, in place of what the server says; false to check nothing. */
  sha256?: Readonly<Record<string, string | false>> | undefined;
  /** Hears why files are not stored: the load goes on without. */
  onCacheError?: ((error: StorageError) => void) | undefined;
}

/** A file's record is written for its date of use alone at most this often. */
const USE_STEP_MS = 60_000;

export class CachedSource implements ModelSource {
  readonly name: string;
  readonly #source: RemoteSource;
  readonly #openStores: (() => Promise<Stores>) | undefined;
  readonly #options: CacheOptions;
  readonly #files = new Map<string, Promise<CachedFile | undefined>>();
  #session: Promise<CacheSession> | undefined;

  /** @param openStores where files are kept; without, they are only checked. */
  constructor(source: RemoteSource, openStores: (() => Promise<Stores>) | undefined, options: CacheOptions = {}) {
    this.name = source.name;
    this.#source = source;
    this.#openStores = openStores;
    this.#options = options;
  }

  async text(file: string, signal?: AbortSignal): Promise<string | undefined> {
    const opened = await this.stream(file, { startBytes: 0 }, signal);
    return opened && decodeUtf8(await collect(opened.bytes, file, signal), file);
  }

  async stream(file: string, range: ByteRange, signal?: AbortSignal): Promise<ByteStream | undefined> {
    signal?.throwIfAborted();
    const found = await this.#file(await this.#open(), file, signal);
    if (!found) return undefined;
    return { bytes: streamOf((either) => found.read(range, either), signal), fileSizeBytes: found.sizeBytes };
  }

  async prefetch(
    file: string,
    range: ByteRange,
    signal: AbortSignal,
    onBytes: (sizeBytes: number) => void,
  ): Promise<void> {
    try {
      const session = await this.#open();
      const found = session.isStoring ? await this.#file(session, file, signal) : undefined;
      await found?.prefetch(range, signal, onBytes);
    } catch {
      // Reading the range later says what is wrong with it.
    }
  }

  async derived(name: string, from: readonly Origin[]): Promise<DerivedFile | undefined> {
    const session = await this.#open();
    if (!session.isStoring) return undefined;
    const files = await Promise.all(from.map(({ file }) => this.#file(session, file, undefined)));
    const origins = files.flatMap((file, i) =>
      file?.record.version === undefined ? [] : [{ record: file.record, headBytes: from[i]?.headBytes ?? 0 }],
    );
    return origins.length === from.length ? new DerivedFile(session, name, origins) : undefined;
  }

  #open(): Promise<CacheSession> {
    this.#session ??= this.#openSession();
    return this.#session;
  }

  async #openSession(): Promise<CacheSession> {
    const { onCacheError } = this.#options;
    const { address } = this.#source;
    let stores: Stores = NO_STORES;
    try {
      stores = (await this.#openStores?.()) ?? NO_STORES;
    } catch (cause) {
      onCacheError?.(await storageErrorOf(undefined, address, cause));
    }
    const cache = new WeightCache(stores);
    const session: CacheSession = {
      source: this.#source,
      cache,
      isStoring: stores !== NO_STORES,
      stopStoring(cause) {
        if (!session.isStoring) return;
        session.isStoring = false;
        storageErrorOf(cache, address, cause).then(onCacheError);
      },
    };
    return session;
  }

  #file(session: CacheSession, file: string, signal: AbortSignal | undefined): Promise<CachedFile | undefined> {
    const known = this.#files.get(file);
    if (known) return known;
    const opening = this.#openFile(session, file, signal);
    this.#files.set(file, opening);
    opening.catch(() => this.#files.delete(file));
    return opening;
  }

  async #openFile(
    session: CacheSession,
    file: string,
    signal: AbortSignal | undefined,
  ): Promise<CachedFile | undefined> {
    const { cache } = session;
    const stored = await cache.record(this.#source.address, file).catch(() => undefined);
    const record = await this.#current(session, file, stored, signal);
    if (record.isMissing) return undefined;
    const pinned = this.#options.sha256?.[file];
    const sha256 = pinned === undefined ? record.sha256 : pinned === false ? undefined : pinned.toLowerCase();
    const isVerified = record.isVerified && sha256 === stored?.sha256;
    const chunks = await cache.storedChunks(record).catch(() => new Set<number>());
    return new CachedFile(session, { ...record, sha256, isVerified }, chunks);
  }

  /** The record of a file as the server has it now; the stored one when the server cannot be reached. */
  async #current(
    session: CacheSession,
    file: string,
    stored: FileRecord | undefined,
    signal: AbortSignal | undefined,
  ): Promise<FileRecord> {
    if (stored && globalThis.navigator?.onLine === false) return stored;
    let facts: FileFacts | undefined;
    try {
      facts = await this.#source.describe(file, stored === undefined, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (stored && isTemporary(error)) return stored;
      throw error;
    }
    if (!stored || !isUnchanged(stored, facts)) return this.#replace(session, file, facts, signal);
    const record = {
      ...stored,
      sizeBytes: stored.sizeBytes ?? facts?.sizeBytes,
      sha256: facts?.sha256 ?? stored.sha256,
    };
    if (Date.now() - stored.lastUsed > USE_STEP_MS) {
      record.lastUsed = Date.now();
      await session.cache.keep(record).catch((cause) => session.stopStoring(cause));
    }
    return record;
  }

  /** A new record in place of what was cached of a file, unless another tab has just made one. */
  async #replace(
    session: CacheSession,
    file: string,
    facts: FileFacts | undefined,
    signal: AbortSignal | undefined,
  ): Promise<FileRecord> {
    const { cache } = session;
    const { address } = this.#source;
    let unlock = await tryLock(fileLock(address, file));
    while (!unlock) {
      await delay(POLL_MS, signal);
      unlock = await tryLock(fileLock(address, file));
    }
    const record = cache.newRecord(address, file, facts);
    try {
      const now = await cache.record(address, file);
      if (now && isUnchanged(now, facts)) return now;
      await cache.keep(record);
      if (now) await cache.deleteChunks(now);
    } catch (cause) {
      session.stopStoring(cause);
    } finally {
      unlock();
    }
    return record;
  }
}
