import { describe, expect, it } from 'vitest';
import { FormatError, InputError, IntabError, SourceError, UnsupportedError } from '../errors.ts';
import { openCheckpoint, PIECE_BYTES, type ReadOptions } from './checkpoint.ts';
import { FilesSource } from './files-source.ts';
import { checkpointFromTensors } from './memory-checkpoint.ts';
import type { ByteRange, ModelSource } from './source.ts';

/** A safetensors file of U8 tensors with recognisable bytes. */
function fileOf(sizes: Record<string, number>, pad = 0): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, size] of Object.entries(sizes)) {
    header[name] = { dtype: 'U8', shape: [size], data_offsets: [at, at + size] };
    at += size;
  }
  const json = new TextEncoder().encode(JSON.stringify(header) + ' '.repeat(pad));
  const bytes = new Uint8Array(8 + json.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  for (let i = 0; i < at; i++) bytes[8 + json.length + i] = (i * 7) & 255;
  return bytes;
}

const sourceOf = (files: Record<string, BlobPart>) =>
  new FilesSource(new Map(Object.entries(files).map(([name, part]) => [name, new Blob([part])])));

/** Serves files in chunks of `chunkBytes`, records ranges, and may cut files short. */
function chunkedSource(files: Record<string, Uint8Array>, chunkBytes: number, cutBytes = Number.POSITIVE_INFINITY) {
  const ranges: ({ file: string } & ByteRange)[] = [];
  const source: ModelSource = {
    name: 'test',
    text: async () => undefined,
    async stream(file, range) {
      const bytes = files[file];
      if (bytes === undefined) return undefined;
      ranges.push({ file, ...range });
      let at = range.startBytes;
      const end = Math.min(range.endBytes ?? bytes.length, bytes.length, cutBytes);
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (at >= end) return controller.close();
          controller.enqueue(bytes.slice(at, Math.min(end, at + chunkBytes)));
          at += chunkBytes;
        },
      });
      return { bytes: stream, fileSizeBytes: bytes.length };
    },
  };
  return { source, ranges };
}

async function readAll(source: ModelSource, options: ReadOptions = {}) {
  const tensors = new Map<string, Uint8Array>();
  const pieces: [string, number, number][] = [];
  const checkpoint = await openCheckpoint(source);
  await checkpoint.read((entry, offsetBytes, bytes) => {
    expect(offsetBytes % 8).toBe(0);
    const whole = tensors.get(entry.name) ?? new Uint8Array(entry.sizeBytes);
    whole.set(bytes, offsetBytes);
    tensors.set(entry.name, whole);
    pieces.push([entry.name, offsetBytes, bytes.length]);
  }, options);
  return { tensors, pieces, checkpoint };
}

describe('openCheckpoint', () => {
  it('reads every byte of every tensor, whatever the chunks', async () => {
    const sizes = { a: 1, b: 0, c: 1000, d: 3, e: 77 };
    const bytes = fileOf(sizes);
    for (const chunkBytes of [1, 2, 7, 64, 100_000]) {
      const { source } = chunkedSource({ 'model.safetensors': bytes }, chunkBytes);
      const { tensors, checkpoint } = await readAll(source);
      expect(checkpoint.totalBytes).toBe(1081);
      expect([...tensors.keys()].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
      for (const [name, data] of tensors) {
        const { offsetBytes, sizeBytes } = checkpoint.tensors.get(name) ?? { offsetBytes: 0, sizeBytes: -1 };
        expect(data).toEqual(bytes.slice(offsetBytes, offsetBytes + sizeBytes));
      }
    }
  });

  it('cuts large tensors into aligned pieces', async () => {
    const { source } = chunkedSource(
      { 'model.safetensors': fileOf({ a: 5, big: 2 * PIECE_BYTES + 3, z: 1 }) },
      1_000_003,
    );
    const { pieces } = await readAll(source);
    expect(pieces).toEqual([
      ['a', 0, 5],
      ['big', 0, PIECE_BYTES],
      ['big', PIECE_BYTES, PIECE_BYTES],
      ['big', 2 * PIECE_BYTES, 3],
      ['z', 0, 1],
    ]);
  });

  it('visits large chunks where they lie, unless that cuts an element', async () => {
    const chunk = 2 ** 20;
    const big = 3 * chunk + 24;
    const cases: [firstBytes: number, pieces: number[]][] = [
      [16, [chunk - 16, chunk, chunk, 40]],
      [13, [big]],
    ];
    for (const [firstBytes, expected] of cases) {
      const bytes = fileOf({ a: firstBytes, big, z: 8 });
      const { source } = chunkedSource({ 'model.safetensors': bytes }, chunk);
      const { pieces, tensors } = await readAll(source);
      expect(pieces.filter(([name]) => name === 'big').map(([, , size]) => size)).toEqual(expected);
      // Byte by byte, `toEqual` takes long.
      expect(tensors.get('big')?.every((byte, i) => byte === bytes[bytes.length - 8 - big + i])).toBe(true);
    }
  });

  it('reads only what is wanted, in as few requests as make sense', async () => {
    const bytes = fileOf({ a: 10, b: 10, c: 10, far: 3 * 2 ** 20, last: 4 });
    const { source, ranges } = chunkedSource({ 'model.safetensors': bytes }, 4096);
    const progress: number[] = [];
    const { tensors } = await readAll(source, {
      only: new Set(['b', 'last']),
      onProgress: ({ loadedBytes, totalBytes }) => progress.push(loadedBytes / totalBytes),
    });
    expect([...tensors.keys()]).toEqual(['b', 'last']);
    expect(ranges).toHaveLength(3);
    expect(ranges[1]).toMatchObject({ startBytes: bytes.length - 4 - 3 * 2 ** 20 - 20 });
    expect(progress.at(-1)).toBe(1);
  });

  it('asks again for a header longer than the first request', async () => {
    const bytes = fileOf({ a: 4 }, 200_000);
    const { source, ranges } = chunkedSource({ 'model.safetensors': bytes }, 30_000);
    const { tensors } = await readAll(source);
    expect(tensors.get('a')).toEqual(bytes.slice(-4));
    expect(ranges.slice(0, 2).map(({ startBytes }) => startBytes)).toEqual([0, 65536]);
  });

  it('reads shards by their index and checks them against it', async () => {
    const shards = {
      'model-00001-of-00002.safetensors': fileOf({ a: 3, b: 4 }),
      'model-00002-of-00002.safetensors': fileOf({ c: 5 }),
    };
    const index = (map: Record<string, string>) => JSON.stringify({ weight_map: map });
    const map = {
      c: 'model-00002-of-00002.safetensors',
      a: 'model-00001-of-00002.safetensors',
      b: 'model-00001-of-00002.safetensors',
    };
    const good = await readAll(sourceOf({ ...shards, 'model.safetensors.index.json': index(map) }));
    expect(good.pieces.map(([name]) => name)).toEqual(['a', 'b', 'c']);
    const { c: _, ...missing } = map;
    const wrong = [index({ ...map, d: map.c }), index(missing), index({ ...map, b: map.c })];
    for (const text of wrong) {
      const source = sourceOf({ ...shards, 'model.safetensors.index.json': text });
      if (text === wrong[1]) expect((await openCheckpoint(source)).tensors.size).toBe(2);
      else await expect(openCheckpoint(source)).rejects.toThrow(FormatError);
    }
    const lost = sourceOf({
      'model.safetensors.index.json': index(map),
      ...{ [map.a]: shards[map.a as keyof typeof shards] },
    });
    await expect(openCheckpoint(lost)).rejects.toThrow(/model-00002-of-00002\.safetensors is missing/);
  });

  it('names what other weights there are', async () => {
    for (const name of ['pytorch_model.bin', 'consolidated.00.pth', 'model-q4.gguf']) {
      const opening = openCheckpoint(sourceOf({ 'config.json': '{}', [name]: 'x' }));
      await expect(opening).rejects.toThrow(UnsupportedError);
    }
    const { source } = chunkedSource({ 'pytorch_model.bin': new Uint8Array(9) }, 9);
    await expect(openCheckpoint(source)).rejects.toThrow(/pytorch_model\.bin.*safetensors/);
    await expect(openCheckpoint(sourceOf({ 'config.json': '{}' }))).rejects.toThrow(SourceError);
    const shard = sourceOf({ 'model-00001-of-00002.safetensors': fileOf({ a: 1 }) });
    await expect(openCheckpoint(shard)).rejects.toThrow(/no index/);
    const renamed = sourceOf({ 'my-tune.safetensors': fileOf({ a: 1 }) });
    expect((await openCheckpoint(renamed)).tensors.has('a')).toBe(true);
  });

  it('says when a file ends early, in its header or in a tensor', async () => {
    const bytes = fileOf({ a: 100, b: 100 });
    const files = { 'model.safetensors': bytes };
    await expect(openCheckpoint(chunkedSource(files, 10, 20).source)).rejects.toThrow(/ended early, inside its header/);
    await expect(openCheckpoint(chunkedSource(files, 10, 4).source)).rejects.toThrow(IntabError);
    const cut = chunkedSource(files, 16, bytes.length - 30);
    const reading = readAll(cut.source);
    await expect(reading).rejects.toThrow(SourceError);
    await expect(reading).rejects.toThrow(
      new RegExp(`ended early, inside tensor "b".*${bytes.length}.*${bytes.length - 30}`),
    );
  });

  it('refuses a file whose size is not what the header states', async () => {
    const long = new Uint8Array([...fileOf({ a: 8 }), 0]);
    await expect(openCheckpoint(sourceOf({ 'model.safetensors': long }))).rejects.toThrow(FormatError);
    const short = fileOf({ a: 8 }).slice(0, -1);
    await expect(openCheckpoint(sourceOf({ 'model.safetensors': short }))).rejects.toThrow(FormatError);
    await expect(openCheckpoint(sourceOf({ 'model.safetensors': '' }))).rejects.toThrow(FormatError);
  });

  it('waits for each visit, passes its error on, and stops on abort', async () => {
    const { source } = chunkedSource({ 'model.safetensors': fileOf({ a: 50, b: 50 }) }, 10);
    const checkpoint = await openCheckpoint(source);
    let active = 0;
    await checkpoint.read(async () => {
      expect(++active).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      active--;
    });
    const boom = new UnsupportedError({ what: 'boom', remedy: 'none' });
    await expect(checkpoint.read(() => Promise.reject(boom))).rejects.toBe(boom);
    const abort = new AbortController();
    const reason = new Error('enough');
    const reading = checkpoint.read(() => abort.abort(reason), { signal: abort.signal });
    await expect(reading).rejects.toBe(reason);
  });
});

describe('checkpointFromTensors', () => {
  it('serves tensors from memory', async () => {
    const data = Float32Array.of(1, 2);
    const checkpoint = checkpointFromTensors(
      new Map([
        ['w', { dtype: 'F32', shape: [2], data }],
        ['none', { dtype: 'F32', shape: [0], data: new Float32Array() }],
      ]),
    );
    const seen: [string, number[]][] = [];
    await checkpoint.read(({ name }, _, bytes) => void seen.push([name, [...new Float32Array(bytes.buffer)]]));
    expect(seen).toEqual([
      ['w', [1, 2]],
      ['none', []],
    ]);
    expect(() => checkpointFromTensors(new Map([['w', { dtype: 'F16', shape: [2], data }]]))).toThrow(InputError);
  });
});
