// Runs every kernel case against its CPU reference, on the device as it is and on poorer ones.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gpu, type GpuOptions, OPTIONAL_FEATURES, openGpu } from '../../src/gpu/device.ts';
import { kernelTarget } from '../../src/kernels/kernel.ts';
import { IS_SWEEP } from '../sweep.ts';
import { type DoneCases, runCase, SUITES } from './run-cases.ts';

const SHADERS = Object.keys(import.meta.glob(['../../shaders/**/*.wgsl', '!../../shaders/lib/**']));

interface Variant {
  name: string;
  options: GpuOptions;
  first?: boolean;
  software?: boolean;
}

/** Default limits come first: what runs there fits every device. Later variants run what gets another kernel than before. */
const VARIANTS: readonly Variant[] = [
  { name: 'default limits', options: { limits: 'default' }, first: true },
  { name: 'default limits, no optional features', options: { limits: 'default', without: OPTIONAL_FEATURES } },
  { name: 'all limits and features', options: {} },
  { name: 'software workgroups', options: {}, software: true },
  { name: 'software workgroups, no optional features', options: { without: OPTIONAL_FEATURES }, software: true },
];

const done: DoneCases = new Set();

describe('kernel cases', () => {
  it('cover every shader', () => {
    const covered = new Set(
      Object.values(SUITES).flatMap(({ shaders, matrixShaders = [] }) =>
        [...shaders, ...matrixShaders].map((shader) => shader.split(' ')[0] as string),
      ),
    );
    const shaders = SHADERS.map((path) => path.replace(/^.*shaders\//, '').replace(/\.wgsl$/, ''));
    expect(shaders.filter((shader) => !covered.has(shader))).toEqual([]);
    expect([...covered].filter((shader) => !shaders.includes(shader))).toEqual([]);
  });

  it('have names of their own', () => {
    const names = Object.values(SUITES).flatMap(({ cases }) => cases.map(({ name }) => name));
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

describe.each(VARIANTS)('on $name', ({ options, first, software }) => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openGpu(options);
    const absent = OPTIONAL_FEATURES.filter((feature) => !gpu.features.has(feature));
    if (first && absent.length > 0) console.warn(`this adapter lacks ${absent.join(', ')}: their variants did not run`);
  });
  afterAll(() => gpu.dispose());

  describe.each(Object.entries(SUITES))('%s', (_, { shaders, matrixShaders = [], cases }) => {
    const ran = new Set<string>();
    const chosen = cases.filter(
      ({ once, hardwareOnly }) => (first || IS_SWEEP || !once) && !(software && hardwareOnly),
    );
    it.each(chosen.map((each) => [each.name, each] as const))('%s', async (_name, each) => {
      for (const shader of await runCase(gpu, each, done, software)) ran.add(shader);
    });

    it('ran its shaders with subgroup matrices where there are any', () => {
      const wanted = !software && kernelTarget(gpu).matrices ? matrixShaders : [];
      expect([...ran].filter((shader) => matrixShaders.includes(shader)).sort()).toEqual([...wanted].sort());
    });

    if (!first) return;
    it('ran each of its shaders, and no other', () => {
      expect([...ran].sort()).toEqual([...shaders].sort());
    });
  });

  it('leaves no buffer behind', () => {
    expect(gpu.buffers.liveCount).toBe(0);
  });
});
