import { beforeEach, describe, expect, it } from 'vitest';
import { MapStore, storesOf } from '../../test/storage/map-stores.ts';
import { FormatError, InputError, IntegrityError } from '../errors.ts';
import { exportModel, importModel } from './cache-archive.ts';
import { listModels } from './cached-models.ts';
import { digestOf, hexOf } from './sha256.ts';
import { CHUNK_BYTES, chunkCount, chunkLength, chunkStart, SEAL_BYTES, WeightCache } from './weight-cache.ts';

const NAME = 'owner/name';
const weights = Uint8Array.from({ length: CHUNK_BYTES + 1000 }, (_, i) => i % 251);
let store: MapStore;
let cache: WeightCache;

async function add(file: string, bytes: Uint8Array, storedChunks = chunkCount(bytes.length)): Promise<void> {
  const facts = { sizeBytes: bytes.length, version: '"v"', sha256: undefined };
  const record = cache.newRecord(NAME, file, facts);
  const checksums: string[] = [];
  await cache.keep(record);
  for (let index = 0; index < storedChunks; index++) {
    const length = chunkLength(index, bytes.length);
    const buffer = new Uint8Array(length + SEAL_BYTES);
    buffer.set(bytes.subarray(chunkStart(index), chunkStart(index) + length));
    const checksum = await digestOf(buffer.subarray(0, length));
    checksums.push(hexOf(checksum));
    await cache.keepChunk(record, index, buffer, checksum);
  }
  await cache.keep({ ...record, checksums });
}

const exported = async () => new Response(await exportModel(cache, NAME)).blob();

beforeEach(async () => {
  store = new MapStore();
  cache = new WeightCache(storesOf(store));
  await add('config.json', new TextEncoder().encode('{}'));
  await add('model.safetensors', weights);
  await add('empty', new Uint8Array());
  await cache.keep(cache.newRecord(NAME, 'chat_template.jinja', undefined));
});

describe('an exported model', () => {
  it('is imported elsewhere as it was', async () => {
    const file = await exported();
    expect(file.size % 512).toBe(0);
    const other = new WeightCache(storesOf(new MapStore()));
    expect(await importModel(other, file)).toBe(NAME);
    expect(await importModel(other, file)).toBe(NAME);
    const [model] = await listModels(other);
    expect(model).toMatchObject({ name: NAME, state: 'complete', storedBytes: weights.length + 2 });
    const record = await other.record(NAME, 'model.safetensors');
    const chunks = await Promise.all([0, 1, 2].map((index) => record && other.chunk(record, index)));
    const bytes = Buffer.concat(chunks.map((chunk) => chunk?.bytes ?? new Uint8Array()));
    expect(bytes.equals(weights)).toBe(true);
    expect(await other.record(NAME, 'chat_template.jinja')).toMatchObject({ isMissing: true });
  });

  it('is refused when it is damaged, cut or something else', async () => {
    const bytes = new Uint8Array(await (await exported()).arrayBuffer());
    const other = new WeightCache(storesOf(new MapStore()));
    const flipped = bytes.slice();
    flipped[flipped.length - 2000] = (flipped.at(-2000) ?? 0) ^ 1;
    await expect(importModel(other, new Blob([flipped]))).rejects.toThrow(IntegrityError);
    for (const bad of [new Uint8Array(), new Uint8Array(5000), bytes.slice(0, 600), new TextEncoder().encode('{}')]) {
      await expect(importModel(other, new Blob([bad]))).rejects.toThrow(FormatError);
    }
    // What is cut off is fetched when the model is loaded.
    await importModel(other, new Blob([bytes.slice(0, -weights.length)]));
    expect((await listModels(other))[0]?.state).toBe('partial');
  });

  it('is whole: others are not exported', async () => {
    await expect(exportModel(cache, 'owner/other')).rejects.toThrow(InputError);
    await add('second.safetensors', weights, 1);
    await expect(exportModel(cache, NAME)).rejects.toThrow(/Not all of owner\/name/);
  });

  it('is not made of damaged chunks', async () => {
    const key = [...store.map].find(([, bytes]) => bytes.length > CHUNK_BYTES / 2)?.[0] ?? '';
    const chunk = store.map.get(key) as Uint8Array;
    chunk[77] = (chunk[77] ?? 0) ^ 1;
    await expect(exported()).rejects.toThrow(IntegrityError);
  });
});
