// Bytes made from a model's files, quantised weights for example, kept beside them in the cache. They count as long as the files they
// were made from are the same. Once they are whole, the weights they were made from need no room any more.
import { tryLock } from '../storage/try-lock.ts';
import { type CacheSession, fileLock } from './cached-file.ts';
import { ensureRoom } from './cached-models.ts';
import { digestOf, hexOf } from './sha256.ts';
import type { DerivedBytes } from './source.ts';
import { chunkCount, chunkLength, type FileRecord, SEAL_BYTES, type WeightCache } from './weight-cache.ts';

/** Pieces that are read ahead of the one in use. */
const READ_AHEAD = 4;

export class DerivedFile implements DerivedBytes {
  readonly #session: CacheSession;
  readonly #file: string;
  readonly #origins: readonly { record: FileRecord; headBytes: number }[];
  /** Versions of the files it is made from. */
  readonly #version: string;

  /** @param origins records of the files it is made from, all of a known version, and how much of their beginning stays. */
  constructor(session: CacheSession, name: string, origins: readonly { record: FileRecord; headBytes: number }[]) {
    this.#session = session;
    this.#file = `derived/${name}`;
    this.#origins = origins;
    this.#version = origins.map(({ record }) => `${record.file} ${record.version}`).join(', ');
  }

  /** Its record, where it is whole and made from the files as they are. */
  async #stored(): Promise<FileRecord | undefined> {
    const { cache, source } = this.#session;
    const record = await cache.record(source.address, this.#file).catch(() => undefined);
    return record?.checksums && record.version === this.#version ? record : undefined;
  }

  /**
   * Its bytes in order; undefined where it is not stored. Ends early, with `false`, where a stored piece is damaged: then what was read
   * is forgotten, and is made anew.
   */
  async read(): Promise<{ sizeBytes: number; pieces: AsyncGenerator<Uint8Array<ArrayBuffer>, boolean> } | undefined> {
    const record = await this.#stored();
    if (!record) return undefined;
    const { cache } = this.#session;
    const sizeBytes = record.sizeBytes ?? 0;
    return { sizeBytes, pieces: piecesOf(cache, record, chunkCount(sizeBytes)) };
  }

  /**
   * Stores it, unless another tab is at it. The weights it was made from are dropped from the cache then.
   * @param read gives bytes of it, in a buffer of their own.
   * @throws what storing throws; nothing is left behind then.
   */
  async write(
    sizeBytes: number,
    read: (startBytes: number, lengthBytes: number) => Promise<Uint8Array>,
  ): Promise<void> {
    const { cache, source } = this.#session;
    const unlock = await tryLock(fileLock(source.address, this.#file));
    if (!unlock) return;
    const old = await cache.record(source.address, this.#file);
    const facts = { sizeBytes, version: this.#version, sha256: undefined };
    const record = cache.newRecord(source.address, this.#file, facts);
    try {
      if (old) await cache.delete(old);
      await ensureRoom(cache, source.address, sizeBytes);
      // Chunks without a record are cleared away; with one that has no checksums they do not count.
      await cache.keep(record);
      const checksums: string[] = [];
      let atBytes = 0;
      for (let index = 0; index < chunkCount(sizeBytes); index++) {
        const length = chunkLength(index, sizeBytes);
        const buffer = new Uint8Array(length + SEAL_BYTES);
        buffer.set(await read(atBytes, length));
        const checksum = await digestOf(buffer.subarray(0, length));
        await cache.keepChunk(record, index, buffer, checksum);
        checksums.push(hexOf(checksum));
        atBytes += length;
      }
      await cache.keep({ ...record, checksums });
      for (const origin of this.#origins) await cache.dropWeights(origin.record, origin.headBytes);
    } catch (error) {
      await cache.delete(record).catch(() => undefined);
      throw error;
    } finally {
      unlock();
    }
  }
}

async function* piecesOf(
  cache: WeightCache,
  record: FileRecord,
  count: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, boolean> {
  const reading: Promise<Uint8Array<ArrayBuffer> | undefined>[] = [];
  for (let index = 0; index < count; index++) {
    while (reading.length <= READ_AHEAD && index + reading.length < count) {
      reading.push(
        cache.chunk(record, index + reading.length).then(
          (chunk) => chunk?.bytes,
          () => undefined,
        ),
      );
    }
    const bytes = await reading.shift();
    if (!bytes) {
      await cache.delete(record).catch(() => undefined);
      return false;
    }
    yield bytes;
  }
  await cache.keep({ ...record, lastUsed: Date.now() }).catch(() => undefined);
  return true;
}
