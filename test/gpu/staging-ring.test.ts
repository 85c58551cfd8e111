// Bytes on their way to the GPU: all of them arrive, in order with other work, and nothing is left when the ring goes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DeviceMemoryError } from '../../src/errors.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { readBuffer } from '../../src/gpu/read-back.ts';
import { StagingRing } from '../../src/gpu/staging-ring.ts';

const MIB = 2 ** 20;

/** Bytes that differ from place to place, and from seed to seed. */
function bytesOf(sizeBytes: number, seed: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(sizeBytes / 4);
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i + 1, 0x9e3779b1) ^ (seed * 0x85ebca6b);
  return new Uint8Array(words.buffer);
}

/** Whether both are the same; `toEqual` takes long for megabytes. */
const isSame = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, i) => byte === b[i]);

describe('the staging ring', () => {
  let gpu: Gpu;
  let ring: StagingRing;
  const unhandled: unknown[] = [];
  const onUnhandled = (event: PromiseRejectionEvent) => unhandled.push(event.reason);
  beforeAll(async () => {
    gpu = await openGpu();
    addEventListener('unhandledrejection', onUnhandled);
  });
  afterAll(() => {
    removeEventListener('unhandledrejection', onUnhandled);
    gpu.dispose();
  });
  beforeEach(() => {
    ring = new StagingRing(gpu);
  });
  afterEach(async () => {
    ring.dispose();
    // Rejections that nobody handles are told of in a later task.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(unhandled).toEqual([]);
    expect(gpu.buffers.liveCount).toBe(0);
  });

  it('makes no buffer before it is written to', () => {
    ring.flush();
    expect(gpu.buffers.liveCount).toBe(0);
  });

  it('brings many writes of odd sizes to their places, several times what it holds', async () => {
    const sizeBytes = 24 * MIB;
    const targets = [0, 1, 2].map((i) => ({
      buffer: gpu.buffers.storage(`target ${i}`, sizeBytes),
      expected: bytesOf(sizeBytes, i),
      atBytes: 0,
    }));
    const sizes = [4, 12, 65_540, 4 * MIB, 20, 5 * MIB + 4, 1_000_004, 4 * MIB - 4, 300_004];
    let flushed = 0;
    for (let i = 0; targets.some(({ atBytes }) => atBytes < sizeBytes); i++) {
      const target = targets[(i * 2) % 3] as (typeof targets)[number];
      const { buffer, expected, atBytes } = target;
      const end = Math.min(sizeBytes, atBytes + (sizes[i % sizes.length] as number));
      // Not where the bytes begin in their own buffer.
      const data = new Uint8Array(new ArrayBuffer(end - atBytes + 3), 3);
      data.set(expected.subarray(atBytes, end));
      await ring.write(buffer, atBytes, data);
      data.fill(0);
      target.atBytes = end;
      if (i % 7 === 0) {
        ring.flush();
        flushed++;
      }
    }
    ring.flush();
    ring.flush();
    expect(flushed).toBeGreaterThan(2);
    for (const { buffer, expected } of targets) {
      expect(isSame(new Uint8Array(await readBuffer(gpu, buffer)), expected)).toBe(true);
      gpu.buffers.release(buffer);
    }
  });

  it('keeps its order with what else is on the queue', async () => {
    const buffer = gpu.buffers.storage('target', 16);
    const words = async () => [...new Uint32Array(await readBuffer(gpu, buffer))];
    const write = (offsetBytes: number, ...values: number[]) =>
      ring.write(buffer, offsetBytes, new Uint8Array(Uint32Array.from(values).buffer));
    await write(0, 1, 1, 1, 1);
    ring.flush();
    gpu.queue.writeBuffer(buffer, 4, Uint32Array.of(2, 2));
    await write(8, 3);
    // Written, and not flushed yet.
    expect(await words()).toEqual([1, 2, 2, 1]);
    gpu.queue.writeBuffer(buffer, 8, Uint32Array.of(4, 4));
    ring.flush();
    expect(await words()).toEqual([1, 2, 3, 4]);
    // Later writes win over earlier ones of the same flush.
    await write(0, 5, 5);
    await write(4, 6);
    ring.flush();
    expect(await words()).toEqual([5, 6, 3, 4]);
    gpu.buffers.release(buffer);
  });

  it('goes with writes pending', async () => {
    const buffer = gpu.buffers.storage('target', 8 * MIB);
    const data = new Uint8Array(8 * MIB);
    for (let i = 0; i < 3; i++) await ring.write(buffer, 0, data);
    const pending = ring.write(buffer, 0, data);
    ring.dispose();
    await expect(pending).rejects.toThrow();
    gpu.buffers.release(buffer);
  });

  it('tells its writer of a lost device', async () => {
    const other = await openGpu();
    const lostRing = new StagingRing(other);
    const buffer = other.buffers.storage('target', 4 * MIB);
    const data = new Uint8Array(4 * MIB);
    await lostRing.write(buffer, 0, data);
    other.device.destroy();
    await other.lost;
    const writing = async () => {
      for (let i = 0; i < 8; i++) await lostRing.write(buffer, 0, data);
    };
    await expect(writing()).rejects.toThrow();
    lostRing.dispose();
  });

  it('says so where there is no memory to map', () => {
    const { createBuffer } = gpu.device;
    gpu.device.createBuffer = () => {
      throw new RangeError('no memory');
    };
    expect(() => gpu.buffers.staging('test', 16)).toThrow(DeviceMemoryError);
    gpu.device.createBuffer = createBuffer;
  });
});
