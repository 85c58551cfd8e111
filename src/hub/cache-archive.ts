// A cached model as one file: a tar archive of its folder, with the cache's records in front. Any tar program unpacks it.
import { FormatError, InputError, IntegrityError } from '../errors.ts';
import { isJsonObject, parseJson } from '../formats/json.ts';
import { readTarHeader, TAR_BLOCK_BYTES, tarHeader, tarPadding } from '../storage/tar.ts';
import { streamOf } from './byte-stream.ts';
import { ensureRoom, listModels } from './cached-models.ts';
import { digestOf, hexOf } from './sha256.ts';
import { chunkAt, chunkLength, chunkStart, type FileRecord, SEAL_BYTES, type WeightCache } from './weight-cache.ts';

const RECORDS_FILE = '.intab-cache.json';
const MAX_RECORDS_BYTES = 64 * 2 ** 20;

/**
 * A cached model as a stream of bytes, chunk by chunk.
 * @throws InputError when the model is not in the cache, or not all of it; the stream fails with IntegrityError at a damaged chunk.
 */
export async function exportModel(cache: WeightCache, name: string): Promise<ReadableStream<Uint8Array>> {
  const model = (await listModels(cache)).find((listed) => listed.name === name);
  if (model?.state !== 'complete') {
    throw new InputError({
      what: model ? `Not all of ${name} is in the cache` : `${name} is not in the cache`,
      remedy: 'load the model once, then export it',
    });
  }
  const records = (await cache.records()).filter(({ address }) => address === name);
  const stored = new Map<string, number>();
  for (const { file, storedBytes } of model.files) stored.set(file, storedBytes);
  return streamOf(() => archive(cache, records, stored), undefined);
}

async function* archive(
  cache: WeightCache,
  records: readonly FileRecord[],
  stored: ReadonlyMap<string, number>,
): AsyncGenerator<Uint8Array, void, void> {
  const text = new TextEncoder().encode(JSON.stringify(records));
  yield headerOf(RECORDS_FILE, text.length);
  yield text;
  yield new Uint8Array(tarPadding(text.length));
  for (const record of records) {
    const sizeBytes = stored.get(record.file);
    if (record.isMissing || sizeBytes === undefined) continue;
    yield headerOf(record.file, sizeBytes);
    for (let atBytes = 0; atBytes < sizeBytes; ) {
      const chunk = await cache.chunk(record, chunkAt(atBytes));
      if (!chunk) throw damaged(record);
      yield chunk.bytes;
      atBytes += chunk.bytes.length;
    }
    yield new Uint8Array(tarPadding(sizeBytes));
  }
  yield new Uint8Array(2 * TAR_BLOCK_BYTES);
}

function headerOf(name: string, sizeBytes: number): Uint8Array {
  const header = tarHeader(name, sizeBytes);
  if (header) return header;
  throw new InputError({ what: `The file name ${name} is too long for an archive`, remedy: 'rename the file' });
}

/**
 * Puts an exported model into the cache, in place of what was there of it.
 * @returns its name.
 * @throws FormatError for other files; IntegrityError when a chunk is not what it was; StorageError when there is no room.
 */
export async function importModel(cache: WeightCache, file: Blob): Promise<string> {
  const entries = await readEntries(file);
  const [first] = entries;
  const records = first && (await readRecords(file, first));
  const [record] = records ?? [];
  if (!records || !record) {
    throw new FormatError({
      what: 'The file is not a model that was exported from the cache',
      expected: `a tar archive that begins with ${RECORDS_FILE}`,
      actual: first ? first.name : 'another format',
      remedy: 'pick a file that modelCache.export made',
    });
  }
  const name = record.address;
  await ensureRoom(cache, name, file.size);
  for (const old of await cache.records()) if (old.address === name) await cache.delete(old);
  for (const exported of records) {
    const entry = entries.find((found) => found.name === exported.file);
    await importFile(
      cache,
      exported,
      entry ? file.slice(entry.startBytes, entry.startBytes + entry.sizeBytes) : new Blob(),
    );
  }
  return name;
}

interface Entry {
  name: string;
  startBytes: number;
  sizeBytes: number;
}

async function readEntries(file: Blob): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let atBytes = 0; atBytes < file.size; ) {
    const header = readTarHeader(new Uint8Array(await file.slice(atBytes, atBytes + TAR_BLOCK_BYTES).arrayBuffer()));
    const startBytes = atBytes + TAR_BLOCK_BYTES;
    if (!header || startBytes + header.sizeBytes > file.size) break;
    entries.push({ ...header, startBytes });
    atBytes = startBytes + header.sizeBytes + tarPadding(header.sizeBytes);
  }
  return entries;
}

/** The records an archive begins with; undefined where it does not. */
async function readRecords(file: Blob, { name, startBytes, sizeBytes }: Entry): Promise<FileRecord[] | undefined> {
  if (name !== RECORDS_FILE || sizeBytes > MAX_RECORDS_BYTES) return undefined;
  const records = parseJson(await file.slice(startBytes, startBytes + sizeBytes).text(), RECORDS_FILE);
  const isRecord = (record: unknown) =>
    isJsonObject(record) &&
    typeof record.address === 'string' &&
    typeof record.file === 'string' &&
    (record.checksums === undefined || Array.isArray(record.checksums));
  if (!Array.isArray(records) || !records.every(isRecord)) return undefined;
  return (records as FileRecord[]).every(({ address }) => address === records[0].address) ? records : undefined;
}

async function importFile(cache: WeightCache, exported: FileRecord, content: Blob): Promise<void> {
  // Its chunks get a name and a place of their own here.
  const { generation, store } = cache.newRecord(exported.address, exported.file, undefined);
  // Whoever made the archive could have changed it: the next load compares the file to its SHA-256, if it is known.
  const record: FileRecord = { ...exported, generation, store, isVerified: false, lastUsed: Date.now() };
  // Without checksums until all of it is there.
  const { checksums, ...begun } = record;
  await cache.keep(begun);
  for (let atBytes = 0; atBytes < content.size; ) {
    const index = chunkAt(atBytes);
    const endBytes = chunkStart(index) + chunkLength(index, content.size);
    const buffer = new Uint8Array(endBytes - atBytes + SEAL_BYTES);
    buffer.set(new Uint8Array(await content.slice(atBytes, endBytes).arrayBuffer()));
    const checksum = await digestOf(buffer.subarray(0, endBytes - atBytes));
    if (checksums && checksums[index] !== hexOf(checksum)) {
      await cache.delete(record);
      throw damaged(record);
    }
    await cache.keepChunk(record, index, buffer, checksum);
    atBytes = endBytes;
  }
  await cache.keep(record);
}

function damaged({ address, file }: FileRecord): IntegrityError {
  return new IntegrityError({
    what: `${file} of ${address} is damaged`,
    expected: 'the bytes that its checksums were made from',
    remedy: 'load the model again, and export it again',
  });
}
