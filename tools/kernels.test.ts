// Checks the WGSL of every kernel with all features, which the adapters that tests run on lack: Dawn's null backend runs nothing, but
// takes the features and validates as a browser does.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, globals } from 'webgpu';
import { featureNames, Gpu, OPTIONAL_FEATURES } from '../src/gpu/device.ts';
import { loadMatrixShaders } from '../src/gpu/matrix-shaders.ts';
import { type KernelTarget, kernelTarget } from '../src/kernels/kernel.ts';
import { Bench } from '../test/kernels/kernel-case.ts';
import { SUITES } from '../test/kernels/run-cases.ts';

/** Kept here: Dawn crashes when its entry is garbage-collected while devices live. */
const dawn = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
let gpu: Gpu;
let target: KernelTarget;

beforeAll(async () => {
  Object.assign(globalThis, globals);
  const adapter = await dawn.requestAdapter();
  if (!adapter) throw new Error('Dawn has no null backend');
  const device = await adapter.requestDevice({ requiredFeatures: featureNames(OPTIONAL_FEATURES) });
  await loadMatrixShaders();
  gpu = new Gpu(device, adapter.info, new Set(OPTIONAL_FEATURES), 'hardware');
  // The null backend names neither matrix shapes nor the workgroup memory that GPUs with matrices have.
  target = { ...kernelTarget(gpu), minSubgroup: 32, maxSubgroup: 32, matrices: true, maxWorkgroupBytes: 49_152 };
});
afterAll(() => gpu.dispose());

describe('kernels with every feature', () => {
  it.each(Object.entries(SUITES))('%s compile', async (_name, { cases, matrixShaders = [] }) => {
    const compiled = new Set<string>();
    const codes = new Set<string>();
    for (const each of cases.filter(({ once }) => !once)) {
      const bench = new Bench(gpu, each.name, false, target);
      try {
        for (const { source } of each.prepare(bench).launches) {
          if (!codes.has(source.code)) {
            const { messages } = await gpu.device.createShaderModule(source).getCompilationInfo();
            const errors = messages.filter(({ type }) => type === 'error');
            expect(errors.map(({ message, lineNum }) => `${source.label}, line ${lineNum}: ${message}`)).toEqual([]);
          }
          codes.add(source.code);
          compiled.add(source.label.split(':')[0] as string);
        }
      } finally {
        bench.dispose();
      }
    }
    expect([...compiled]).toEqual(expect.arrayContaining([...matrixShaders]));
  });
});
