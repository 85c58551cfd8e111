// The weights of a model as named byte ranges in safetensors files: finds the files, reads and checks their headers,
// and streams tensors in file order with bounded memory. Network and files are the source's business.

import { FormatError, SourceError, UnsupportedError } from '../errors.ts';
import {
  LENGTH_PREFIX_BYTES,
  parseSafetensorsHeader,
  quoteName,
  readHeaderLength,
  type TensorEntry,
} from '../formats/safetensors.ts';
import { checkAgainstIndex, parseSafetensorsIndex } from '../formats/safetensors-index.ts';
import { chunksOf, collect } from './byte-stream.ts';
import { HEAD_BYTES, type ModelSource } from './source.ts';

/**
 * Takes a piece of a tensor. Pieces of one tensor come in order; `offsetBytes` counts from the tensor's start and is a
 * multiple of 8. `bytes` may start anywhere in their buffer, and are reused once the returned promise settles.
 */
export type VisitTensor = (
  entry: TensorEntry,
  offsetBytes: number,
  bytes: Uint8Array<ArrayBuffer>,
) => void | Promise<void>;

export interface LoadProgress {
  file: string;
  /** Bytes of this file's wanted tensors that have come: they are read, or will be read from the cache. */
  loadedBytes: number;
  totalBytes: number;
  /** Whether all of them were visited. */
  isRead: boolean;
}

export interface ReadOptions {
  signal?: AbortSignal | undefined;
  /** Names of the tensors to read; all when left out. */
  only?: ReadonlySet<string> | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
}

export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Bytes of all tensors. */
  readonly totalBytes: number;
  /**
   * Streams tensors, file by file, in the order of their offsets; waits for each visit.
   * @throws SourceError when a file ends early or the connection breaks; the signal's reason on abort.
   */
  read(visit: VisitTensor, options?: ReadOptions): Promise<void>;
}

/** The most bytes one visit gets. */
export const PIECE_BYTES = 4 * 2 ** 20;
/** What begins and ends pieces within a tensor: no element is cut. */
const ALIGN_BYTES = 8;
/** Chunks from here on, as they come from the cache, are visited where they lie; smaller ones are gathered first. */
const LARGE_CHUNK_BYTES = 2 ** 20;
/** Unwanted bytes that are cheaper to skip than to ask around. */
const SKIP_BYTES = 2 ** 20;
const PARALLEL_HEADERS = 4;
/**
 * Files that are downloaded at the same time: the one that is read, and the one after it. Each takes tens of megabytes of memory where
 * the network is faster than the GPU or the disk.
 */
const PARALLEL_FILES = 2;
const WEIGHTS_FILE = 'model.safetensors';
const INDEX_FILE = 'model.safetensors.index.json';

/**
 * Finds a model's safetensors files and reads their headers; no tensor data yet.
 * @throws SourceError when there are no weights, UnsupportedError when they are in another format, FormatError when a
 * header or the index is malformed; the signal's reason on abort.
 */
export async function openCheckpoint(
  source: ModelSource,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Checkpoint> {
  const single = await readEntries(source, singleFileName(source), signal);
  if (single !== undefined) return new StreamedCheckpoint(source, single);
  const indexText = await source.text(INDEX_FILE, signal);
  if (indexText === undefined) throw await noWeights(source, signal);
  const index = parseSafetensorsIndex(indexText, INDEX_FILE);
  const shards = [...new Set(index.values())].sort();
  const entriesOf = await mapParallel(shards, PARALLEL_HEADERS, async (shard) => {
    const entries = await readEntries(source, shard, signal);
    if (entries !== undefined) return entries;
    throw new SourceError({
      what: `${shard} is missing from ${source.name}`,
      expected: `the ${shards.length} files that ${INDEX_FILE} names`,
      remedy: 'upload or pick every shard of the model',
    });
  });
  const entries = entriesOf.flat();
  checkAgainstIndex(index, entries, INDEX_FILE);
  return new StreamedCheckpoint(source, entries);
}

/** Streams the tensors of `entries` (whole files, each file's tensors in order) from a source. */
export class StreamedCheckpoint implements Checkpoint {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly totalBytes: number;
  readonly #source: ModelSource;

  constructor(source: ModelSource, entries: readonly TensorEntry[]) {
    this.#source = source;
    this.tensors = new Map(entries.map((entry) => [entry.name, entry]));
    this.totalBytes = entries.reduce((total, entry) => total + entry.sizeBytes, 0);
  }

  async read(visit: VisitTensor, { signal, only, onProgress }: ReadOptions = {}): Promise<void> {
    const wanted = [...this.tensors.values()].filter((entry) => only?.has(entry.name) ?? true);
    const largestBytes = wanted.reduce((largest, entry) => Math.max(largest, entry.sizeBytes), 0);
    const staging = new Uint8Array(Math.min(PIECE_BYTES, largestBytes));
    const runs = contiguousRuns(wanted);
    const progress = new Map<string, FileProgress>();
    for (const { file, entries } of runs) {
      const counts = progress.get(file) ?? new FileProgress(file, onProgress);
      for (const { sizeBytes } of entries) counts.totalBytes += sizeBytes;
      progress.set(file, counts);
    }
    const ended = new AbortController();
    const fetching = this.#fetchAhead(runs, progress, signal ? AbortSignal.any([signal, ended.signal]) : ended.signal);
    try {
      for (const run of runs) {
        await this.#readRun(run, staging, visit, (bytes) => progress.get(run.file)?.read(bytes), signal);
      }
    } finally {
      ended.abort();
      await fetching;
    }
  }

  /** Downloads the files after the first into the cache, if there is one. */
  async #fetchAhead(runs: readonly Run[], progress: ReadonlyMap<string, FileProgress>, signal: AbortSignal) {
    const later = runs.filter(({ file }) => file !== runs[0]?.file);
    await mapParallel(later, PARALLEL_FILES - 1, async (run) => {
      if (signal.aborted) return;
      await this.#source.prefetch?.(run.file, run, signal, (bytes) => progress.get(run.file)?.fetched(bytes));
    });
  }

  async #readRun(
    run: Run,
    staging: Uint8Array<ArrayBuffer>,
    visit: VisitTensor,
    advance: (bytes: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { file, startBytes, endBytes, entries } = run;
    // A tensor without elements has no bytes to wait for; everything else is cut out of the stream.
    const queue: TensorEntry[] = [];
    for (const entry of entries) {
      if (entry.sizeBytes === 0) await visit(entry, 0, staging.subarray(0, 0));
      else queue.push(entry);
    }
    if (endBytes === startBytes) return;
    const opened = await this.#source.stream(file, { startBytes, endBytes }, signal);
    if (opened === undefined) {
      throw new SourceError({ what: `${file} is gone from ${this.#source.name}`, remedy: 'load the model again' });
    }
    let next = 0;
    let atBytes = startBytes;
    let filledBytes = 0;
    for await (const chunk of chunksOf(opened.bytes, file, signal)) {
      let usedBytes = 0;
      let wantedBytes = 0;
      while (usedBytes < chunk.length) {
        const entry = queue[next];
        if (entry === undefined) break;
        const doneBytes = atBytes - entry.offsetBytes;
        if (doneBytes < 0) {
          const skipBytes = Math.min(-doneBytes, chunk.length - usedBytes);
          usedBytes += skipBytes;
          atBytes += skipBytes;
          continue;
        }
        const leftBytes = entry.sizeBytes - doneBytes;
        const takeBytes = Math.min(leftBytes, staging.length - filledBytes, chunk.length - usedBytes);
        const taken = chunk.subarray(usedBytes, usedBytes + takeBytes) as Uint8Array<ArrayBuffer>;
        const isWhole = takeBytes === leftBytes;
        const isLarge = chunk.length >= LARGE_CHUNK_BYTES && (doneBytes + takeBytes) % ALIGN_BYTES === 0;
        usedBytes += takeBytes;
        atBytes += takeBytes;
        wantedBytes += takeBytes;
        if (filledBytes === 0 && (isWhole || isLarge)) {
          await visit(entry, doneBytes, taken);
        } else {
          staging.set(taken, filledBytes);
          filledBytes += takeBytes;
          if (filledBytes === staging.length || isWhole) {
            await visit(entry, atBytes - entry.offsetBytes - filledBytes, staging.subarray(0, filledBytes));
            filledBytes = 0;
          }
        }
        if (isWhole) next++;
      }
      if (wantedBytes > 0) advance(wantedBytes);
      if (next === queue.length) break;
    }
    signal?.throwIfAborted();
    const unfinished = queue[next];
    if (unfinished !== undefined) throw endedEarly(file, endBytes, atBytes, unfinished.name);
  }
}

/** Counts the bytes of one file that were read, or fetched to be read later. */
class FileProgress {
  totalBytes = 0;
  #readBytes = 0;
  #fetchedBytes = 0;
  readonly #file: string;
  readonly #onProgress: ReadOptions['onProgress'];

  constructor(file: string, onProgress: ReadOptions['onProgress']) {
    this.#file = file;
    this.#onProgress = onProgress;
  }

  read(sizeBytes: number): void {
    this.#readBytes += sizeBytes;
    this.#report();
  }

  fetched(sizeBytes: number): void {
    this.#fetchedBytes += sizeBytes;
    this.#report();
  }

  #report(): void {
    const { totalBytes } = this;
    const loadedBytes = Math.max(this.#readBytes, Math.min(this.#fetchedBytes, totalBytes));
    this.#onProgress?.({ file: this.#file, loadedBytes, totalBytes, isRead: this.#readBytes === totalBytes });
  }
}

/** Wanted tensors of one file that are read by one request. */
interface Run {
  file: string;
  startBytes: number;
  endBytes: number;
  entries: TensorEntry[];
}

function contiguousRuns(entries: readonly TensorEntry[]): Run[] {
  const runs: Run[] = [];
  for (const entry of entries) {
    const last = runs.at(-1);
    const endBytes = entry.offsetBytes + entry.sizeBytes;
    if (last?.file === entry.file && entry.offsetBytes - last.endBytes <= SKIP_BYTES) {
      last.entries.push(entry);
      last.endBytes = endBytes;
    } else {
      runs.push({ file: entry.file, startBytes: entry.offsetBytes, endBytes, entries: [entry] });
    }
  }
  return runs;
}

/** The tensors of one file, or undefined when the file does not exist. */
async function readEntries(
  source: ModelSource,
  file: string,
  signal: AbortSignal | undefined,
): Promise<TensorEntry[] | undefined> {
  const opened = await source.stream(file, { startBytes: 0, endBytes: HEAD_BYTES }, signal);
  if (opened === undefined) return undefined;
  const { fileSizeBytes } = opened;
  const start = await collect(opened.bytes, file, signal);
  const lengthBytes = readHeaderLength(start.subarray(0, LENGTH_PREFIX_BYTES), file, fileSizeBytes);
  const endBytes = LENGTH_PREFIX_BYTES + lengthBytes;
  let header = start.subarray(LENGTH_PREFIX_BYTES, endBytes);
  if (header.length < lengthBytes && start.length >= HEAD_BYTES) {
    const rest = await source.stream(file, { startBytes: start.length, endBytes }, signal);
    const tail = rest === undefined ? new Uint8Array() : await collect(rest.bytes, file, signal);
    const whole = new Uint8Array(header.length + tail.length);
    whole.set(header);
    whole.set(tail, header.length);
    header = whole;
  }
  if (header.length < lengthBytes) {
    throw endedEarly(file, endBytes, LENGTH_PREFIX_BYTES + header.length, undefined);
  }
  return parseSafetensorsHeader(header, file, fileSizeBytes);
}

function endedEarly(file: string, expectedBytes: number, actualBytes: number, tensor: string | undefined): SourceError {
  return new SourceError({
    what: `${file} ended early${tensor === undefined ? ', inside its header' : `, inside tensor ${quoteName(tensor)}`}`,
    expected: `bytes up to ${expectedBytes}`,
    actual: `an end at byte ${actualBytes}`,
    remedy: 'the connection dropped or the file is incomplete: load the model again, or upload the file again',
  });
}

/** `model.safetensors`, or the one safetensors file among picked files without it. */
function singleFileName(source: ModelSource): string {
  const names = source.fileNames;
  if (names === undefined || names.includes(WEIGHTS_FILE) || names.includes(INDEX_FILE)) return WEIGHTS_FILE;
  const candidates = names.filter((name) => name.endsWith('.safetensors') && !/-of-\d+\.|^adapter_/.test(name));
  return candidates.length === 1 ? (candidates[0] ?? WEIGHTS_FILE) : WEIGHTS_FILE;
}

/** Why a source without safetensors cannot be loaded: another format, shards without their index, or nothing. */
async function noWeights(source: ModelSource, signal: AbortSignal | undefined): Promise<Error> {
  const other = await otherFormat(source, signal);
  if (other !== undefined) {
    return new UnsupportedError({
      what: `The weights of ${source.name} are in a format that intab does not read`,
      expected: `${WEIGHTS_FILE}, or ${INDEX_FILE} with its shards`,
      actual: other,
      remedy: 'convert them to safetensors, for example with `save_pretrained` of the transformers library',
    });
  }
  const shard = source.fileNames?.find((name) => /-of-\d+\.safetensors$/.test(name));
  if (shard !== undefined) {
    return new FormatError({
      what: `${source.name} has shards but no index`,
      expected: INDEX_FILE,
      actual: shard,
      remedy: 'add the index file of the checkpoint',
    });
  }
  return new SourceError({
    what: `${source.name} has no weights`,
    expected: `${WEIGHTS_FILE}, or ${INDEX_FILE} with its shards`,
    remedy: 'check the name of the model, and that its files are where the name points',
  });
}

async function otherFormat(source: ModelSource, signal: AbortSignal | undefined): Promise<string | undefined> {
  const listed = source.fileNames?.find((name) => /\.(bin|pth?|gguf|onnx|h5|msgpack)$/.test(name));
  if (listed !== undefined || source.fileNames !== undefined) return listed;
  for (const file of ['pytorch_model.bin', 'pytorch_model.bin.index.json']) {
    const opened = await source.stream(file, { startBytes: 0, endBytes: 1 }, signal);
    if (opened === undefined) continue;
    await opened.bytes.cancel().catch(() => undefined);
    return file;
  }
  return undefined;
}

/** `map` over `items`, at most `width` at a time; the first failure wins. */
async function mapParallel<T, R>(items: readonly T[], width: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [i, item] of queue) results[i] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
