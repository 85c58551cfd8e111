// npm run parity -- FOLDER [--filter NAME] [--limits default] [--without f16,subgroups,timestamps]
//   [--kernels hardware|software] [--tolerance 1e-4]
// Runs each case of a folder (a checkpoint with the reference's inputs and outputs; docs/parity.md) in a real browser.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { GpuOptions, OptionalFeature } from '../src/index.ts';
import type { CaseResult } from './parity-page.ts';
import { withPage } from './serve-page.ts';

const USAGE =
  'usage: npm run parity -- FOLDER [--filter NAME] [--limits default] [--without f16,subgroups,timestamps] [--kernels hardware|software] [--tolerance 1e-4]';

/** The folders below `folder` that hold a case, or the folder itself. */
export function findCases(folder: string, filter: string | undefined): string[] {
  if (existsSync(join(folder, 'case.json'))) return [''];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'case.json')))
    .filter((name) => filter === undefined || name.includes(filter))
    .sort();
}

/** Whether a result is within tolerance, and its line. */
export function judge(result: CaseResult, tolerance: number): { passed: boolean; line: string } {
  const errors = Object.entries(result.errors);
  const passed =
    result.failure === undefined &&
    errors.length > 0 &&
    errors.every(([, error]) => error <= tolerance) &&
    result.greedyEqual !== false;
  const parts = errors.map(([output, error]) => `${output} ${error.toExponential(1)}`);
  if (result.greedyEqual !== undefined) parts.push(result.greedyEqual ? 'greedy ids equal' : 'GREEDY IDS DIFFER');
  if (result.failure !== undefined) parts.push(result.failure);
  return { passed, line: `${passed ? 'ok  ' : 'FAIL'} ${result.name}: ${parts.join(', ')}` };
}

export async function main(args: string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      filter: { type: 'string' },
      limits: { type: 'string' },
      without: { type: 'string' },
      kernels: { type: 'string' },
      tolerance: { type: 'string', default: '1e-4' },
    },
  });
  const [folder] = positionals;
  if (
    !folder ||
    !existsSync(folder) ||
    (values.limits && !['best', 'default'].includes(values.limits)) ||
    (values.kernels && !['hardware', 'software'].includes(values.kernels))
  ) {
    console.error(folder && !existsSync(folder) ? `${folder} does not exist\n${USAGE}` : USAGE);
    return 2;
  }
  const tolerance = Number(values.tolerance);
  const gpuOptions: GpuOptions = {
    limits: values.limits === 'default' ? 'default' : 'best',
    without: (values.without?.split(',').filter(Boolean) ?? []) as OptionalFeature[],
    ...(values.kernels ? { kernels: values.kernels as 'hardware' | 'software' } : {}),
  };
  const cases = findCases(folder, values.filter);
  if (cases.length === 0) {
    console.error(`no case in ${folder}${values.filter ? ` has "${values.filter}" in its name` : ''}`);
    return 2;
  }
  let failed = 0;
  await withPage({ module: '/tools/parity-page.ts', folders: { '/cases/': folder } }, async (page) => {
    for (const name of cases) {
      const result = await page.evaluate(
        ({ url, options }) => {
          const { page: module } = globalThis as unknown as { page: typeof import('./parity-page.ts') };
          return module.runCase(new URL(url, location.href).href, options);
        },
        { url: `/cases/${name}`, options: gpuOptions },
      );
      const { passed, line } = judge(result, tolerance);
      if (!passed) failed++;
      console.log(line);
    }
  });
  console.log(`${cases.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
