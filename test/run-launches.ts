// Runs launches outside a model: compiles them, makes their bind groups and submits them as one step, as a plan does.
import type { Gpu } from '../src/gpu/device.ts';
import { withErrorScopes } from '../src/gpu/error-scopes.ts';
import { Plan } from '../src/graph/plan.ts';
import type { Grid, Launch, StepSize } from '../src/kernels/kernel.ts';

/** One sequence, one new token, nothing cached. */
export const ONE_TOKEN: StepSize = { batch: 1, tokens: 1, past: 0, kept: 1, splits: 1, capacity: 1, counter: 0 };

/** Those that have something to do at a size: of the tiles of a product, the one that takes it. */
export function activeLaunches(launches: readonly Launch[], size: StepSize): Launch[] {
  const groups: Grid = [0, 0, 0];
  return launches.filter(({ grid }) => {
    grid(size, groups);
    return groups[0] > 0;
  });
}

/**
 * Runs launches in order, in one pass, inside error scopes. Resolves with the labels of the dispatches.
 * @throws {GpuValidationError} a kernel does not compile or WebGPU rejects a call.
 */
export function runLaunches(gpu: Gpu, launches: readonly Launch[], size: StepSize): Promise<string[]> {
  return withErrorScopes(gpu, 'Test', async () => {
    const parts = { label: 'test', launches, input: undefined, outputs: new Map(), extra: new Map(), owned: [] };
    const plan = await Plan.create(gpu, parts);
    plan.run(size);
    return plan.labels(size);
  });
}
