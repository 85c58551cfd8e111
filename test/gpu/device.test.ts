// A real device: what it gives, and how its refusals come out as errors of ours.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceLostError, DeviceMemoryError, GpuValidationError } from '../../src/errors.ts';
import { type Gpu, OPTIONAL_FEATURES, openGpu } from '../../src/gpu/device.ts';
import { withErrorScopes } from '../../src/gpu/error-scopes.ts';
import { readBuffer } from '../../src/gpu/read-back.ts';
import { matrix } from '../../src/graph/weights.ts';
import { WeightStore } from '../../src/runtime/weight-store.ts';

describe('a device', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openGpu({ limits: 'default', without: OPTIONAL_FEATURES });
  });
  afterAll(() => gpu.dispose());

  it("has WebGPU's default limits and no features when asked so", () => {
    expect(gpu.limits.maxStorageBufferBindingSize).toBe(128 * 2 ** 20);
    expect(gpu.limits.maxComputeWorkgroupStorageSize).toBe(16_384);
    expect(gpu.features.size).toBe(0);
    expect(gpu.name).not.toBe('');
  });

  it('gives back what was written, and counts its buffers', async () => {
    const before = gpu.buffers.liveCount;
    const buffer = gpu.buffers.storageOf('test', Float32Array.of(1, 2, 3, 4, 5));
    expect(buffer.size).toBe(32);
    expect([...new Float32Array(await readBuffer(gpu, buffer, 4, 12))]).toEqual([2, 3, 4]);
    expect(gpu.buffers.liveCount).toBe(before + 1);
    gpu.buffers.release(buffer);
    gpu.buffers.release(buffer);
    expect(gpu.buffers.liveCount).toBe(before);
  });

  it('refuses buffers beyond its limits', () => {
    const before = gpu.buffers.liveCount;
    expect(() => gpu.buffers.storage('too large', 128 * 2 ** 20 + 16)).toThrow(DeviceMemoryError);
    expect(gpu.buffers.liveCount).toBe(before);
  });

  it('splits a matrix that is larger than a binding by rows', () => {
    const store = new WeightStore(gpu);
    // 300 rows of 1 MiB: more than two bindings of 128 MiB.
    const weight = store.addMatrix(matrix([{ tensor: 'w', rows: 300 }], 2 ** 18), 'f32');
    expect(weight.parts.map(({ firstRow, rows }) => [firstRow, rows])).toEqual([
      [0, 128],
      [128, 128],
      [256, 48],
    ]);
    store.dispose();
    expect(() => store.addMatrix(matrix([{ tensor: 'wide', rows: 300 }], 2 ** 20), 'f32')).toThrow(DeviceMemoryError);
  });

  it('says why a kernel does not compile', async () => {
    const source = { label: 'test/broken:K=1', code: 'fn main( {', bindings: [], constants: {} };
    const compiling = gpu.pipelines.compile(source);
    await expect(compiling).rejects.toThrow(GpuValidationError);
    await expect(compiling).rejects.toThrow(/test\/broken:K=1.*line 1/);
  });

  it('turns a rejected call into an error', async () => {
    const buffer = gpu.buffers.storage('test', 16);
    const wrong = withErrorScopes(gpu, 'Copying', () => {
      const encoder = gpu.device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, buffer, 64, 16);
      gpu.queue.submit([encoder.finish()]);
    });
    await expect(wrong).rejects.toThrow(GpuValidationError);
    await expect(withErrorScopes(gpu, 'Nothing', () => 7)).resolves.toBe(7);
    gpu.buffers.release(buffer);
  });

  it('says so once it is lost', async () => {
    const other = await openGpu();
    other.device.destroy();
    expect(await other.lost).not.toBe('');
    await expect(withErrorScopes(other, 'Anything', () => 1)).rejects.toThrow(DeviceLostError);
  });
});
