// npm run parity -- FOLDER [--filter NAME] [--limits default] [--without f16,subgroups,matrices,integerDot,timestamps]
//   [--kernels hardware|software] [--tolerance 1e-4] [--runtime node] [--dawn "SWITCHES"]
// Runs each case of a folder (a checkpoint with the reference's inputs and outputs; docs/parity.md) in a real browser, or in Node on Dawn.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { GpuOptions, OptionalFeature } from '../src/index.ts';
import { bundleForNode } from './bundle-node.ts';
import type { CaseResult } from './parity-page.ts';
import { withPage } from './serve-page.ts';

const USAGE =
  'usage: npm run parity -- FOLDER [--filter NAME] [--limits default] [--without f16,subgroups,matrices,integerDot,timestamps] [--kernels hardware|software] [--tolerance 1e-4] [--runtime node|chromium] [--dawn "SWITCHES"]';

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
      runtime: { type: 'string', default: 'chromium' },
      dawn: { type: 'string', default: '' },
    },
  });
  const [folder] = positionals;
  if (
    !folder ||
    !existsSync(folder) ||
    (values.limits && !['best', 'default'].includes(values.limits)) ||
    (values.kernels && !['hardware', 'software'].includes(values.kernels)) ||
    !['node', 'chromium'].includes(values.runtime)
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
  let passed = 0;
  const take = (result: CaseResult) => {
    const judged = judge(result, tolerance);
    if (judged.passed) passed++;
    console.log(judged.line);
  };
  if (values.runtime === 'node') {
    const dawn = values.dawn.split(/\s+/).filter(Boolean);
    for (const result of await runInNode(folder, cases, { ...gpuOptions, dawn })) take(result);
  } else await runInBrowser(folder, cases, gpuOptions, take);
  const failed = cases.length - passed;
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The results of the cases that ran; a crash ends them. */
async function runInNode(folder: string, cases: readonly string[], options: GpuOptions): Promise<CaseResult[]> {
  const program = await bundleForNode('tools/parity-node.ts', '.cache/parity/parity.mjs');
  const request = JSON.stringify({ folder: resolve(folder), cases, options });
  const { stdout } = spawnSync(process.execPath, [program, request], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as CaseResult);
}

async function runInBrowser(
  folder: string,
  cases: readonly string[],
  options: GpuOptions,
  take: (result: CaseResult) => void,
): Promise<void> {
  await withPage({ module: '/tools/parity-page.ts', folders: { '/cases/': folder } }, async (page) => {
    for (const name of cases) {
      const result = await page.evaluate(
        ({ url, gpuOptions }) => {
          const { page: module } = globalThis as unknown as { page: typeof import('./parity-page.ts') };
          return module.runCase(new URL(url, location.href).href, gpuOptions);
        },
        { url: `/cases/${name}`, gpuOptions: options },
      );
      take(result);
    }
  });
}
