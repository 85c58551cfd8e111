// npm run kernels -- [--without LIST] [--limits default] [--filter TEXT] [--dawn "SWITCHES"]
// Runs every kernel case against its CPU reference in Node on this machine's GPU, which may have what a software adapter lacks.
import { parseArgs } from 'node:util';
import { OPTIONAL_FEATURES, type OptionalFeature, openGpu } from '../src/gpu/device.ts';
import { kernelTarget } from '../src/kernels/kernel.ts';
import { runCase, SUITES } from '../test/kernels/run-cases.ts';

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      without: { type: 'string', default: '' },
      limits: { type: 'string', default: 'best' },
      filter: { type: 'string', default: '' },
      dawn: { type: 'string', default: '' },
    },
  });
  using gpu = await openGpu({
    without: values.without.split(',').filter(Boolean) as OptionalFeature[],
    limits: values.limits === 'default' ? 'default' : 'best',
    kernels: 'hardware',
    dawn: values.dawn.split(/\s+/).filter(Boolean),
  });
  const absent = OPTIONAL_FEATURES.filter((feature) => !gpu.features.has(feature));
  console.log(
    `${gpu.name}: without ${absent.join(', ') || 'nothing'}; subgroup matrices ${kernelTarget(gpu).matrices}`,
  );
  const done = new Set<string>();
  const ran = new Set<string>();
  let passed = 0;
  let failed = 0;
  for (const { cases } of Object.values(SUITES)) {
    for (const each of cases.filter(({ name }) => name.includes(values.filter))) {
      try {
        for (const shader of await runCase(gpu, each, done)) ran.add(shader);
        passed++;
      } catch (error) {
        failed++;
        console.log(`FAIL ${each.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  console.log(`shaders: ${[...ran].sort().join(' ')}`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
