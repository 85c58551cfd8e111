// A model with pseudo-random weights, for benchmarks and tests: apart from what loads models, so that pages do not download it.
import type { Gpu } from '../gpu/device.ts';
import { withErrorScopes } from '../gpu/error-scopes.ts';
import { paddedRows } from '../graph/weights.ts';
import { runLaunch } from '../kernels/bound-launch.ts';
import { fillRandom } from '../kernels/weight-data.ts';
import type { Model } from '../models/model.ts';
import { type FormatOptions, formatFor, weightSpecs } from './load-weights.ts';
import { fullGraph, knobsFor, kvDTypeFor, LoadedModel } from './loaded-model.ts';
import type { TuneOptions } from './tuner.ts';
import { WeightStore } from './weight-store.ts';

/** @throws {DeviceMemoryError} the weights do not fit. */
export async function randomModel(
  gpu: Gpu,
  model: Model,
  options: FormatOptions & TuneOptions,
  seed = 1,
): Promise<LoadedModel> {
  const knobs = await knobsFor(gpu, model, options, undefined);
  const weights = new WeightStore(gpu);
  await withErrorScopes(gpu, 'Making random weights', async () => {
    let made = 0;
    for (const spec of weightSpecs(fullGraph(model))) {
      if (spec.kind === 'vector') {
        weights.addVector(spec);
        weights.setVector(spec, new Float32Array(spec.width).fill(1));
        continue;
      }
      const weight = weights.addMatrix(spec, formatFor(spec, options, undefined));
      for (const part of weight.parts) {
        const launch = fillRandom({
          to: weight.format,
          destination: part.buffer,
          rows: part.rows,
          stride: weight.stride,
          spread: Math.sqrt(3 / (spec.blockRows ?? paddedRows(spec))),
          seed: seed + made++,
        });
        await runLaunch(gpu, launch);
      }
    }
    await gpu.queue.onSubmittedWorkDone();
  });
  return new LoadedModel(gpu, model, weights, kvDTypeFor(options), knobs);
}
