// Measures loading in a browser: from the server, from the cache, and beside it what the cache's store and the GPU take by themselves.
import { type Gpu, openGpu } from '../src/gpu/device.ts';
import { StagingRing } from '../src/gpu/staging-ring.ts';
import { CHUNK_BYTES, chunkCount, type FileRecord, WeightCache } from '../src/hub/weight-cache.ts';
import { AutoModelForCausalLM } from '../src/index.ts';
import type { DTypeChoice } from '../src/runtime/load-weights.ts';
import { openStores } from '../src/storage/stores.ts';
import { alignUp } from '../src/tensor/dtype.ts';
import { type BenchOptions, median, round } from './bench.ts';
import { checkpointOf } from './checkpoint.ts';

export interface LoadResult {
  engine: 'intab';
  what: 'load';
  adapter: string;
  shape: string;
  dtype: DTypeChoice;
  /** Bytes of the checkpoint, and of what is read from the cache: its weights as they lie on the GPU where they are quantised. */
  checkpoint_bytes: number;
  cached_bytes: number;
  /** Nothing stored yet, no tuning either. */
  cold_ms: number;
  /** Everything stored: the median, and what it comes to. */
  cached_ms: number;
  cached_gb_s: number;
  /** The same bytes read from the same store and nothing done with them. */
  store_read_gb_s: number;
  /** The same, several chunks at a time, and each compared to its checksum. */
  checked_read_gb_s: number;
  /** The same bytes brought to GPU buffers through mapped buffers, as a load brings them. */
  upload_gb_s: number;
  /** The same by queue.writeBuffer. */
  write_buffer_gb_s: number;
  /** cached_gb_s as a share of the slower of reading and uploading, the faster of both ways to upload. */
  of_the_slower: number;
  /**
   * From the call of `from_pretrained`, with everything stored, to the first generated token, on a device that has compiled nothing: the
   * median.
   */
  first_token_ms: number;
  /** first_token_ms, divided by what reading and uploading the same bytes, the faster way, take one after the other. */
  first_token_of_raw: number;
  store: string;
}

/** Where the server has the model. */
export const MODEL_PATH = '/model';
/** The shortest: what a prompt costs is no part of loading. */
const PROMPT = [[1]];
const CHUNKS_AT_ONCE = 4;

export async function benchLoad({ shape, dtype, repeats, tune, gpu: gpuOptions }: BenchOptions): Promise<LoadResult> {
  const gpu = await openGpu(gpuOptions);
  const url = new URL(MODEL_PATH, location.href).href;
  const stores = await openStores();
  const cache = new WeightCache(stores);
  const load = async () => {
    const started = performance.now();
    const model = await AutoModelForCausalLM.from_pretrained(url, { dtype, device: gpu, tune, warm_up: false });
    await gpu.queue.onSubmittedWorkDone();
    return { ms: performance.now() - started, model };
  };
  const firstToken = async () => {
    using device = await openGpu(gpuOptions);
    const started = performance.now();
    const model = await AutoModelForCausalLM.from_pretrained(url, { dtype, device, warm_up: true });
    await model.generate({ input_ids: PROMPT, max_new_tokens: 1, do_sample: false });
    return performance.now() - started;
  };
  try {
    const cold = await load();
    const record = await storedWeights(cache, dtype);
    await cold.model.dispose();
    const cachedBytes = record.sizeBytes ?? 0;
    const rate = (ms: number) => cachedBytes / 1e6 / ms;
    // In turn, so that what else the machine does meanwhile meets all of them alike.
    const times: Record<'load' | 'read' | 'checkedRead' | 'ring' | 'writeBuffer', number[]> = {
      load: [],
      read: [],
      checkedRead: [],
      ring: [],
      writeBuffer: [],
    };
    for (let i = 0; i < repeats; i++) {
      times.read.push(await readRaw(record));
      const { ms, model } = await load();
      times.load.push(ms);
      await model.dispose();
      times.checkedRead.push(await readChecked(record));
      times.ring.push(await timeUpload(gpu, cachedBytes, throughRing));
      times.writeBuffer.push(await timeUpload(gpu, cachedBytes, byWriteBuffer));
    }
    const [read, cachedMs] = [median(times.read), median(times.load)];
    const [ring, writeBuffer] = [median(times.ring), median(times.writeBuffer)];
    const upload = Math.min(ring, writeBuffer);
    const cached = rate(cachedMs);
    const first = median(await repeat(repeats, firstToken));
    return {
      engine: 'intab',
      what: 'load',
      adapter: gpu.name,
      shape,
      dtype,
      checkpoint_bytes: checkpointOf(shape).dataBytes,
      cached_bytes: cachedBytes,
      cold_ms: round(cold.ms),
      cached_ms: round(cachedMs),
      cached_gb_s: round(cached),
      store_read_gb_s: round(rate(read)),
      checked_read_gb_s: round(rate(median(times.checkedRead))),
      upload_gb_s: round(rate(ring)),
      write_buffer_gb_s: round(rate(writeBuffer)),
      of_the_slower: round(cached / Math.min(rate(read), rate(upload))),
      first_token_ms: round(first),
      first_token_of_raw: round(first / (read + upload)),
      store: record.store,
    };
  } finally {
    gpu.dispose();
  }

  async function readRaw({ generation, store }: FileRecord): Promise<number> {
    const chunks = stores.chunks.get(store) ?? stores.records;
    const keys = await chunks.keys(`chunk/${generation}/`);
    const started = performance.now();
    for (const key of keys) await chunks.get(key);
    return performance.now() - started;
  }

  async function readChecked(record: FileRecord): Promise<number> {
    const count = chunkCount(record.sizeBytes ?? 0);
    const started = performance.now();
    for (let first = 0; first < count; first += CHUNKS_AT_ONCE) {
      const indices = Array.from({ length: Math.min(CHUNKS_AT_ONCE, count - first) }, (_, i) => first + i);
      await Promise.all(indices.map((index) => cache.chunk(record, index)));
    }
    return performance.now() - started;
  }
}

/** The record of what the next load reads; waits until it is stored. */
async function storedWeights(cache: WeightCache, dtype: DTypeChoice): Promise<FileRecord> {
  const isQuantized = dtype === 'q8' || dtype === 'q4';
  for (;;) {
    const found = (await cache.records()).find(
      ({ file, checksums }) =>
        checksums !== undefined && (isQuantized ? file.startsWith('derived/') : file === 'model.safetensors'),
    );
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function repeat(times: number, measure: () => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (let i = 0; i < times; i++) results.push(await measure());
  return results;
}

interface Piece {
  target: GPUBuffer;
  offsetBytes: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Milliseconds of a way to bring so many bytes to buffers that are there, in pieces of a chunk, as a load has them. */
async function timeUpload(
  gpu: Gpu,
  sizeBytes: number,
  upload: (gpu: Gpu, pieces: readonly Piece[]) => Promise<void>,
): Promise<number> {
  const chunk = new Uint8Array(CHUNK_BYTES).fill(1);
  const bufferBytes = 64 * 2 ** 20;
  const buffers = Array.from({ length: Math.ceil(sizeBytes / bufferBytes) }, (_, i) =>
    gpu.buffers.storage('upload', Math.min(bufferBytes, sizeBytes - i * bufferBytes)),
  );
  const pieces = Array.from({ length: Math.ceil(sizeBytes / CHUNK_BYTES) }, (_, i): Piece => {
    const at = i * CHUNK_BYTES;
    const length = alignUp(Math.min(CHUNK_BYTES, sizeBytes - at), 4);
    const target = buffers[Math.floor(at / bufferBytes)] as GPUBuffer;
    return { target, offsetBytes: at % bufferBytes, bytes: chunk.subarray(0, length) };
  });
  await gpu.queue.onSubmittedWorkDone();
  const started = performance.now();
  await upload(gpu, pieces);
  await gpu.queue.onSubmittedWorkDone();
  const ms = performance.now() - started;
  for (const buffer of buffers) gpu.buffers.release(buffer);
  return ms;
}

/** As a load does, which makes a ring of its own. */
async function throughRing(gpu: Gpu, pieces: readonly Piece[]): Promise<void> {
  const ring = new StagingRing(gpu);
  for (const { target, offsetBytes, bytes } of pieces) await ring.write(target, offsetBytes, bytes);
  ring.flush();
  ring.dispose();
}

async function byWriteBuffer({ queue }: Gpu, pieces: readonly Piece[]): Promise<void> {
  for (const { target, offsetBytes, bytes } of pieces) {
    queue.writeBuffer(target, offsetBytes, bytes);
    // No more than a buffer's bytes are ever under way.
    if (offsetBytes === 0) await queue.onSubmittedWorkDone();
  }
}
