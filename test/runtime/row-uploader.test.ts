// Tensors that come in pieces, wherever those are cut: each row at its place.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TensorEntry } from '../../src/formats/safetensors.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { readBuffer } from '../../src/gpu/read-back.ts';
import { StagingRing } from '../../src/gpu/staging-ring.ts';
import { matrix } from '../../src/graph/weights.ts';
import { RowUploader } from '../../src/runtime/row-uploader.ts';
import { WeightStore } from '../../src/runtime/weight-store.ts';

/** More than a batch, and an odd number. */
const ROWS = 4099;
const MIB = 2 ** 20;

describe('rows of bf16', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openGpu();
  });
  afterAll(() => gpu.dispose());

  it.each([
    [576, 'bf16'],
    [576, 'f32'],
    [577, 'f32'],
    [577, 'bf16'],
  ] as const)('of %i numbers come as %s', async (width, format) => {
    const source = Uint16Array.from({ length: ROWS * width }, (_, i) => 0x3000 | (Math.imul(i + 1, 40_503) & 0xfff));
    const sizeBytes = source.byteLength;
    const entry: TensorEntry = { name: 'w', dtype: 'BF16', shape: [ROWS, width], file: 'f', offsetBytes: 0, sizeBytes };
    const spec = matrix([{ tensor: 'w', rows: ROWS }], width);
    for (const cuts of [[4 * MIB], [MIB + 8, 16, 2 * MIB - 1000, 808], [300_000, 8]]) {
      const store = new WeightStore(gpu);
      const ring = new StagingRing(gpu);
      const uploader = new RowUploader(gpu, ring);
      const weight = store.addMatrix(spec, format);
      for (let at = 0, i = 0; at < sizeBytes; i++) {
        const end = Math.min(sizeBytes, at + (cuts[i % cuts.length] as number));
        await uploader.accept(entry, at, new Uint8Array(source.buffer, at, end - at), weight, spec, 0);
        at = end;
      }
      await uploader.finish();
      const [part] = weight.parts;
      const bytes = await readBuffer(gpu, part?.buffer as GPUBuffer);
      const words = format === 'f32' ? new Uint32Array(bytes) : new Uint16Array(bytes);
      const shift = format === 'f32' ? 16 : 0;
      let wrong = 0;
      for (let row = 0; row < ROWS; row++) {
        for (let column = 0; column < weight.stride; column++) {
          const expected = column < width ? (source[row * width + column] as number) << shift : 0;
          if (words[row * weight.stride + column] !== expected >>> 0) wrong++;
        }
      }
      expect(wrong).toBe(0);
      uploader.dispose();
      ring.dispose();
      store.dispose();
      expect(gpu.buffers.liveCount).toBe(0);
    }
  });
});
