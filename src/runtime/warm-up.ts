// What makes the first prompt as fast as the others: kernels compiled while the weights are still read, and a first step whose result
// is thrown away, because drivers put off work until a kernel runs.
import type { Gpu } from '../gpu/device.ts';
import { FUSION_RULES } from '../graph/fusion/index.ts';
import { plannedKernels } from '../graph/planner.ts';
import { kernelTarget } from '../kernels/kernel.ts';
import { GREEDY } from '../kernels/sampling.ts';
import { decodeStep, lastPrefillStep, prefillStep, TokenLoop } from './generate.ts';
import { keptDType } from './kv-cache.ts';
import type { LoadedModel } from './loaded-model.ts';
import { samplerLaunches } from './sampler.ts';
import { MAX_STEP_ROWS, type PlanTail, Session } from './session.ts';

/** Slots for the tokens of a first step, more than a GEMV takes: the kernels are those of long prompts. */
const WARM_UP_SLOTS = 16;

/**
 * Compiles the kernels that one sequence is generated with, all at once, as soon as the weights' buffers are there. Nothing is allocated;
 * the kernels lie in the device's cache, where sessions find them. A kernel that does not compile is an error where it is used.
 */
export async function compileGeneration(
  loaded: Pick<LoadedModel, 'gpu' | 'model' | 'weights' | 'kvDType' | 'knobs'>,
): Promise<void> {
  const { gpu, model, weights, knobs } = loaded;
  const target = kernelTarget(gpu, knobs);
  // No kernel's source depends on a buffer, so that one takes the place of all.
  const standIn = gpu.buffers.storage('stand-in', 16);
  const dtype = keptDType(model.attention, loaded.kvDType);
  const buffers = { settings: standIn, seen: standIn, best: standIn, scores: standIn, ids: standIn, step: standIn };
  const tail: PlanTail = {
    key: 'greedy and sampled',
    launches: (output) =>
      [true, false].flatMap((greedy) => samplerLaunches(target, output('logits'), buffers, model.vocabSize, greedy)),
  };
  const resources = {
    matrix: weights.matrix.bind(weights),
    vector: weights.vector.bind(weights),
    cache: () => ({ keys: standIn, values: standIn, dtype }),
    ids: standIn,
    kept: standIn,
    step: standIn,
  };
  let compiling: Promise<unknown>[];
  try {
    const steps = [decodeStep(tail), lastPrefillStep(MAX_STEP_ROWS, tail), prefillStep(MAX_STEP_ROWS)];
    const kernels = steps.flatMap((step) =>
      plannedKernels(
        gpu,
        model.record(step),
        {
          label: 'warm-up',
          size: { batch: 1, tokens: step.tokens, kept: step.kept, slots: MAX_STEP_ROWS },
          rules: FUSION_RULES,
          resources,
          knobs,
          ...(step.tail ? { tail: step.tail.launches } : {}),
        },
        standIn,
      ),
    );
    compiling = compileAll(gpu, kernels);
  } finally {
    gpu.buffers.release(standIn);
  }
  await Promise.allSettled(compiling);
}

/** Begins to compile in an error scope of its own: what is wrong with a shader must not end the load that goes on beside it. */
function compileAll(gpu: Gpu, kernels: ReturnType<typeof plannedKernels>): Promise<unknown>[] {
  gpu.device.pushErrorScope('validation');
  try {
    return kernels.map((kernel) => gpu.pipelines.compile(kernel));
  } finally {
    gpu.device.popErrorScope().catch(() => undefined);
  }
}

/**
 * Runs a prompt of one token and a step after it, and forgets both. What fails here fails again, with its reason, at the first prompt.
 * @throws the signal's reason on abort.
 */
export async function warmUp(loop: TokenLoop, signal: AbortSignal | undefined): Promise<void> {
  const settings = { maxNewTokens: 2, eosTokenIds: [], sampling: GREEDY };
  try {
    for await (const _ of loop.run([[0]], settings, { signal })) {
      // only for its effect
    }
  } catch {
    signal?.throwIfAborted();
  } finally {
    loop.assumeCached([]);
  }
}

/**
 * The same for a model whose sessions come later, in a session of a few slots.
 * @throws the signal's reason on abort.
 */
export async function warmUpModel(loaded: LoadedModel, signal: AbortSignal | undefined): Promise<void> {
  const session = await Session.open(loaded, { capacity: WARM_UP_SLOTS }).catch(() => undefined);
  if (!session) return;
  const loop = new TokenLoop(session);
  try {
    await warmUp(loop, signal);
  } finally {
    loop.dispose();
  }
}
