// What a model takes, before it is downloaded; and `dtype: 'auto'` choosing by it.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AutoModelForCausalLM, DeviceMemoryError, planModel, SourceError } from '../../src/index.ts';

const MODEL = '/models/intab-chat';
const MB = 1e6;

afterEach(() => vi.restoreAllMocks());

describe('planModel', () => {
  it('counts what loading takes, from a few kilobytes', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const plan = await planModel(MODEL, { cache: false });
    const requests = fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get('range'));
    expect(requests).toEqual(['bytes=0-', 'bytes=0-65535']); // config.json and the header
    expect(plan).toMatchObject({ runs: true, reason: undefined, dtype: 'bf16', contextLength: 1024 });
    expect(plan.plans.map(({ dtype }) => dtype)).toEqual(['bf16', 'q8', 'q4']);

    await using model = await AutoModelForCausalLM.from_pretrained(MODEL);
    expect(plan.plans[0]?.weightBytes).toBe(model.weightBytes);
    expect(plan.downloadBytes).toBe(2 * 5_509_376);
    // 8 layers × keys and values × 4 heads × 32 × 4 bytes × 1024 tokens.
    expect(plan.plans[0]?.kvCacheBytes).toBe(8 * 2 * 4 * 32 * 4 * 1024);
    await using small = await AutoModelForCausalLM.from_pretrained(MODEL, { dtype: 'q4' });
    expect(plan.plans[2]?.weightBytes).toBe(small.weightBytes);
  });

  it('chooses the most exact dtype within a budget, as loading does', async () => {
    const budget = (megabytes: number) => ({ memory_budget_bytes: megabytes * MB });
    expect(await planModel(MODEL, budget(16))).toMatchObject({ runs: true, dtype: 'q8' });
    await using model = await AutoModelForCausalLM.from_pretrained(MODEL, budget(16));
    expect(model.weightBytes).toBeLessThan(7 * MB);
    const none = await planModel(MODEL, budget(2));
    expect(none).toMatchObject({ runs: false, dtype: undefined });
    expect(none.reason).toMatch(/q4 takes .* MiB/);
    const loading = AutoModelForCausalLM.from_pretrained(MODEL, budget(2));
    await expect(loading).rejects.toThrow(DeviceMemoryError);
    await expect(loading).rejects.toThrow(/q4 takes/);
    expect(await planModel(MODEL, { dtype: 'q4', ...budget(2) })).toMatchObject({ runs: false, dtype: 'q4' });
  });

  it('says why a model does not run, and throws where there is none', async () => {
    const config = new Blob([JSON.stringify({ model_type: 'gpt2' })]);
    const plan = await planModel(new Map([['config.json', config]]));
    expect(plan.runs).toBe(false);
    expect(plan.reason).toMatch(/gpt2/);
    await expect(planModel('/models/none')).rejects.toThrow(SourceError);
  });
});
