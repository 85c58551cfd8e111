// A checkpoint whose tensors are already in memory: for tests and models built on the fly.

import { InputError } from '../errors.ts';
import { type FileDType, quoteName, type TensorEntry, tensorSizeBytes } from '../formats/safetensors.ts';
import { type Checkpoint, PIECE_BYTES, type ReadOptions, type VisitTensor } from './checkpoint.ts';

export interface MemoryTensor {
  dtype: FileDType;
  shape: readonly number[];
  data: ArrayBufferView<ArrayBuffer>;
}

const FILE = 'memory';

/**
 * Wraps tensors as a checkpoint, in the order of the map.
 * @throws InputError when data and shape do not fit.
 */
export function checkpointFromTensors(tensors: ReadonlyMap<string, MemoryTensor>): Checkpoint {
  const entries = new Map<string, TensorEntry>();
  let totalBytes = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const sizeBytes = tensorSizeBytes(dtype, shape);
    if (sizeBytes !== data.byteLength) {
      throw new InputError({
        what: `The data of tensor ${quoteName(name)} does not fit its shape`,
        expected: `${sizeBytes} bytes for ${dtype} [${shape.join(', ')}]`,
        actual: `${data.byteLength} bytes`,
        remedy: 'pass data of the stated shape and dtype',
      });
    }
    entries.set(name, { name, dtype, shape: [...shape], file: FILE, offsetBytes: totalBytes, sizeBytes });
    totalBytes += sizeBytes;
  }
  return {
    tensors: entries,
    totalBytes,
    async read(visit: VisitTensor, { signal, only, onProgress }: ReadOptions = {}): Promise<void> {
      const wanted = [...entries.values()].filter((entry) => only?.has(entry.name) ?? true);
      const wantedBytes = wanted.reduce((total, entry) => total + entry.sizeBytes, 0);
      let loadedBytes = 0;
      for (const entry of wanted) {
        const data = tensors.get(entry.name)?.data ?? new Uint8Array();
        for (let at = 0; at === 0 || at < entry.sizeBytes; at += PIECE_BYTES) {
          signal?.throwIfAborted();
          const piece = new Uint8Array(data.buffer, data.byteOffset + at, Math.min(PIECE_BYTES, entry.sizeBytes - at));
          await visit(entry, at, piece.slice());
          loadedBytes += piece.length;
          onProgress?.({
            file: FILE,
            loadedBytes,
            totalBytes: wantedBytes,
            isRead: loadedBytes === wantedBytes,
          });
        }
      }
    },
  };
}
