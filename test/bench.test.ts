// The benchmark as a page uses it: what it yields, how it stops, and that nothing stays on the GPU.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BenchOptions, type BenchProgress, type BenchResult, combinations, runBench } from '../bench/bench.ts';
import { DeviceMemoryError, InputError } from '../src/index.ts';
import { DEFAULT_KNOBS } from '../src/kernels/kernel.ts';
import { KernelTimer } from '../src/runtime/kernel-timer.ts';
import { openStores } from '../src/storage/stores.ts';

const OPTIONS: BenchOptions = {
  shape: 'tiny',
  dtype: 'f32',
  promptTokens: [4],
  contexts: [8, 600],
  decodeTokens: 4,
  repeats: 1,
  gpu: {},
};

async function collect(options: BenchOptions, onProgress?: (progress: BenchProgress) => void, signal?: AbortSignal) {
  const results: BenchResult[] = [];
  for await (const result of runBench(options, 'test', { onProgress, signal })) results.push(result);
  return results;
}

describe('the benchmark', () => {
  const devices: GPUDevice[] = [];
  beforeEach(() => {
    devices.length = 0;
    const { requestDevice } = GPUAdapter.prototype;
    vi.spyOn(GPUAdapter.prototype, 'requestDevice').mockImplementation(async function (this: GPUAdapter, descriptor) {
      const device = await requestDevice.call(this, descriptor);
      devices.push(device);
      return device;
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    // Every device that was opened is gone, and its memory with it.
    for (const { lost } of devices) expect((await lost).reason).toBe('destroyed');
  });

  it('measures each context on one device and says how far it is', async () => {
    const progress: BenchProgress[] = [];
    const results = await collect(OPTIONS, (each) => progress.push({ ...each }));
    expect(results.map(({ context_tokens }) => context_tokens)).toEqual([8, 600]);
    for (const result of results) expect(result.decode_tok_s).toBeGreaterThan(0);
    expect(devices.length).toBe(1);
    const counts = progress.map(({ done }) => done);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(progress[0]?.done).toBe(0);
    expect(progress.at(-1)?.done).toBe(progress.at(-1)?.total);
  });

  it('says which knobs it ran with, and tunes or does not as it is told', async () => {
    await (await openStores()).records.deleteFolder('tuned/');
    const timed = vi.spyOn(KernelTimer, 'create');
    const short = { ...OPTIONS, contexts: [] };
    const [plain] = await collect({ ...short, tune: false });
    expect(plain?.tuned).toEqual(DEFAULT_KNOBS);
    expect(timed).not.toHaveBeenCalled();
    const [tuned] = await collect({ ...short, tune: true });
    expect(Object.keys(tuned?.tuned ?? {})).toEqual(Object.keys(DEFAULT_KNOBS));
    expect(timed).toHaveBeenCalledTimes(1);
  });

  it('stops with the reason of the signal', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const running = collect(
      { ...OPTIONS, decodeTokens: 400 },
      ({ done }) => {
        if (done > 0) abort.abort(reason);
      },
      abort.signal,
    );
    await expect(running).rejects.toBe(reason);
    expect(devices.length).toBe(1);
  });

  it('stops when its caller does', async () => {
    for await (const { context_tokens } of runBench(OPTIONS, 'test')) {
      expect(context_tokens).toBe(8);
      break;
    }
    expect(devices.length).toBe(1);
  });

  it('says what does not fit before it makes anything', async () => {
    const running = collect({ ...OPTIONS, contexts: [1e9] });
    await expect(running).rejects.toThrow(DeviceMemoryError);
    await expect(running).rejects.toThrow(/tiny in f32 with 1000000004 tokens does not fit/);
  });

  it('refuses unknown shapes and contexts that are shorter than a prompt, without a device', async () => {
    await expect(collect({ ...OPTIONS, shape: 'huge' })).rejects.toThrow(InputError);
    expect(() => combinations({ promptTokens: [4, 16], contexts: [8] })).toThrow(InputError);
    expect(combinations({ promptTokens: [4, 16], contexts: [] })).toEqual([
      { promptTokens: 4, contextTokens: 4 },
      { promptTokens: 16, contextTokens: 16 },
    ]);
    expect(devices.length).toBe(0);
  });
});
