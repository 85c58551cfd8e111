import { describe, expect, it } from 'vitest';
import { DEFAULT_TARGET, SUBGROUP_TARGET } from '../../test/kernel-target.ts';
import {
  gemvShape,
  knobCandidates,
  knobsRun,
  promptCandidates,
  WEIGHT_CLASSES,
  type WeightClass,
  weightClass,
} from './gemv-shape.ts';
import { DEFAULT_KNOBS, type KernelTarget, type WeightFormat } from './kernel.ts';

const LARGE: KernelTarget = { ...SUBGROUP_TARGET, maxInvocations: 1024, maxWorkgroupBytes: 49_152 };
const FORMATS: Record<WeightClass, WeightFormat> = {
  q4: { bits: 4, group: 32, asymmetric: false },
  q8: { bits: 8, group: 64, asymmetric: false },
  float: 'f16',
};

describe('the candidates', () => {
  it.each(WEIGHT_CLASSES)('of %s are legal with default limits, the default first', (name) => {
    const candidates = knobCandidates(DEFAULT_TARGET, name);
    expect(candidates[0]).toEqual(DEFAULT_KNOBS);
    expect(candidates.length).toBeGreaterThanOrEqual(3);
    for (const knobs of candidates) {
      const target = { ...DEFAULT_TARGET, knobs };
      for (const stride of [64, 4096, 16_384]) {
        for (const rows of [64, 4096, 65_536]) {
          const { constants } = gemvShape(target, { format: FORMATS[name], stride }, rows, true);
          const { WG, LANES, ROWS, CHUNK = 0 } = constants;
          expect(WG).toBeLessThanOrEqual(256);
          expect(WG % LANES).toBe(0);
          expect([2, 4, 8]).toContain(ROWS);
          // What the shaders declare: x with a vector between spans, and a vector of sums for each invocation.
          const spanVectors = name === 'q4' ? 8 : 4;
          expect(CHUNK % (LANES * spanVectors)).toBe(0);
          expect((CHUNK / spanVectors) * (spanVectors + 1) * 16 + WG * 16).toBeLessThanOrEqual(16_384);
        }
      }
    }
  });

  it.each(WEIGHT_CLASSES)('of %s are three to nine on a large GPU, each another one, of that class alone', (name) => {
    const candidates = knobCandidates(LARGE, name);
    expect(candidates.length).toBeGreaterThanOrEqual(3);
    expect(candidates.length).toBeLessThanOrEqual(9);
    expect(new Set(candidates.map((knobs) => JSON.stringify(knobs))).size).toBe(candidates.length);
    for (const knobs of candidates) expect({ ...knobs, [name]: DEFAULT_KNOBS[name] }).toEqual(DEFAULT_KNOBS);
  });

  it('take more of a workgroup only where it has more', () => {
    const largest = (target: KernelTarget) => {
      const all = knobCandidates(target, 'q4').map(({ q4 }) => q4);
      return [Math.max(...all.map(({ lanes }) => lanes)), Math.max(...all.map(({ chunk }) => chunk))];
    };
    expect(largest(LARGE)).toEqual([128, 1024]);
    expect(largest(DEFAULT_TARGET)).toEqual([64, 512]);
  });
});

describe('knobs', () => {
  it.each([
    ['q4', { groups: 3 }],
    ['q4', { groups: 0 }],
    ['q4', { groups: 'many' }],
    ['q4', { groups: 0.5 }],
    ['q8', { integerDot: 1 }],
    ['q8', { busyGroups: undefined }],
    ['q8', { busyGroups: Number.POSITIVE_INFINITY }],
    // 512 invocations.
    ['q8', { groups: 16 }],
    ['q4', { lanes: 512 }],
    // Less than a span for each lane.
    ['q4', { chunk: 128 }],
    // 25,600 bytes of workgroup memory.
    ['q8', { chunk: 1024 }],
    ['float', { rows: 1 }],
    ['float', { rows: 8 }],
    ['float', { workgroup: 512 }],
    ['float', { workgroup: 16 }],
  ] as const)('of %s with %o do not run with default limits', (name, change) => {
    expect(knobsRun(DEFAULT_TARGET, name, DEFAULT_KNOBS[name])).toBe(true);
    expect(knobsRun(DEFAULT_TARGET, name, { ...DEFAULT_KNOBS[name], ...change })).toBe(false);
  });

  it.each([undefined, null, 7, 'q4', [[]], {}])('that are none, as %o, do not run', (values) => {
    for (const name of WEIGHT_CLASSES) expect(knobsRun(LARGE, name, values)).toBe(false);
  });

  it('use the packed dot product only where there is one', () => {
    const without = { ...LARGE, integerDot: false };
    expect(knobCandidates(LARGE, 'q4').some(({ q4 }) => q4.integerDot)).toBe(true);
    expect(knobCandidates(without, 'q4').some(({ q4 }) => q4.integerDot)).toBe(false);
    expect(knobsRun(without, 'q8', { ...DEFAULT_KNOBS.q8, integerDot: true })).toBe(false);
    expect(knobsRun({ ...without, software: true }, 'q8', { ...DEFAULT_KNOBS.q8, integerDot: true })).toBe(false);
    expect(knobsRun(without, 'q8', { ...DEFAULT_KNOBS.q8, integerTiles: true })).toBe(false);
    const prompts = (target: KernelTarget, name: 'q4' | 'float') => promptCandidates(target, name);
    expect(prompts(LARGE, 'q4').map(({ q4 }) => q4.integerTiles)).toEqual([false, true]);
    expect(prompts({ ...LARGE, matrices: true }, 'q4')).toEqual([DEFAULT_KNOBS]);
    expect([prompts(without, 'q4'), prompts(LARGE, 'float')]).toEqual([[DEFAULT_KNOBS], [DEFAULT_KNOBS]]);
  });

  it('decide the shape', () => {
    const { q4, q8, float } = FORMATS;
    const knobs = {
      q4: { ...DEFAULT_KNOBS.q4, groups: 4, busyGroups: 512, chunk: 1024, lanes: 128 },
      q8: { ...DEFAULT_KNOBS.q8, groups: 16, busyGroups: 4096, chunk: 256, integerDot: true },
      float: { workgroup: 64, rows: 2 },
    };
    const target = { ...LARGE, knobs };
    const shapeOf = (format: WeightFormat, stride: number, rows: number, paired = false) => {
      const { constants, x } = gemvShape(target, { format, stride }, rows, paired);
      const { WG, LANES, ROWS, CHUNK, SUB, WHOLE } = constants;
      return { WG, LANES, ROWS, CHUNK, SUB, WHOLE, x };
    };
    const sub = { SUB: 32, WHOLE: 1 };
    // Busy with rows.
    expect(shapeOf(q4, 4096, 2048)).toEqual({ WG: 128, LANES: 32, ROWS: 4, CHUNK: 1024, ...sub, x: 'shared' });
    const own = { WG: 32, LANES: 32, ROWS: 8, CHUNK: undefined, ...sub, x: 'direct integers' };
    expect(shapeOf(q8, 4096, 16_384, true)).toEqual(own);
    knobs.q8.direct = false;
    const together = { WG: 512, LANES: 32, ROWS: 4, CHUNK: 256, ...sub, x: 'shared integers' };
    expect(shapeOf(q8, 4096, 16_384, true)).toEqual(together);
    knobs.q8.direct = true;
    // Not busy: many lanes share eight rows, or fewer where that leaves the GPU idle, but no more lanes than spans.
    expect(shapeOf(q4, 4096, 2040)).toEqual({ WG: 256, LANES: 128, ROWS: 8, CHUNK: 1024, ...sub, x: 'shared' });
    expect(shapeOf(q4, 1024, 512)).toEqual({ WG: 64, LANES: 32, ROWS: 4, CHUNK: 1024, ...sub, x: 'shared' });
    expect(shapeOf(q8, 2048, 2048)).toEqual({ WG: 128, LANES: 128, ROWS: 1, CHUNK: undefined, ...sub, x: 'direct' });
    expect(shapeOf(q8, 2048, 2048, true).ROWS).toBe(2);
    expect(shapeOf(float, 8192, 2048, true)).toEqual({ WG: 64, LANES: 64, ROWS: 2 });
    expect([q4, q8, float].map(weightClass)).toEqual(['q4', 'q8', 'float']);
  });

  it('put no more rows in a group than it has lanes', () => {
    const target = { ...LARGE, minSubgroup: 4, maxSubgroup: 8 };
    const { constants } = gemvShape(target, { format: FORMATS.q8, stride: 64 }, 65_536, false);
    expect(constants).toEqual({ WG: 32, LANES: 4, ROWS: 4, SUB: 4, WHOLE: 0 });
  });
});
