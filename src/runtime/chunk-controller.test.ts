import { describe, expect, it } from 'vitest';
import { ChunkController } from './chunk-controller.ts';

const MOST = 512;
const TILE = 64;

/** Milliseconds that a GPU takes for a chunk; `index` counts the chunks. */
type Device = (tokens: number, index: number) => number;

/** Sizes and times of so many chunks. */
function simulate(device: Device, chunks: number, controller = new ChunkController(MOST, TILE)) {
  return Array.from({ length: chunks }, (_, index) => {
    const { tokens } = controller;
    const ms = device(tokens, index);
    controller.took(tokens, ms);
    return { tokens, ms };
  });
}

/** Whole tiles, each `perTile` ms, above what every chunk costs. */
const affine =
  (fixed: number, perTile: number): Device =>
  (tokens) =>
    fixed + perTile * Math.ceil(tokens / TILE);

interface Case {
  device: Device;
  /** Sizes that it may settle on. */
  settles: number[];
  /** Chunks that may take longer than the limit before it has. */
  over?: number;
}

const CASES: Record<string, Case> = {
  'a fast GPU': { device: affine(2, 0.5), settles: [512] },
  'time that grows linearly': { device: affine(0, 20), settles: [320] },
  'linear time whose target lies between two tiles': { device: affine(0, 65), settles: [128] },
  'a slow GPU': { device: affine(0, 120), settles: [64], over: 2 },
  'a very slow GPU': { device: affine(0, 900), settles: [64], over: 20 },
  'an 8B model, whose weights cost half of a small chunk': { device: affine(38.6, 41.4), settles: [128] },
  'two tiles in the time of one': { device: affine(100, 5), settles: [128] },
  'two tiles in the time of one, both beyond the limit': { device: affine(150, 5), settles: [128], over: 20 },
  'much that every chunk costs': { device: affine(70, 6), settles: [128, 192, 256, 320, 384, 448] },
  'a first chunk that pays for first use': {
    device: (tokens, index) => affine(38.6, 41.4)(tokens, index) + (index === 0 ? 400 : 0),
    settles: [128],
    over: 1,
  },
  'one slow chunk in between': {
    device: (tokens, index) => affine(2, 20)(tokens, index) + (index === 9 ? 300 : 0),
    settles: [256, 320],
    over: 1,
  },
};

describe('ChunkController', () => {
  it.each(Object.entries(CASES))('settles near 100 ms: %s', (_, { device, settles, over = 0 }) => {
    const chunks = simulate(device, 20);
    // A slow device is noticed by its first chunk alone; what follows keeps the limit.
    expect(chunks.filter(({ ms }) => ms > 130).length).toBeLessThanOrEqual(over);
    const settled = new Set(chunks.slice(-6).map(({ tokens }) => tokens));
    expect(settled.size).toBe(1);
    for (const tokens of settled) expect(settles).toContain(tokens);
  });

  it.each([
    ['a fast GPU', affine(2, 0.5)],
    ['linear time', affine(0, 20)],
    ['an 8B model', affine(38.6, 41.4)],
  ])('has settled after six chunks: %s', (_, device) => {
    const chunks = simulate(device, 12);
    expect(new Set(chunks.slice(6).map(({ tokens }) => tokens)).size).toBe(1);
  });

  it('keeps the limit while attention grows with the context, and grows again with the next prompt', () => {
    const controller = new ChunkController(MOST, TILE);
    let past = 0;
    const device: Device = (tokens) => {
      const ms = 5 + tokens * (0.2 + past / 20_000);
      past += tokens;
      return ms;
    };
    const long = simulate(device, 120, controller);
    expect(past).toBeGreaterThan(15_000);
    expect(Math.max(...long.map(({ ms }) => ms))).toBeLessThanOrEqual(140);
    expect(long.at(-1)?.tokens).toBeLessThan(192);
    past = 0;
    const next = simulate(device, 4, controller);
    expect(next.at(-1)?.tokens).toBeGreaterThanOrEqual(320);
  });

  it.each([0.05, 0.15])('holds with times that vary by %f', (spread) => {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const device: Device = (tokens) => affine(38.6, 20)(tokens, 0) * (1 + spread * (2 * random() - 1));
    const chunks = simulate(device, 60).slice(6);
    const mean = (of: (chunk: { tokens: number; ms: number }) => number) =>
      chunks.reduce((sum, chunk) => sum + of(chunk), 0) / chunks.length;
    expect(mean(({ ms }) => ms)).toBeLessThan(130);
    expect(mean(({ tokens }) => tokens)).toBeGreaterThan(150);
    expect(chunks.filter(({ ms }) => ms > 150).length).toBeLessThan(6);
  });

  it('has one size where a session allows no more than a tile', () => {
    const controller = new ChunkController(24, TILE);
    expect(controller.tokens).toBe(24);
    expect(controller.hasMeasured).toBe(false);
    controller.took(24, 900);
    expect(controller.tokens).toBe(24);
    expect(controller.hasMeasured).toBe(true);
  });

  it('counts what is no whole tile only as the largest chunk', () => {
    const controller = new ChunkController(200, TILE);
    controller.took(100, 1);
    expect(controller.hasMeasured).toBe(false);
    controller.took(128, 10);
    expect(controller.tokens).toBe(200);
  });
});
