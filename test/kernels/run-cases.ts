// Runs every kernel case once on a device: what tests and `npm run kernels` share.
import type { Gpu } from '../../src/gpu/device.ts';
import { activeLaunches, runLaunches } from '../run-launches.ts';
import { Bench, type KernelCase, type KernelSuite } from './kernel-case.ts';

export const SUITES = import.meta.glob<KernelSuite>('./cases/*.ts', { import: 'SUITE', eager: true });

/** Cases and kernels that have run, by name, code and knobs. */
export type DoneCases = Set<string>;

/**
 * Runs a case against its CPU reference, unless the very same kernels have run it. Gives the names of the shaders that ran.
 * @throws an Error that names the first wrong element.
 */
export async function runCase(gpu: Gpu, each: KernelCase, done: DoneCases, software = false): Promise<string[]> {
  const bench = new Bench(gpu, each.name, software);
  try {
    const { launches: all, size, expectations } = each.prepare(bench);
    // Others would only be compiled, which takes software adapters seconds.
    const launches = activeLaunches(all, size);
    const key = JSON.stringify([each.name, launches.map(({ source }) => [source.code, source.constants])]);
    if (done.has(key)) return [];
    const labels = await runLaunches(gpu, launches, size);
    for (const expectation of expectations) await bench.check(expectation);
    done.add(key);
    return labels.map((label) => label.split(':')[0] as string);
  } finally {
    bench.dispose();
  }
}
