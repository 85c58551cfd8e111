// Tuning while a model loads: when it happens, what it leaves behind, and that the model computes the same.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Gpu, type GpuOptions, openGpu } from '../../src/gpu/device.ts';
import { AutoModelForCausalLM, InputError, type LoadOptions, modelCache } from '../../src/index.ts';
import { knobsRun, WEIGHT_CLASSES } from '../../src/kernels/gemv-shape.ts';
import { DEFAULT_KNOBS, kernelTarget } from '../../src/kernels/kernel.ts';
import { KernelTimer } from '../../src/runtime/kernel-timer.ts';
import { openStores } from '../../src/storage/stores.ts';
import { IS_SWEEP } from '../sweep.ts';

const MODEL = '/models/intab-chat';
const INPUT = { input_ids: [[1, 17, 300]], logits_to_keep: 1 };
const OTHER_KNOBS = {
  q4: { ...DEFAULT_KNOBS.q4, groups: 4, busyGroups: 512, chunk: 256, integerDot: true, integerTiles: true },
  q8: { ...DEFAULT_KNOBS.q8, groups: 4, busyGroups: 512, direct: false, chunk: 256 },
  float: { workgroup: 64, rows: 2 },
};

let gpu: Gpu;
let opened: number;
async function open(options: GpuOptions = {}) {
  gpu = await openGpu(options);
  return gpu;
}

async function clear() {
  const { records } = await openStores();
  await records.deleteFolder('tuned/');
}

beforeEach(async () => {
  await clear();
  opened = 0;
  const { create } = KernelTimer;
  vi.spyOn(KernelTimer, 'create').mockImplementation((...args) => {
    opened++;
    return create.apply(KernelTimer, args);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  gpu.dispose();
  await clear();
});

async function load(options: LoadOptions) {
  await using model = await AutoModelForCausalLM.from_pretrained(MODEL, {
    dtype: 'f16',
    // Rounded to f16, keys and values would make much of a last bit.
    kv_cache_dtype: 'f32',
    device: gpu,
    ...options,
  });
  const { logits } = await model.forward(INPUT);
  const ids = await model.generate({ input_ids: INPUT.input_ids, max_new_tokens: 3, do_sample: false });
  return { knobs: model.knobs, logits: [...(logits?.data ?? [])], ids };
}

/** Says of the record that there was time for all, as a busy machine may not have had: then the next load would measure again. */
async function finish() {
  const { records } = await openStores();
  const [key = ''] = await records.keys('tuned/');
  const record = JSON.parse(new TextDecoder().decode(await records.get(key)));
  await records.put(key, new TextEncoder().encode(JSON.stringify({ ...record, attempts: {} })));
}

/** Knobs change the order of sums, and so the last bits. */
function expectSame(actual: readonly number[], expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  expect(actual.length).toBe(expected.length);
  expect(Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] as number))))).toBeLessThan(1e-4 * scale);
}

// Software kernels tune nothing but themselves: the sweep does them too.
it.each(IS_SWEEP ? (['hardware', 'software'] as const) : (['hardware'] as const))(
  'with %s kernels, measures once, keeps the result past modelCache.clear, and leaves nothing on the GPU',
  async (kernels) => {
    await open({ kernels });
    const first = await load({ tune: true });
    expect(opened).toBe(1);
    for (const name of WEIGHT_CLASSES) {
      expect(knobsRun(kernelTarget(gpu), name, first.knobs[name])).toBe(true);
    }
    // What was left behind at the end of the budget is released when it is compiled.
    await vi.waitFor(() => expect(gpu.buffers.liveCount).toBe(0), 20_000);
    const plain = await load({ tune: false });
    expectSame(first.logits, plain.logits);

    await finish();
    gpu.dispose();
    await modelCache.clear();
    await open({ kernels });
    expect((await load({ tune: true })).knobs).toEqual(first.knobs);
    expect(opened).toBe(1);
  },
);

it('shares a result between models of one device, and keeps none without the cache', async () => {
  await open();
  const first = await load({ tune: true, cache: false });
  const second = await load({ tune: true, cache: false });
  expect(second.knobs).toEqual(first.knobs);
  expect(opened).toBe(1);
  const { records } = await openStores();
  expect(await records.keys('tuned/')).toEqual([]);
});

it('measures anew what was damaged', async () => {
  await open();
  await load({ tune: true });
  const { records } = await openStores();
  const [key = ''] = await records.keys('tuned/');
  const kept = await records.get(key);
  await records.put(key, Uint8Array.of(0xff, 0x7b));
  gpu.dispose();
  await open();
  await load({ tune: true });
  expect(opened).toBe(2);
  expect((await records.get(key))?.length).toBeGreaterThanOrEqual((kept?.length ?? 0) - 8);
});

it('measures nothing on software adapters unless asked, and nothing when told so', async () => {
  await open();
  expect((await load({ tune: false })).knobs).toEqual(DEFAULT_KNOBS);
  expect(opened).toBe(0);
  await load({});
  expect(opened).toBe(gpu.isFallback ? 0 : 1);
});

it('takes knobs that are given, and refuses those that do not run', async () => {
  await open({ kernels: 'hardware' });
  const { knobs, logits, ids } = await load({ tune: OTHER_KNOBS });
  expect(knobs).toEqual(OTHER_KNOBS);
  const plain = await load({ tune: false });
  expectSame(logits, plain.logits);
  expect(ids).toEqual(plain.ids);
  expect(opened).toBe(0);
  const refused = load({ tune: { ...OTHER_KNOBS, float: { workgroup: 2 ** 20, rows: 4 } } });
  await expect(refused).rejects.toThrow(InputError);
  await expect(refused).rejects.toThrow(/Found: .*"workgroup":1048576/);
  await expect(load({ tune: {} as never })).rejects.toThrow(InputError);
});

it('loads with the defaults where measuring fails', async () => {
  await open();
  vi.mocked(KernelTimer.create).mockRejectedValue(new Error('no memory'));
  const { knobs } = await load({ tune: true });
  expect(knobs).toEqual(DEFAULT_KNOBS);
});

it('times the tile that a prompt takes, small matrix or large', async () => {
  await open({ kernels: 'hardware' });
  const format = { bits: 4, group: 32, asymmetric: false } as const;
  for (const rows of [64, 12_800]) {
    const matrix = { format, rows, stride: 32, paired: false, count: 1 };
    const dispatched = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups');
    const timer = await KernelTimer.create(gpu, [matrix], 0, [DEFAULT_KNOBS], 256);
    await timer.time(DEFAULT_KNOBS);
    timer.dispose();
    expect(dispatched.mock.calls.length).toBeGreaterThan(0);
    for (const [x] of dispatched.mock.calls) expect(x).toBeGreaterThan(0);
    dispatched.mockRestore();
  }
});
