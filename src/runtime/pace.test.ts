import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { randomSource } from '../../test/random.ts';
import type { StepSize } from '../kernels/kernel.ts';
import { Pace } from './pace.ts';

const LAYERS = 32;
/** What the dispatches of a layer take, one after the other, as shares of the layer. */
const SHARES = [0.15, 0.05, 0.1, 0.1, 0.4, 0.2];
const MOST_TOKENS = 512;

/** Milliseconds of a layer for so many rows behind so many others. */
type Device = (rows: number, past: number) => number;

/** Whole tiles, above what every layer costs. */
const affine =
  (fixed: number, perTile: number): Device =>
  (rows) =>
    fixed + perTile * Math.ceil(rows / 64);

interface Submit {
  rows: number;
  dispatches: number;
  beganAt: number;
  ms: number;
}

/** A GPU that works through what is submitted, and tells of it a millisecond later. */
class FakeGpu {
  readonly submits: Submit[] = [];
  readonly device: Device;
  /** Milliseconds in which it had nothing to do since its first submit. */
  idleMs = 0;
  #freeAt = 0;

  constructor(device: Device) {
    this.device = device;
  }

  readonly length = LAYERS * SHARES.length;

  run(size: StepSize): number {
    return this.runPart(size, 0, this.length).count;
  }

  runPart(size: StepSize, from: number, most: number): { next: number; count: number } {
    const next = Math.min(from + most, this.length);
    const rows = size.batch * size.tokens;
    let ms = 0;
    for (let i = from; i < next; i++) ms += (SHARES[i % SHARES.length] as number) * this.device(rows, size.past);
    const now = performance.now();
    if (this.submits.length > 0) this.idleMs += Math.max(now - this.#freeAt, 0);
    const beganAt = Math.max(now, this.#freeAt);
    this.#freeAt = beganAt + ms;
    this.submits.push({ rows, dispatches: next - from, beganAt, ms });
    return { next, count: next - from };
  }

  async onSubmittedWorkDone(): Promise<undefined> {
    await new Promise((resolve) => setTimeout(resolve, this.#freeAt - performance.now() + 1));
    return undefined;
  }
}

/** Runs a prompt of so many tokens in chunks, as the token loop does; gives the sizes of the chunks. */
async function prompt(pace: Pace, gpu: FakeGpu, length: number, batch = 1): Promise<number[]> {
  const chunks: number[] = [];
  const running = (async () => {
    for (let past = 0; past < length; ) {
      const tokens = Math.min(pace.tokens(Math.floor(MOST_TOKENS / batch), batch), length - past);
      chunks.push(tokens);
      await pace.run(gpu, { batch, tokens, past, kept: 0, splits: 1, capacity: 40_000, counter: 0 });
      past += tokens;
    }
  })();
  await vi.runAllTimersAsync();
  await running;
  return chunks;
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const CASES: [string, { device: Device; settles: number; mostMs?: number }][] = [
  ['a fast GPU', { device: affine(0.05, 0.05), settles: 512 }],
  ['a GPU that takes 150 ms for 512 tokens', { device: affine(0.5, 0.55), settles: 512 }],
  ['a GPU that takes 2 s', { device: affine(2, 7.5), settles: 512 }],
  ['a GPU that takes 6 s', { device: affine(5, 23), settles: 256, mostMs: 100 }],
  ['one that takes 250 ms for a tile of a layer', { device: affine(0, 250), settles: 64, mostMs: 110 }],
];

describe('Pace', () => {
  it.each(CASES)('keeps submits short and chunks large: %s', async (_, { device, settles, mostMs = 100 }) => {
    const gpu = new FakeGpu(device);
    const pace = new Pace(gpu);
    const chunks = await prompt(pace, gpu, 4 * MOST_TOKENS);
    // Of the first nothing could be known.
    expect(Math.max(...gpu.submits.slice(1).map(({ ms }) => ms))).toBeLessThanOrEqual(mostMs);
    expect(gpu.submits[0]).toMatchObject({ rows: 64, dispatches: 8 });
    expect(chunks.at(-2)).toBeGreaterThanOrEqual(settles);
    // Whole tiles, but for what is left at the end.
    expect(chunks.slice(0, -1).every((tokens) => tokens % 64 === 0)).toBe(true);
    expect(gpu.idleMs).toBeLessThan(0.02 * gpu.submits.reduce((sum, { ms }) => sum + ms, 0) + 5);
  });

  it('submits a prompt that takes little time in two parts, of which the first is small', async () => {
    const gpu = new FakeGpu(affine(0.05, 0.05));
    const pace = new Pace(gpu);
    await prompt(pace, gpu, MOST_TOKENS);
    gpu.submits.length = 0;
    await prompt(pace, gpu, MOST_TOKENS);
    expect(gpu.submits.map(({ dispatches }) => dispatches)).toEqual([gpu.length / 12, (gpu.length * 11) / 12]);
  });

  it('submits a single token once, and learns nothing from it', async () => {
    const gpu = new FakeGpu(affine(0.05, 0.05));
    const pace = new Pace(gpu);
    await prompt(pace, gpu, 1);
    expect(gpu.submits.map(({ dispatches }) => dispatches)).toEqual([gpu.length]);
    expect(pace.tokens(MOST_TOKENS, 1)).toBe(64);
  });

  it('keeps them short while attention grows with the context, and whatever came before', async () => {
    const gpu = new FakeGpu((rows, past) => Math.ceil(rows / 64) * (0.5 + past / 8000));
    const pace = new Pace(gpu);
    for (const length of [20_000, 30, 512, 7, 3000]) await prompt(pace, gpu, length);
    expect(Math.max(...gpu.submits.map(({ ms }) => ms))).toBeLessThanOrEqual(100);
    gpu.submits.length = 0;
    await prompt(pace, gpu, 512);
    expect(gpu.submits.length).toBeLessThan(8);
  });

  it('finds out within a chunk what many rows take when it only knows of two', async () => {
    const gpu = new FakeGpu(affine(0.02, 0.05));
    const pace = new Pace(gpu);
    await prompt(pace, gpu, 2);
    gpu.submits.length = 0;
    await prompt(pace, gpu, MOST_TOKENS);
    expect(gpu.submits.length).toBeLessThan(6);
  });

  it.each([
    ['first', 0],
    ['some later', 700],
  ])('gets over a slow %s dispatch', async (_, slow) => {
    let dispatches = 0;
    const gpu = new FakeGpu((rows) => affine(0.5, 0.55)(rows, 0) + (dispatches++ === slow ? 4000 : 0));
    const pace = new Pace(gpu);
    for (let i = 0; i < 6; i++) await prompt(pace, gpu, MOST_TOKENS);
    gpu.submits.length = 0;
    expect(await prompt(pace, gpu, MOST_TOKENS)).toEqual([MOST_TOKENS]);
    expect(gpu.submits.length).toBeLessThan(6);
  });

  it('keeps submits short where times vary by a sixth', async () => {
    const random = randomSource(1);
    const gpu = new FakeGpu((rows) => affine(2, 7.5)(rows, 0) * (5 / 6 + random() / 3));
    const pace = new Pace(gpu);
    await prompt(pace, gpu, 6 * MOST_TOKENS);
    const times = gpu.submits.map(({ ms }) => ms);
    expect(times.filter((ms) => ms > 100).length).toBeLessThan(0.02 * times.length);
    expect(times.reduce((sum, ms) => sum + ms, 0) / times.length).toBeGreaterThan(45);
  });

  it('counts the rows of all sequences', async () => {
    const gpu = new FakeGpu(affine(5, 23));
    const pace = new Pace(gpu);
    await prompt(pace, gpu, 2000, 4);
    expect(Math.max(...gpu.submits.map(({ ms }) => ms))).toBeLessThanOrEqual(100);
    expect(pace.tokens(128, 4)).toBeLessThanOrEqual(96);
    expect(pace.tokens(512, 512)).toBe(1);
  });

  it('stops between two submits', async () => {
    const gpu = new FakeGpu(affine(0, 250));
    const pace = new Pace(gpu);
    const controller = new AbortController();
    const reason = new Error('enough');
    const size = { batch: 1, tokens: 64, past: 0, kept: 0, splits: 1, capacity: 64, counter: 0 };
    const running = expect(pace.run(gpu, size, controller.signal)).rejects.toBe(reason);
    await vi.advanceTimersByTimeAsync(900);
    const { length } = gpu.submits;
    expect(length).toBeGreaterThan(1);
    controller.abort(reason);
    await vi.runAllTimersAsync();
    await running;
    expect(gpu.submits.length).toBe(length);
  });

  it('goes on where a device was lost, for whoever reads its results to hear of it', async () => {
    const gpu = new FakeGpu(affine(0.1, 0.1));
    vi.spyOn(gpu, 'onSubmittedWorkDone').mockRejectedValue(new Error('lost'));
    const size = { batch: 1, tokens: 64, past: 0, kept: 0, splits: 1, capacity: 64, counter: 0 };
    await new Pace(gpu).run(gpu, size);
    expect(gpu.submits.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(gpu.length);
  });
});
