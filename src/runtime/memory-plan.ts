// What a model takes on the GPU, counted from its configuration and its tensors' headers, before any weight is read.
import type { Gpu } from '../gpu/device.ts';
import { hasRoomFor } from '../gpu/memory-probe.ts';
import { FUSION_RULES } from '../graph/fusion/index.ts';
import { activationBytes } from '../graph/planner.ts';
import { type MatrixSpec, paddedRows, vectorLength } from '../graph/weights.ts';
import type { Checkpoint } from '../hub/checkpoint.ts';
import { formatName, formatRowBytes, kernelTarget, type WeightFormat, WIDTH_STEP } from '../kernels/kernel.ts';
import type { Model } from '../models/model.ts';
import { alignUp } from '../tensor/dtype.ts';
import { kvCacheBytes } from './kv-cache.ts';
import { type DTypeChoice, type FormatOptions, formatFor, isQuantizedCheckpoint, weightSpecs } from './load-weights.ts';
import { fullGraph, kvDTypeFor } from './loaded-model.ts';
import { MAX_STEP_ROWS } from './session.ts';

export interface MemoryPlan {
  /** `auto`: as the weights are stored, where they are quantised already. */
  dtype: DTypeChoice;
  weightBytes: number;
  /** Keys and values of `contextLength` tokens. */
  kvCacheBytes: number;
  /** Activations of a prefill chunk and of a decode step. */
  scratchBytes: number;
  totalBytes: number;
  /** The largest piece that is bound at once; matrices larger than the device's limit are split. */
  largestBinding: { name: string; sizeBytes: number; limitBytes: number };
}

/** Bytes of a matrix on the GPU. */
export function matrixBytes(spec: MatrixSpec, format: WeightFormat): number {
  return paddedRows(spec) * formatRowBytes(format, alignUp(spec.width, WIDTH_STEP));
}

/** Counts what a model takes with these formats and a context of so many tokens. */
export function planMemory(
  gpu: Gpu,
  model: Model,
  checkpoint: Checkpoint,
  options: FormatOptions & { dtype: DTypeChoice },
  contextLength: number,
): MemoryPlan {
  const limitBytes = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
  const largest = { name: '', sizeBytes: 0, limitBytes };
  const count = (name: string, sizeBytes: number) => {
    if (sizeBytes > largest.sizeBytes) Object.assign(largest, { name, sizeBytes: Math.min(sizeBytes, limitBytes) });
    return sizeBytes;
  };
  const weightBytes = weightSpecs(fullGraph(model)).reduce((sum, spec) => {
    if (spec.kind === 'vector') return sum + vectorLength(spec) * 4;
    return sum + count(spec.name, matrixBytes(spec, formatFor(spec, options, checkpoint)));
  }, 0);
  const cache = kvCacheBytes(model.attention, contextLength, kvDTypeFor(options, checkpoint));
  count('keys of one layer', cache / (2 * model.layers));
  const tokens = model.bidirectional ? contextLength : Math.min(MAX_STEP_ROWS, contextLength);
  const keepsFew = model.task === 'causal' || model.task === 'sequence-classification';
  const graph = keepsFew ? model.record({ input: 'ids', head: 'keptLogits' }) : fullGraph(model);
  const scratch = [tokens, 1].map((stepTokens) =>
    activationBytes(
      graph,
      { batch: 1, tokens: stepTokens, kept: 1, slots: contextLength },
      FUSION_RULES,
      kernelTarget(gpu),
    ),
  );
  const scratchBytes = scratch.reduce((sum, bytes) => sum + bytes, 0);
  return {
    dtype: options.dtype,
    weightBytes,
    kvCacheBytes: cache,
    scratchBytes,
    totalBytes: weightBytes + cache + scratchBytes,
    largestBinding: largest,
  };
}

/** The dtypes to choose from, from the most exact down: how most weights are stored, then the smaller ones. */
export function dtypesFrom(model: Model, checkpoint: Checkpoint): DTypeChoice[] {
  const bytes = new Map<string, number>();
  for (const spec of weightSpecs(fullGraph(model))) {
    if (spec.kind !== 'matrix') continue;
    const name = formatName(formatFor(spec, {}, checkpoint));
    bytes.set(name, (bytes.get(name) ?? 0) + spec.rows * spec.width);
  }
  const [stored = 'f32'] = [...bytes].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const smaller = ['q8', 'q4'] as const;
  if (stored === 'f32') return ['f32', 'f16', ...smaller];
  if (isQuantizedCheckpoint(checkpoint)) return stored.startsWith('q4') ? ['auto'] : ['auto', 'q4'];
  return [stored === 'bf16' ? 'bf16' : 'f16', ...smaller];
}

export interface FittingPlan {
  plans: (MemoryPlan & { fits: boolean })[];
  /** The first that fits. */
  best: MemoryPlan | undefined;
}

/** Plans for several dtypes, from the first that fits on; those after it take less and fit too. */
export async function planDTypes(
  gpu: Gpu,
  model: Model,
  checkpoint: Checkpoint,
  options: FormatOptions & { memory_budget_bytes?: number | undefined },
  contextLength: number,
  dtypes = dtypesFrom(model, checkpoint),
): Promise<FittingPlan> {
  const budget = options.memory_budget_bytes ?? Number.POSITIVE_INFINITY;
  const plans: FittingPlan['plans'] = [];
  let best: MemoryPlan | undefined;
  for (const dtype of dtypes) {
    const plan = planMemory(gpu, model, checkpoint, { ...options, dtype }, contextLength);
    const fits = plan.totalBytes <= budget && (best !== undefined || (await hasRoomFor(gpu, plan.totalBytes)));
    plans.push({ ...plan, fits });
    if (fits) best ??= plans.at(-1);
  }
  return { plans, best };
}
