// What a decode step asks of WebGPU: one submit, one pass, nothing created, and no waiting for the CPU in between.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { GREEDY, type SamplingSettings } from '../../src/kernels/sampling.ts';
import { TokenLoop } from '../../src/runtime/generate.ts';
import { Session } from '../../src/runtime/session.ts';
import { GpuLog } from './gpu-log.ts';
import { loadTiny } from './tiny-model.ts';

const STEPS = 12;
/** From here to the end, 65 to 96 slots are cached, which several splits share. */
const FIRST_STEP = 70;
const CREATES = [
  'createBuffer',
  'createBindGroup',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createComputePipeline',
  'createComputePipelineAsync',
  'createShaderModule',
];

const SETTINGS: [string, SamplingSettings][] = [
  ['greedy', GREEDY],
  ['sampled', { ...GREEDY, sample: true, temperature: 0.8, topK: 20, topP: 0.9, minP: 0.01, repetitionPenalty: 1.1 }],
];

let gpu: Gpu;
let log: GpuLog;
beforeAll(async () => {
  gpu = await openGpu();
  log = new GpuLog(gpu);
  log.watchBuffers(gpu);
});
afterAll(() => gpu.dispose());

describe.each(SETTINGS)('steady %s decode', (_, sampling) => {
  /** Calls of {@link STEPS} tokens in the middle of a generation, and its dispatches per token. */
  async function steadyCalls(layers: number): Promise<{ calls: string[]; dispatches: number }> {
    const loaded = await loadTiny(gpu, { config: { num_hidden_layers: layers } });
    const loop = new TokenLoop(new Session(loaded, { capacity: 96, chunkTokens: 4 }));
    let calls: string[] = [];
    let seen = 0;
    for await (const _id of loop.run([[1, 2, 3]], { maxNewTokens: 92, eosTokenIds: [], sampling })) {
      seen++;
      if (seen === FIRST_STEP) log.clear();
      if (seen === FIRST_STEP + STEPS) calls = [...log.calls];
    }
    const dispatches = loop.dispatchesPerToken;
    loop.dispose();
    loaded.dispose();
    return { calls, dispatches };
  }

  let two: Awaited<ReturnType<typeof steadyCalls>>;
  beforeAll(async () => {
    two = await steadyCalls(2);
  });

  it('submits once, in one pass, and creates nothing', () => {
    const count = (name: string) => two.calls.filter((call) => call === name).length;
    expect(count('submit')).toBe(STEPS);
    expect(count('pass')).toBe(STEPS);
    expect(count('copy')).toBe(STEPS);
    expect(count('writeBuffer')).toBe(STEPS);
    expect(count('dispatch')).toBe(STEPS * two.dispatches);
    for (const name of CREATES) expect(count(name), name).toBe(0);
  });

  it('reads a token only when the next steps are on their way', () => {
    const order = two.calls.filter((call) => call === 'submit' || call === 'read');
    expect(order).toEqual(Array.from({ length: STEPS }, () => ['submit', 'read']).flat());
  });

  it('needs at most 7 dispatches per layer', async () => {
    const four = await steadyCalls(4);
    expect((four.dispatches - two.dispatches) / 2).toBeLessThanOrEqual(7);
  });
});

it('keeps several tokens in flight', async () => {
  const loaded = await loadTiny(gpu);
  const loop = new TokenLoop(new Session(loaded, { capacity: 64, chunkTokens: 4 }));
  log.clear();
  const inFlight: number[] = [];
  for await (const _id of loop.run([[1, 2, 3]], { maxNewTokens: 20, eosTokenIds: [], sampling: GREEDY })) {
    inFlight.push(log.count('mapAsync') - log.count('read'));
  }
  // When the caller gets a token, the next ones are submitted already, down to the last.
  expect(inFlight.slice(0, 16).every((count) => count === 3)).toBe(true);
  expect(inFlight.slice(-3)).toEqual([2, 1, 0]);
  loop.dispose();
  loaded.dispose();
});
