// Weights as they lie on the GPU, kept for the next load: quantised ones are made once, and then read as they are, a quarter of the
// checkpoint's bytes or less. One after the other: the parts of each matrix, then the vectors.
import type { Gpu } from '../gpu/device.ts';
import { readBuffer } from '../gpu/read-back.ts';
import type { StagingRing } from '../gpu/staging-ring.ts';
import type { DerivedBytes } from '../hub/source.ts';
import { formatName } from '../kernels/kernel.ts';
import type { WeightStore } from './weight-store.ts';

/** Changes with the layout of weights on the GPU: what an older intab kept is made anew. */
const LAYOUT_VERSION = 1;

/** Names the layout: the same for the same formats, split into the same parts (FNV-1a). Undefined where nothing is quantised. */
export function layoutName(store: WeightStore): string | undefined {
  if ([...store.matrices].every(({ format }) => typeof format === 'string')) return undefined;
  const layout = [...store.matrices].map(({ format, stride, parts }) => [
    formatName(format),
    stride,
    ...parts.map(({ rows }) => rows),
  ]);
  let hash = 0xcbf29ce484222325n;
  for (const unit of JSON.stringify(layout)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit.codePointAt(0) ?? 0)) * 0x100000001b3n);
  }
  const formats = [...new Set(layout.map(([format]) => format))].sort().join('-');
  return `v${LAYOUT_VERSION}-${formats}-${hash.toString(16)}`;
}

const sizeOf = (buffers: readonly GPUBuffer[]) => buffers.reduce((sum, { size }) => sum + size, 0);

/**
 * Fills a store whose buffers are there.
 * @returns whether all was there; otherwise the weights have to be loaded from the checkpoint.
 */
export async function readStored(
  ring: StagingRing,
  store: WeightStore,
  derived: DerivedBytes,
  options: {
    signal?: AbortSignal | undefined;
    onProgress?: ((loadedBytes: number, totalBytes: number) => void) | undefined;
  },
): Promise<boolean> {
  const stored = await derived.read();
  const buffers = store.buffers;
  const totalBytes = sizeOf(buffers);
  if (stored?.sizeBytes !== totalBytes) return false;
  let [next, atBytes, loadedBytes] = [0, 0, 0];
  for (;;) {
    options.signal?.throwIfAborted();
    const { value, done } = await stored.pieces.next();
    if (done) {
      ring.flush();
      return value === true && loadedBytes === totalBytes;
    }
    for (let used = 0; used < value.byteLength; ) {
      const buffer = buffers[next] as GPUBuffer;
      const length = Math.min(buffer.size - atBytes, value.byteLength - used);
      await ring.write(buffer, atBytes, value.subarray(used, used + length));
      used += length;
      atBytes += length;
      if (atBytes === buffer.size) [next, atBytes] = [next + 1, 0];
    }
    loadedBytes += value.byteLength;
    options.onProgress?.(loadedBytes, totalBytes);
  }
}

/**
 * Keeps a store's weights.
 * @param signal ends it when the weights go.
 * @throws what reading back and storing throw.
 */
export async function writeStored(
  gpu: Gpu,
  store: WeightStore,
  derived: DerivedBytes,
  signal: AbortSignal,
): Promise<void> {
  const buffers = store.buffers;
  await derived.write(sizeOf(buffers), async (startBytes, lengthBytes) => {
    const bytes = new Uint8Array(lengthBytes);
    let firstBytes = 0;
    for (const buffer of buffers) {
      const begin = Math.max(startBytes, firstBytes);
      const end = Math.min(startBytes + lengthBytes, firstBytes + buffer.size);
      signal.throwIfAborted();
      if (begin < end) {
        bytes.set(new Uint8Array(await readBuffer(gpu, buffer, begin - firstBytes, end - begin)), begin - startBytes);
      }
      firstBytes += buffer.size;
    }
    return bytes;
  });
}
