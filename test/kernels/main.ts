// Runs every kernel case against its CPU reference in Node: tools/kernels.ts bundles and starts this.
import { parseArgs } from 'node:util';
import { OPTIONAL_FEATURES, type OptionalFeature, openGpu } from '../../src/gpu/device.ts';
import { kernelTarget } from '../../src/kernels/kernel.ts';
import { runCase, SUITES } from './run-cases.ts';

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      without: { type: 'string', default: '' },
      limits: { type: 'string', default: 'best' },
      filter: { type: 'string', default: '' },
      dawn: { type: 'string', default: '' },
    },
  });
  const gpu = await openGpu({
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
  gpu.dispose();
  console.log(`shaders: ${[...ran].sort().join(' ')}`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
