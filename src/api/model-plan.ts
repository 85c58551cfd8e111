// planModel: what a model would take here and whether it runs, from its configuration and headers alone.
import { IntabError, SourceError, WebGpuUnavailableError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { loadPart } from '../load-part.ts';
import type { Task } from '../models/model.ts';
import { checkFormats } from '../runtime/load-weights.ts';
import type { MemoryPlan } from '../runtime/memory-plan.ts';
import { DEFAULT_CONTEXT, inWords, type LoadOptions, openHeaders } from './load.ts';

export interface ModelPlanOptions extends LoadOptions {
  /** What the model is for; `causal` unless stated. */
  task?: Task;
  /** Tokens of prompt and answer; what the model was trained for, but at most 4096, unless stated. */
  context_length?: number;
}

export interface ModelPlan {
  /** Whether the model runs on this device, with `dtype`. */
  runs: boolean;
  /** Why not; undefined where it runs. */
  reason: string | undefined;
  /** The most exact dtype that fits, or the one asked for. */
  dtype: MemoryPlan['dtype'] | undefined;
  /** Bytes of the weight files to fetch. */
  downloadBytes: number;
  contextLength: number;
  /** What each dtype takes on the GPU, from the most exact down. */
  plans: (MemoryPlan & { fits: boolean })[];
}

/**
 * Reads a model's configuration and headers (a few kilobytes, by range requests) and says what it would take.
 * @throws {SourceError} there is no such model; {InputError} a wrong option; {WebGpuUnavailableError} no WebGPU.
 */
export async function planModel(location: ModelLocation, options: ModelPlanOptions = {}): Promise<ModelPlan> {
  checkFormats(options);
  const { task = 'causal', dtype = 'auto' } = options;
  const nothing = { dtype: undefined, downloadBytes: 0, contextLength: 0, plans: [] };
  try {
    const { planDTypes } = await loadPart(import('../runtime/memory-plan.ts'));
    const { gpu, model, checkpoint } = await openHeaders(location, task, options);
    const contextLength = Math.min(options.context_length ?? DEFAULT_CONTEXT, model.maxPositions);
    const asked = dtype === 'auto' ? undefined : [dtype];
    const found = await planDTypes(gpu, model, checkpoint, options, contextLength, asked);
    return {
      runs: found.best !== undefined,
      reason: found.best ? undefined : `The GPU has no room for it: ${inWords(found.plans)}`,
      dtype: found.best?.dtype ?? asked?.[0],
      downloadBytes: checkpoint.totalBytes,
      contextLength,
      plans: found.plans,
    };
  } catch (error) {
    const isAboutModel = error instanceof IntabError && !(error instanceof SourceError);
    if (!isAboutModel || error instanceof WebGpuUnavailableError) throw error;
    return { runs: false, reason: error.message, ...nothing };
  }
}
