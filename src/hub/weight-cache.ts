// The cache's books: a record per file, and the file's bytes in chunks that carry their own checksum. A record is written before the
// first chunk and once more when the file is whole, so that a tab that dies at any moment leaves a file that can be continued.
import type { BlobStore } from '../storage/blob-store.ts';
import type { Stores } from '../storage/stores.ts';
import { QUICK_SUM_BYTES, quickSum } from './quick-sum.ts';
import { hexOf } from './sha256.ts';
import { type FileFacts, HEAD_BYTES, OBJECT_ID } from './source.ts';

/** Bytes of a chunk, but for the first two: the head has a chunk of its own, the second is the rest of the first 4 MiB. */
export const CHUNK_BYTES = 4 * 2 ** 20;
/** Bytes of a SHA-256. */
const SHA256_BYTES = 32;
/**
 * Behind the bytes of a stored chunk stand their SHA-256, to compare bytes to that are fetched again, and a sum over both that is quick
 * to check whenever the chunk is read.
 */
export const SEAL_BYTES = SHA256_BYTES + QUICK_SUM_BYTES;

/** The chunk that holds an offset. */
export function chunkAt(offsetBytes: number): number {
  return offsetBytes < HEAD_BYTES ? 0 : 1 + Math.floor(offsetBytes / CHUNK_BYTES);
}

/** Where a chunk begins; it ends where the next one begins, or with the file. */
export function chunkStart(index: number): number {
  return index < 2 ? index * HEAD_BYTES : (index - 1) * CHUNK_BYTES;
}

/** Bytes of a chunk of a file of this size. */
export function chunkLength(index: number, fileSizeBytes: number): number {
  return Math.max(Math.min(chunkStart(index + 1), fileSizeBytes) - chunkStart(index), 0);
}

/** Chunks of a file of this size. */
export function chunkCount(fileSizeBytes: number): number {
  return fileSizeBytes === 0 ? 0 : chunkAt(fileSizeBytes - 1) + 1;
}

/** What is known of a cached file. */
export interface FileRecord extends FileFacts {
  /** Address of the source it is from. */
  address: string;
  file: string;
  /** The server does not have the file: kept in mind, so that this is known offline too. */
  isMissing: boolean;
  /** Names the chunks. A file that changed gets another name, so that chunks of two versions never meet. */
  generation: string;
  /** Name of the store of the chunks. */
  store: string;
  /** Of a file that is whole: the SHA-256 of each chunk. */
  checksums?: string[];
  /** Whether all of the file was compared to `sha256`. */
  isVerified: boolean;
  /** Something made from it took its place: a model is complete without its weights. */
  isReplaced?: boolean;
  /** Milliseconds since 1970. */
  lastUsed: number;
}

/** Whether what a server says of a file fits what was cached of it. */
export function isUnchanged(record: FileRecord, facts: FileFacts | undefined): boolean {
  if (facts === undefined || record.isMissing) return facts === undefined && record.isMissing;
  const { sizeBytes, version } = facts;
  if (sizeBytes !== undefined && record.sizeBytes !== undefined && sizeBytes !== record.sizeBytes) return false;
  if (version === undefined || record.version === undefined) return false;
  // The Hub's list can be out of reach while its files are not, and its ids are not in their headers.
  if (version.startsWith(OBJECT_ID) !== record.version.startsWith(OBJECT_ID)) return true;
  return version === record.version;
}

const RECORDS = 'file/';
const CHUNKS = 'chunk/';
const LIMIT = 'limit';

const recordKey = (address: string, file: string) =>
  `${RECORDS}${encodeURIComponent(address)}/${encodeURIComponent(file)}`;
const chunkFolder = (generation: string) => `${CHUNKS}${generation}/`;

export class WeightCache {
  readonly #stores: Stores;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  async record(address: string, file: string): Promise<FileRecord | undefined> {
    return readRecord(await this.#stores.records.get(recordKey(address, file)));
  }

  /** All records. */
  async records(): Promise<FileRecord[]> {
    const { records } = this.#stores;
    const keys = await records.keys(RECORDS);
    const read = await Promise.all(keys.map(async (key) => readRecord(await records.get(key))));
    return read.filter((record) => record !== undefined);
  }

  /** @throws DOMException when there is no room. */
  async keep(record: FileRecord): Promise<void> {
    const text = new TextEncoder().encode(JSON.stringify(record));
    await this.#stores.records.put(recordKey(record.address, record.file), text);
  }

  /** A record for a file of which nothing is cached yet. */
  newRecord(address: string, file: string, facts: FileFacts | undefined): FileRecord {
    return {
      address,
      file,
      isMissing: facts === undefined,
      sizeBytes: facts?.sizeBytes,
      version: facts?.version,
      sha256: facts?.sha256,
      generation: crypto.randomUUID(),
      store: this.#stores.preferred,
      isVerified: false,
      lastUsed: Date.now(),
    };
  }

  /** Forgets a file. */
  async delete(record: FileRecord): Promise<void> {
    // The record goes first: chunks without one are never read, and cleared away later.
    await this.#stores.records.delete([recordKey(record.address, record.file)]);
    await this.deleteChunks(record);
  }

  async deleteChunks(record: FileRecord): Promise<void> {
    await this.#chunksOf(record).deleteFolder(chunkFolder(record.generation));
  }

  /** Drops a file's chunks but those of its first `headBytes`, because something made from it took its place. */
  async dropWeights(record: FileRecord, headBytes: number): Promise<void> {
    const current = await this.record(record.address, record.file);
    if (!current || current.generation !== record.generation) return;
    await this.keep({ ...current, isReplaced: true });
    const chunks = [...(await this.storedChunks(record))].filter((index) => chunkStart(index) >= headBytes);
    await this.#chunksOf(record).delete(chunks.map((index) => `${chunkFolder(record.generation)}${index}`));
  }

  /** Indices of the stored chunks of a file. */
  async storedChunks(record: FileRecord): Promise<Set<number>> {
    const folder = chunkFolder(record.generation);
    const keys = await this.#chunksOf(record).keys(folder);
    return new Set(keys.map((key) => Number(key.slice(folder.length))));
  }

  /** Indices of the stored chunks of all files, by generation. Clears away chunks that no record knows. */
  async allChunks(): Promise<Map<string, number[]>> {
    const chunks = new Map<string, number[]>();
    const found: { store: BlobStore; key: string; generation: string }[] = [];
    for (const store of this.#stores.chunks.values()) {
      for (const key of await store.keys(CHUNKS)) {
        const [, generation = '', index] = key.split('/');
        found.push({ store, key, generation });
        const indices = chunks.get(generation) ?? [];
        indices.push(Number(index));
        chunks.set(generation, indices);
      }
    }
    // Read after the chunks: a file's record is older than its chunks.
    const known = new Set((await this.records()).map(({ generation }) => generation));
    for (const { store, key, generation } of found) {
      if (known.has(generation)) continue;
      await store.delete([key]);
      chunks.delete(generation);
    }
    return chunks;
  }

  /** A chunk, if it is stored and as it was when it was stored, with its SHA-256. */
  async chunk(
    record: FileRecord,
    index: number,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; checksum: string } | undefined> {
    const stored = await this.#chunksOf(record).get(`${chunkFolder(record.generation)}${index}`);
    const length = (stored?.length ?? 0) - SEAL_BYTES;
    const expectedLength = record.sizeBytes === undefined ? length : chunkLength(index, record.sizeBytes);
    if (stored === undefined || length <= 0 || length !== expectedLength) return undefined;
    const sum = quickSum(stored.subarray(0, length + SHA256_BYTES));
    if (sum.some((byte, i) => byte !== stored[length + SHA256_BYTES + i])) return undefined;
    const checksum = hexOf(stored.subarray(length, length + SHA256_BYTES));
    if (checksum !== (record.checksums?.[index] ?? checksum)) return undefined;
    return { bytes: stored.subarray(0, length), checksum };
  }

  /**
   * Stores a chunk.
   * @param buffer its bytes, with {@link SEAL_BYTES} of room behind them; begins where its memory does.
   * @param checksum its SHA-256.
   * @throws DOMException when there is no room.
   */
  async keepChunk(
    record: FileRecord,
    index: number,
    buffer: Uint8Array<ArrayBuffer>,
    checksum: Uint8Array,
  ): Promise<void> {
    const length = buffer.length - SEAL_BYTES;
    buffer.set(checksum, length);
    buffer.set(quickSum(buffer.subarray(0, length + SHA256_BYTES)), length + SHA256_BYTES);
    await this.#chunksOf(record).put(`${chunkFolder(record.generation)}${index}`, buffer);
  }

  /** The most bytes that cached models may take; undefined for what the browser allows. */
  async limit(): Promise<number | undefined> {
    const stored = await this.#stores.records.get(LIMIT);
    return stored && Number(new TextDecoder().decode(stored));
  }

  async setLimit(limitBytes: number | undefined): Promise<void> {
    if (limitBytes === undefined) await this.#stores.records.delete([LIMIT]);
    else await this.#stores.records.put(LIMIT, new TextEncoder().encode(String(limitBytes)));
  }

  #chunksOf({ store }: FileRecord): BlobStore {
    return this.#stores.chunks.get(store) ?? this.#stores.records;
  }
}

/** Undefined for what is no record: it counts as not being there. */
function readRecord(bytes: Uint8Array | undefined): FileRecord | undefined {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as FileRecord;
  } catch {
    return undefined;
  }
}
