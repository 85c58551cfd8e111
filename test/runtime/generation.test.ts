// What generating promises: repeatable, stoppable, and the same tokens however prompts are cut, padded or continued.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceLostError, DisposedError, InputError } from '../../src/errors.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { Plan } from '../../src/graph/plan.ts';
import { GREEDY, type SamplingSettings } from '../../src/kernels/sampling.ts';
import { forward } from '../../src/runtime/forward.ts';
import { TokenLoop } from '../../src/runtime/generate.ts';
import type { LoadedModel } from '../../src/runtime/loaded-model.ts';
import { Session, type SessionOptions } from '../../src/runtime/session.ts';
import { loadTiny } from './tiny-model.ts';

const PROMPT = [3, 14, 15, 9, 26, 5, 35];
const SAMPLED: SamplingSettings = { ...GREEDY, sample: true, temperature: 1.5, seed: 11 };

interface RunOptions {
  sampling?: SamplingSettings;
  count?: number;
  mask?: number[][];
  eos?: number[];
}

describe('generating', () => {
  let gpu: Gpu;
  let loaded: LoadedModel;
  let buffers: number;
  beforeAll(async () => {
    gpu = await openGpu();
    loaded = await loadTiny(gpu);
    buffers = gpu.buffers.liveCount;
  });
  beforeEach(() => expect(gpu.buffers.liveCount).toBe(buffers));
  afterAll(() => gpu.dispose());

  // Steps of 4 rows stay with kernels that compile fast on software adapters.
  const open = (options: Partial<SessionOptions> = {}) =>
    new TokenLoop(new Session(loaded, { capacity: 64, chunkTokens: 4, ...options }));

  /** The new tokens, [B][N]. */
  async function generate(loop: TokenLoop, prompts: number[][], options: RunOptions = {}): Promise<number[][]> {
    const { sampling = GREEDY, count = 6, mask, eos = [] } = options;
    const rows: number[][] = prompts.map(() => []);
    const settings = { maxNewTokens: count, eosTokenIds: eos, sampling };
    for await (const ids of loop.run(prompts, settings, mask ? { mask } : {})) {
      ids.forEach((id, b) => {
        rows[b]?.push(id);
      });
    }
    return rows;
  }

  /** The new tokens of a session of its own. */
  async function fresh(prompts: number[][], options: RunOptions = {}, session: Partial<SessionOptions> = {}) {
    using loop = open({ batch: prompts.length, ...session });
    return await generate(loop, prompts, options);
  }

  it('gives the same tokens for a seed, others for another', async () => {
    const first = await fresh([PROMPT], { sampling: SAMPLED, count: 12 });
    expect(await fresh([PROMPT], { sampling: SAMPLED, count: 12 })).toEqual(first);
    expect(await fresh([PROMPT], { sampling: { ...SAMPLED, seed: 12 }, count: 12 })).not.toEqual(first);
    expect(new Set(first[0]).size).toBeGreaterThan(3);
  });

  it('draws the maximum when nothing else is left', async () => {
    const greedy = await fresh([PROMPT]);
    expect(await fresh([PROMPT], { sampling: { ...SAMPLED, topK: 1 } })).toEqual(greedy);
    expect(await fresh([PROMPT], { sampling: { ...SAMPLED, topP: 1e-6 } })).toEqual(greedy);
    expect(await fresh([PROMPT], { sampling: { ...SAMPLED, minP: 1 } })).toEqual(greedy);
  });

  it('agrees with the forward pass', async () => {
    const [greedy = []] = await fresh([PROMPT]);
    using session = new Session(loaded, { capacity: 32, chunkTokens: 4 });
    const { logits } = await forward(loaded, { input_ids: [[...PROMPT, ...greedy]], past_key_values: session });
    const vocab = loaded.model.vocabSize;
    const best = greedy.map((_, i) => {
      const at = (PROMPT.length - 1 + i) * vocab;
      const row = [...(logits?.data.slice(at, at + vocab) ?? [])];
      return row.indexOf(Math.max(...row));
    });
    expect(greedy).toEqual(best);
  });

  it('stops at the end token and at the end of the cache', async () => {
    const [greedy = []] = await fresh([PROMPT]);
    const eos = greedy[3] as number;
    expect((await fresh([PROMPT], { eos: [eos] }))[0]).toEqual(greedy.slice(0, greedy.indexOf(eos) + 1));
    // The last token needs no slot.
    expect((await fresh([PROMPT], { count: 100 }, { capacity: 12 }))[0]).toHaveLength(6);
  });

  it('continues a prompt it has seen as a fresh session would', async () => {
    using loop = open();
    const [answer = []] = await generate(loop, [PROMPT], { count: 6 });
    const prompts = [[...PROMPT, ...answer, 4, 8], [...PROMPT, 40, 41], PROMPT, PROMPT.slice(0, 3), [50, ...PROMPT]];
    for (const prompt of prompts) expect(await generate(loop, [prompt])).toEqual(await fresh([prompt]));
  });

  it.each([
    ['keeps the cache', {}, 6],
    [
      'starts anew where rotary frequencies depend on the length',
      { max_position_embeddings: 8, rope_parameters: { rope_type: 'dynamic', factor: 4 } },
      0,
    ],
  ])('%s when a prompt goes on', async (_, config, most) => {
    using model = await loadTiny(gpu, { config });
    using loop = new TokenLoop(new Session(model, { capacity: 64, chunkTokens: 4 }));
    const [answer = []] = await generate(loop, [PROMPT], { count: 6 });
    const begun = vi.spyOn(loop.session, 'beginStep');
    await generate(loop, [[...PROMPT, ...answer, 4, 8]], { count: 1 });
    const tokens = begun.mock.calls.reduce((sum, [count]) => sum + count, 0);
    const cached = PROMPT.length + answer.length + 2 - tokens;
    expect(most === 0 ? cached : Math.min(cached, most)).toBe(most);
  });

  it('computes only what is behind the ids that it is told to take as cached', async () => {
    const prompt = [...PROMPT, 4, 1, 5];
    const expected = await fresh([prompt]);
    using filled = open();
    await forward(loaded, { input_ids: [PROMPT], past_key_values: filled.session });
    filled.assumeCached(PROMPT);
    expect(await generate(filled, [prompt])).toEqual(expected);
    using empty = open();
    empty.assumeCached(PROMPT);
    expect(await generate(empty, [prompt])).not.toEqual(expected);
    expect(() => empty.assumeCached(Array(65).fill(1))).toThrow(InputError);
  });

  it('forgets what an earlier generation sampled', async () => {
    using loop = open();
    await generate(loop, [PROMPT], { sampling: SAMPLED, count: 7 });
    expect(await generate(loop, [PROMPT], { sampling: SAMPLED, count: 9 })).toEqual(
      await fresh([PROMPT], { sampling: SAMPLED, count: 9 }),
    );
  });

  it.each([1, 3])('gives the same tokens with chunks of %i', async (chunkTokens) => {
    expect(await fresh([PROMPT], {}, { chunkTokens })).toEqual(await fresh([PROMPT], {}, { chunkTokens: 7 }));
  });

  it('submits a part of a prompt ahead once it knows how long one takes', async () => {
    const prompt = Array.from({ length: 24 }, (_, i) => i + 1);
    const expected = await fresh([prompt], { count: 1 });
    // A model of its own: nothing is known of how long its prompts take.
    using model = await loadTiny(gpu);
    using loop = new TokenLoop(new Session(model, { capacity: 64, chunkTokens: 4 }));
    const submitted = vi.spyOn(GPUQueue.prototype, 'submit');
    const finish: (() => void)[] = [];
    const done = vi
      .spyOn(GPUQueue.prototype, 'onSubmittedWorkDone')
      .mockImplementation(() => new Promise((resolve) => finish.push(() => resolve(undefined))));
    try {
      let isRunning = true;
      const running = generate(loop, [prompt], { count: 1 }).finally(() => {
        isRunning = false;
      });
      const ahead: number[] = [];
      for (let finished = 0; isRunning || finished < finish.length; ) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (finished === finish.length) continue;
        expect(submitted.mock.calls.length).toBe(finish.length);
        ahead.push(finish.length - finished);
        finish[finished++]?.();
      }
      // The first one by itself, then two at a time, until the last.
      expect(ahead.length).toBeGreaterThanOrEqual(6);
      expect(ahead[0]).toBe(1);
      expect(new Set(ahead.slice(1, -1))).toEqual(new Set([2]));
      expect(await running).toEqual(expected);
    } finally {
      done.mockRestore();
      submitted.mockRestore();
    }
  });

  it('takes up a prompt again that was left in the middle of a chunk', async () => {
    const prompt = Array.from({ length: 30 }, (_, i) => (7 * i + 3) % 60);
    using loop = open({ chunkTokens: 20 });
    const controller = new AbortController();
    const parts = vi.spyOn(Plan.prototype, 'runPart');
    const settings = { maxNewTokens: 4, eosTokenIds: [], sampling: GREEDY };
    try {
      parts.mockImplementationOnce(function (this: Plan, size, from) {
        const part = Plan.prototype.runPart.call(this, size, from, 3);
        controller.abort(new Error('enough'));
        return part;
      });
      await expect(loop.run([prompt], settings, { signal: controller.signal }).next()).rejects.toThrow('enough');
    } finally {
      parts.mockRestore();
    }
    expect(loop.session.cache.length).toBe(0);
    expect(await generate(loop, [prompt])).toEqual(await fresh([prompt]));
  });

  it('gives each left-padded sequence what it gets alone', async () => {
    const prompts = [PROMPT, PROMPT.slice(2, 6), [44]];
    const padded = prompts.map((row) => [...Array(PROMPT.length - row.length).fill(0), ...row]);
    const mask = prompts.map((row) =>
      Array.from({ length: PROMPT.length }, (_, i) => +(i >= PROMPT.length - row.length)),
    );
    const together = await fresh(padded, { mask }, { chunkTokens: 1 });
    for (const [b, prompt] of prompts.entries()) expect(together[b]).toEqual((await fresh([prompt]))[0]);
  });

  it('leaves a session usable after an abort', async () => {
    using loop = open();
    const controller = new AbortController();
    const reason = new Error('enough');
    const settings = { maxNewTokens: 40, eosTokenIds: [], sampling: GREEDY };
    const ids: number[] = [];
    const run = async () => {
      for await (const [id = -1] of loop.run([PROMPT], settings, { signal: controller.signal })) {
        ids.push(id);
        if (ids.length === 3) controller.abort(reason);
      }
    };
    await expect(run()).rejects.toBe(reason);
    expect(ids).toEqual((await fresh([PROMPT]))[0]?.slice(0, 3));
    expect(await generate(loop, [PROMPT])).toEqual(await fresh([PROMPT]));
    await expect(loop.run([PROMPT], settings, { signal: controller.signal }).next()).rejects.toBe(reason);
  });

  it('leaves a session usable when the caller stops listening', async () => {
    using loop = open();
    const settings = { maxNewTokens: 40, eosTokenIds: [], sampling: GREEDY };
    for await (const _ of loop.run([PROMPT], settings)) break;
    expect(await generate(loop, [[...PROMPT, 1]])).toEqual(await fresh([[...PROMPT, 1]]));
  });

  it('returns every buffer after many generations', async () => {
    const loop = open();
    await generate(loop, [PROMPT]);
    const after = gpu.buffers.liveCount;
    for (let i = 0; i < 4; i++) await generate(loop, [[...PROMPT, i]], { count: 5 });
    expect(gpu.buffers.liveCount).toBe(after);
    loop.dispose();
    await Promise.resolve();
    expect(gpu.buffers.liveCount).toBe(buffers);
  });

  it.each([
    ['no prompt', []],
    ['an empty prompt', [[]]],
    ['an id past the vocabulary', [[3, 61]]],
    ['a negative id', [[-1]]],
    ['half an id', [[0.5]]],
    ['more prompts than sequences', [[1], [2]]],
    ['a prompt longer than the cache', [Array(65).fill(1)]],
  ])('refuses %s', async (_, prompts) => {
    using loop = open();
    await expect(generate(loop, prompts)).rejects.toThrow(InputError);
    expect(await generate(loop, [PROMPT], { count: 2 })).toHaveLength(1);
  });

  it('refuses a disposed model and a lost device', async () => {
    const other = await openGpu();
    const model = await loadTiny(other);
    using loop = new TokenLoop(new Session(model, { capacity: 8, chunkTokens: 4 }));
    other.device.destroy();
    await other.lost;
    await expect(generate(loop, [[1]])).rejects.toThrow(DeviceLostError);
    model.dispose();
    expect(() => new Session(model, { capacity: 8 })).toThrow(DisposedError);
  });
});
