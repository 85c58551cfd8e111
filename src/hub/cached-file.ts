// One file that is read through the cache: chunks that are stored come from there, the others from the server, and are stored on their
// way. One tab downloads a file at a time; the others read what it stores, and take over when it stops.
import { IntegrityError, SourceError } from '../errors.ts';
import { tryLock } from '../storage/try-lock.ts';
import { chunksOf } from './byte-stream.ts';
import { ensureRoom } from './cached-models.ts';
import { delay } from './delay.ts';
import { digestOf, hexOf, StreamedSha256 } from './sha256.ts';
import type { ByteRange, RemoteSource } from './source.ts';
import {
  chunkAt,
  chunkCount,
  chunkLength,
  chunkStart,
  type FileRecord,
  SEAL_BYTES,
  type WeightCache,
} from './weight-cache.ts';

/** Chunks that are read from the store ahead of the one in use. */
const READ_AHEAD = 3;
/**
 * Chunks that one request of a prefetch asks for. It is in no hurry, and a browser holds in memory what comes faster than it is read:
 * Chromium tens of megabytes of each answer.
 */
const PREFETCH_CHUNKS = 8;
/** How often a tab looks for what another one downloads. */
export const POLL_MS = 100;

/** Lets one tab at a time download or replace a file. */
export function fileLock(address: string, file: string): string {
  return `intab:${address}/${file}`;
}

/** What the files of one load share. */
export interface CacheSession {
  source: RemoteSource;
  cache: WeightCache;
  /** False once storing failed: the load goes on without. */
  isStoring: boolean;
  /** Ends storing, and tells why. */
  stopStoring(cause: unknown): void;
}

type StoredChunk = NonNullable<Awaited<ReturnType<WeightCache['chunk']>>>;

export class CachedFile {
  readonly #session: CacheSession;
  readonly #record: FileRecord;
  /** Indices of the chunks that are stored, as far as this tab knows. */
  #stored: Set<number>;
  /** SHA-256 of the chunks that came by, by index. */
  readonly #checksums: string[] = [];
  #seen = 0;
  readonly #hash: StreamedSha256 | undefined;
  #hashedChunks = 0;
  /** The chunk that is being stored and hashed while the next one comes. */
  #keeping: Promise<unknown> = Promise.resolve();
  #failure: IntegrityError | undefined;

  /** @param stored indices of the chunks that are stored. */
  constructor(session: CacheSession, record: FileRecord, stored: Set<number>) {
    this.#session = session;
    this.#record = record;
    this.#stored = stored;
    this.#hash = record.sha256 !== undefined && !record.isVerified ? new StreamedSha256() : undefined;
  }

  get record(): FileRecord {
    return this.#record;
  }

  /** Undefined until it is known. */
  get sizeBytes(): number | undefined {
    return this.#record.sizeBytes;
  }

  /**
   * The bytes of a range. The last of them come only after the whole file was compared to its SHA-256, if it is known.
   * @throws SourceError, IntegrityError, or the signal's reason.
   */
  async *read(range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
    let atBytes = range.startBytes;
    let unlock: (() => void) | undefined;
    const ahead = new Map<number, Promise<StoredChunk | undefined>>();
    try {
      while (atBytes < this.#end(range)) {
        signal.throwIfAborted();
        if (this.#failure) throw this.#failure;
        const index = chunkAt(atBytes);
        const chunk = await this.#load(index, this.#end(range), ahead);
        if (chunk) {
          const piece = chunk.subarray(atBytes - chunkStart(index), this.#end(range) - chunkStart(index));
          if (piece.length === 0) return;
          atBytes += piece.length;
          yield piece;
        } else if (this.#session.isStoring && !unlock) {
          unlock = await this.#lock();
          if (!unlock) await delay(POLL_MS, signal);
        } else {
          for await (const piece of this.#download(atBytes, this.#end(range), signal)) {
            atBytes += piece.length;
            yield piece;
          }
        }
      }
    } finally {
      await this.#keeping.catch(() => undefined);
      unlock?.();
    }
  }

  /** Downloads and stores what is missing of a range, unless another tab or reader is at it. */
  async prefetch(range: ByteRange, signal: AbortSignal, onBytes: (sizeBytes: number) => void): Promise<void> {
    const unlock = await this.#lock();
    if (!unlock) return;
    try {
      let atBytes = range.startBytes;
      while (atBytes < this.#end(range) && this.#session.isStoring) {
        const index = chunkAt(atBytes);
        if (this.#stored.has(index)) {
          const nextBytes = Math.min(chunkStart(index + 1), this.#end(range));
          onBytes(nextBytes - atBytes);
          atBytes = nextBytes;
          continue;
        }
        const endBytes = Math.min(chunkStart(index + PREFETCH_CHUNKS), this.#end(range));
        for await (const piece of this.#download(atBytes, endBytes, signal)) {
          atBytes += piece.length;
          onBytes(piece.length);
          if (!this.#session.isStoring) return;
        }
      }
    } finally {
      await this.#keeping.catch(() => undefined);
      unlock();
    }
  }

  #end({ endBytes = Number.POSITIVE_INFINITY }: ByteRange): number {
    return Math.min(endBytes, this.#record.sizeBytes ?? Number.POSITIVE_INFINITY);
  }

  /** Takes the file's lock and looks at what others did meanwhile; undefined when another holds it. */
  async #lock(): Promise<(() => void) | undefined> {
    const { cache } = this.#session;
    const unlock = await tryLock(fileLock(this.#record.address, this.#record.file));
    if (!unlock) return undefined;
    try {
      const now = await cache.record(this.#record.address, this.#record.file);
      if (now && now.generation !== this.#record.generation) throw this.#changed();
      if (!now) await cache.keep(this.#record);
      if (now?.checksums) this.#record.checksums = now.checksums;
      this.#stored = await cache.storedChunks(this.#record);
      await ensureRoom(cache, this.#record.address, this.#missingBytes());
    } catch (cause) {
      if (cause instanceof SourceError) {
        unlock();
        throw cause;
      }
      this.#session.stopStoring(cause);
    }
    return unlock;
  }

  #missingBytes(): number {
    const { sizeBytes = 0 } = this.#record;
    return [...this.#stored].reduce((left, index) => left - chunkLength(index, sizeBytes), sizeBytes);
  }

  /** A stored chunk that is as it should be; undefined when there is none. Begins to read those after it into `ahead`. */
  async #load(
    index: number,
    endBytes: number,
    ahead: Map<number, Promise<StoredChunk | undefined>>,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const read = (wanted: number) =>
      ahead.get(wanted) ?? this.#session.cache.chunk(this.#record, wanted).catch(() => undefined);
    const loading = read(index);
    for (let next = index + 1; next <= index + READ_AHEAD && chunkStart(next) < endBytes; next++) {
      if (this.#stored.has(next)) ahead.set(next, read(next));
    }
    ahead.delete(index);
    const chunk = await loading;
    if (!chunk) {
      this.#stored.delete(index);
      return undefined;
    }
    await this.#note(index, chunk.bytes, chunk.checksum);
    if (this.#isWhole) await this.#finish();
    return chunk.bytes;
  }

  /** Downloads up to the next chunk that is stored, stores the chunks that come whole, and gives the bytes from `fromBytes` on. */
  async *#download(fromBytes: number, endBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
    const { source } = this.#session;
    const { file, version } = this.#record;
    let index = chunkAt(fromBytes);
    const nextStored = Math.min(...[...this.#stored].filter((stored) => stored > index));
    const runEndBytes = Math.min(endBytes, chunkStart(nextStored));
    // A chunk that is wanted to its end is fetched whole, so that it can be stored.
    const isKept = runEndBytes >= Math.min(chunkStart(index + 1), this.#record.sizeBytes ?? Number.POSITIVE_INFINITY);
    let atBytes = isKept ? chunkStart(index) : fromBytes;
    const range = { startBytes: atBytes, endBytes: Number.isFinite(runEndBytes) ? runEndBytes : undefined };
    const opened = await source.download(file, range, version, signal);
    if (opened === undefined) {
      throw new SourceError({ what: `${file} is gone from ${source.name}`, remedy: 'load the model again' });
    }
    this.#record.sizeBytes ??= opened.fileSizeBytes;
    if ((opened.fileSizeBytes ?? this.#record.sizeBytes) !== this.#record.sizeBytes) throw this.#changed();
    // Two buffers take turns: one fills while the other is stored, which #keep waits for.
    const buffers: Uint8Array<ArrayBuffer>[] = [];
    const bufferFor = (chunk: number) => {
      const length = chunkLength(chunk, this.#record.sizeBytes ?? Number.POSITIVE_INFINITY) + SEAL_BYTES;
      const used = buffers[chunk % 2];
      const buffer = used && used.length >= length ? used : new Uint8Array(length);
      buffers[chunk % 2] = buffer;
      return buffer;
    };
    let buffer = isKept ? bufferFor(index) : undefined;
    for await (const bytes of chunksOf(opened.bytes, file, signal)) {
      for (let usedBytes = 0; usedBytes < bytes.length; ) {
        const part = bytes.subarray(usedBytes, usedBytes + chunkStart(index + 1) - atBytes);
        buffer?.set(part, atBytes - chunkStart(index));
        const wanted = part.subarray(Math.max(fromBytes - atBytes, 0));
        usedBytes += part.length;
        atBytes += part.length;
        if (atBytes === chunkStart(index + 1) || atBytes === this.#record.sizeBytes) {
          if (buffer) await this.#keep(index, buffer.subarray(0, atBytes - chunkStart(index) + SEAL_BYTES));
          index++;
          buffer = bufferFor(index);
        }
        if (wanted.length > 0) yield wanted;
      }
    }
    if (this.#record.sizeBytes !== undefined || Number.isFinite(runEndBytes)) return;
    // Only the end of the answer tells how long the file is.
    this.#record.sizeBytes = atBytes;
    if (buffer && atBytes > chunkStart(index)) {
      await this.#keep(index, buffer.subarray(0, atBytes - chunkStart(index) + SEAL_BYTES));
    }
  }

  /** Stores and hashes a downloaded chunk in the background; waits for the one before. */
  async #keep(index: number, buffer: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#keeping;
    const bytes = buffer.subarray(0, buffer.length - SEAL_BYTES);
    const checksum = await digestOf(bytes);
    const promised = this.#record.checksums?.[index];
    if (promised !== undefined && promised !== hexOf(checksum)) throw await this.#damaged(promised, hexOf(checksum));
    const keeping = [this.#note(index, bytes, hexOf(checksum)), this.#store(index, buffer, checksum)];
    const isLast = this.#isWhole;
    // With what is still under way: whoever waits for this may use all buffers again.
    this.#keeping = Promise.all([this.#keeping, ...keeping]).then(() => (isLast ? this.#finish() : undefined));
    this.#keeping.catch(() => undefined);
    if (isLast) await this.#keeping;
  }

  async #store(index: number, buffer: Uint8Array<ArrayBuffer>, checksum: Uint8Array): Promise<void> {
    if (!this.#session.isStoring) return;
    try {
      await this.#session.cache.keepChunk(this.#record, index, buffer, checksum);
      this.#stored.add(index);
    } catch (cause) {
      this.#session.stopStoring(cause);
    }
  }

  get #isWhole(): boolean {
    return this.#record.sizeBytes !== undefined && this.#seen === chunkCount(this.#record.sizeBytes);
  }

  /** Takes note of a chunk; adds it to the file's SHA-256 if it is the next one. */
  async #note(index: number, bytes: Uint8Array, checksum: string): Promise<void> {
    if (this.#checksums[index] === undefined) this.#seen++;
    this.#checksums[index] = checksum;
    if (this.#hash && index === this.#hashedChunks) {
      this.#hashedChunks++;
      await this.#hash.update(bytes);
    }
  }

  /** Closes the books of a file of which every chunk was seen. */
  async #finish(): Promise<void> {
    const { cache, isStoring } = this.#session;
    const isHashed = this.#hash !== undefined && this.#hashedChunks === this.#seen && !this.#record.isVerified;
    if (!isHashed && this.#record.checksums) return;
    if (isHashed) {
      const digest = await this.#hash?.digest();
      if (digest !== this.#record.sha256) throw await this.#damaged(String(this.#record.sha256), String(digest));
      this.#record.isVerified = true;
    }
    this.#record.checksums = this.#checksums;
    if (isStoring) await cache.keep(this.#record).catch((cause) => this.#session.stopStoring(cause));
  }

  async #damaged(promised: string, found: string): Promise<IntegrityError> {
    const { cache, source } = this.#session;
    await cache.delete(this.#record).catch(() => undefined);
    this.#failure = new IntegrityError({
      what: `${this.#record.file} of ${source.name} is damaged`,
      expected: `SHA-256 ${promised}`,
      actual: found,
      remedy:
        'load the model again: what was kept of the file is deleted; if it happens again, the file on the server is not right',
    });
    return this.#failure;
  }

  #changed(): SourceError {
    return new SourceError({
      what: `${this.#record.file} of ${this.#session.source.name} was changed while it was being read`,
      remedy: 'load the model again',
    });
  }
}
