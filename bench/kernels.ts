// Measures the kernels of a decode and of a prefill step, op by op, beside what the device gives at most.

import type { Op } from '../src/graph/graph.ts';
import { resultOf, weightsOf } from '../src/graph/graph.ts';
import type { Plan } from '../src/graph/plan.ts';
import type { MatrixSpec } from '../src/graph/weights.ts';
import type { KvDType } from '../src/kernels/attention.ts';
import type { StepSize } from '../src/kernels/kernel.ts';
import { GREEDY } from '../src/kernels/sampling.ts';
import { keptDType } from '../src/runtime/kv-cache.ts';
import type { LoadedModel } from '../src/runtime/loaded-model.ts';
import { Sampler } from '../src/runtime/sampler.ts';
import { Session } from '../src/runtime/session.ts';
import type { KernelKnobs } from '../src/runtime/tuner.ts';
import {
  type BenchControl,
  type BenchDType,
  type BenchOptions,
  type Combination,
  combinations,
  openShape,
  promptOf,
  round,
} from './bench.ts';
import { type Cost, costOf } from './cost.ts';
import { measurePeaks, type Peaks } from './peaks.ts';
import { timeRepeats } from './time-repeats.ts';

/** One line of `npm run bench -- --kernels`. */
export interface KernelResult {
  engine: 'intab';
  what: 'kernels';
  runtime: string;
  adapter: string;
  shape: string;
  dtype: BenchDType;
  kv_cache_dtype: KvDType;
  /** The knobs of the kernels that decode: the defaults where nothing was tuned. */
  tuned: KernelKnobs;
  peaks: Peaks;
  steps: StepKernels[];
  notes: readonly string[];
}

export interface StepKernels {
  step: 'decode' | 'prefill';
  /** New tokens, and those in the cache before them. */
  tokens: number;
  past: number;
  /** The whole step, and the sum of its ops. */
  us: number;
  sum_us: number;
  bytes: number;
  gb_s: number;
  gflop_s: number;
  ops: OpTime[];
}

/** All ops of one kind in a step: one per layer or one in all, and in a prompt those of the last layer's kept rows apart. */
export interface OpTime {
  op: string;
  /** Labels of the kernels that an op runs. */
  kernels: string[];
  /** Of one op. */
  us: number;
  count: number;
  total_us: number;
  bytes: number;
  flops: number;
  gb_s: number;
  gflop_s: number;
  /** As shares of the measured peaks. */
  of_copy: number;
  of_read: number;
  of_multiply_add: number;
  /** The ops of this kind together fit the caches of a large GPU, so that bytes may come faster than from memory. */
  cached: boolean;
}

/** The second-level cache of large GPUs. */
const CACHE_BYTES = 50e6;
const NOTES = [
  'µs: one op, by running the ops of its kind of all layers in turn, many times in one submit',
  'bytes and FLOP: the least an op needs, each input, weight and result once; of experts those that an even router chooses',
  'cached: all ops of a kind together read and write less than 50 MB, which large GPUs keep in their L2 cache when nothing runs between: their rates flatter, and may exceed the memory’s',
  'a step and the sum of its ops differ: in a step other kernels run between, and caches hold what the one before wrote',
];

/**
 * Measures each combination of prompt and context: a decode step behind the context, and a prefill step of the prompt's last chunk.
 * @throws as `runBench`.
 */
export async function* runKernelBench(
  options: BenchOptions,
  runtime: string,
  { signal }: Pick<BenchControl, 'signal'> = {},
): AsyncGenerator<KernelResult, void, undefined> {
  const all = combinations(options);
  const loaded = await openShape(options, Math.max(...all.map(({ contextTokens }) => contextTokens)) + 1, signal);
  try {
    const peaks = await measurePeaks(loaded.gpu);
    for (const combination of all) {
      signal?.throwIfAborted();
      yield {
        engine: 'intab',
        what: 'kernels',
        runtime,
        adapter: loaded.gpu.name,
        shape: options.shape,
        dtype: options.dtype,
        kv_cache_dtype: keptDType(loaded.model.attention, loaded.kvDType),
        tuned: loaded.knobs,
        peaks,
        steps: await measureSteps(loaded, combination, peaks),
        notes: NOTES,
      };
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    loaded.gpu.dispose();
  }
}

async function measureSteps(
  loaded: LoadedModel,
  { promptTokens, contextTokens }: Combination,
  peaks: Peaks,
): Promise<StepKernels[]> {
  const session = await Session.open(loaded, { capacity: contextTokens + 1 });
  const sampler = new Sampler(session);
  const { chunkTokens, cache } = session;
  const tail = sampler.tail(GREEDY);
  const steps = [
    { step: 'decode', tokens: 1, past: contextTokens, kept: 0, head: 'logits', most: 1 },
    {
      step: 'prefill',
      tokens: Math.min(promptTokens, chunkTokens),
      past: contextTokens - Math.min(promptTokens, chunkTokens),
      kept: 1,
      head: 'keptLogits',
      most: chunkTokens,
    },
  ] as const;
  try {
    const results: StepKernels[] = [];
    for (const { step, tokens, past, kept, head, most } of steps) {
      const plan = await session.plan({ input: 'ids', head, tokens: most, kept, tail });
      sampler.begin(GREEDY, [[0]]);
      loaded.gpu.queue.writeBuffer(session.ids, 0, Uint32Array.from(promptOf(tokens, loaded.model.vocabSize, 0)));
      loaded.gpu.queue.writeBuffer(session.kept, 0, Uint32Array.of(tokens - 1));
      cache.length = past;
      const size = session.beginStep(tokens, kept, 0, past + tokens, (_, t) => past + t);
      const ops = await measureOps(session, plan, size, peaks);
      const us = 1000 * (await timeRepeats(loaded.gpu, (pass) => plan.encode(pass, size)));
      const bytes = ops.reduce((sum, op) => sum + op.bytes * op.count, 0);
      const flops = ops.reduce((sum, op) => sum + op.flops * op.count, 0);
      results.push({
        step,
        tokens,
        past,
        us: round(us),
        sum_us: round(ops.reduce((sum, op) => sum + op.total_us, 0)),
        bytes,
        gb_s: round(bytes / 1e3 / us),
        gflop_s: round(flops / 1e3 / us),
        ops,
      });
    }
    return results;
  } finally {
    sampler.dispose();
    session.dispose();
  }
}

async function measureOps(session: Session, plan: Plan, size: StepSize, peaks: Peaks): Promise<OpTime[]> {
  const { gpu, model, weights } = session.loaded;
  const facts = {
    size,
    kvDType: session.cache.dtype,
    matrixBytes: (spec: MatrixSpec) => weights.matrix(spec).parts.reduce((sum, { buffer }) => sum + buffer.size, 0),
  };
  const kinds = new Map<string, (Op | undefined)[]>();
  for (const op of plan.ops) {
    const name = nameOf(op);
    kinds.set(name, [...(kinds.get(name) ?? []), op]);
  }
  const timeOf = (ops: Iterable<Op | undefined>) => {
    const only = new Set(ops);
    return timeRepeats(gpu, (pass) => plan.encode(pass, size, only));
  };
  // The choice of the token reads the logits; it is no op of the graph.
  const choice: Cost = { bytes: model.vocabSize * 4, flops: model.vocabSize };
  const times: OpTime[] = [];
  for (const [name, ops] of kinds) {
    const [first] = ops;
    // Experts run by routes, which their own router has to have written last.
    const routers = plan.ops.filter((op) => op?.kind === 'route' && ops.some((each) => readsRoutes(each, op)));
    const routersMs = routers.length > 0 ? await timeOf(routers) : 0;
    const ms = Math.max((await timeOf([...routers, ...ops])) - routersMs, 0);
    const us = (1000 * ms) / ops.length;
    const { bytes, flops } = first ? costOf(first, facts) : choice;
    const gbS = bytes / 1e3 / us;
    const gflopS = flops / 1e3 / us;
    times.push({
      op: name,
      kernels: [...new Set(plan.labels(size, new Set([first])))],
      us: round(us),
      count: ops.length,
      total_us: round(us * ops.length),
      bytes: Math.round(bytes),
      flops: Math.round(flops),
      gb_s: round(gbS),
      gflop_s: round(gflopS),
      of_copy: round(gbS / peaks.copy_gb_s),
      of_read: round(gbS / peaks.read_gb_s),
      of_multiply_add: round(gflopS / peaks.multiply_add_gflop_s),
      cached: bytes * ops.length < CACHE_BYTES,
    });
  }
  return times.sort((a, b) => b.total_us - a.total_us);
}

function readsRoutes(op: Op | undefined, router: Op): boolean {
  return op?.kind === 'experts' && router.kind === 'route' && op.routes === router.y;
}

/**
 * The same for the ops of all layers that differ in nothing but the layer: `linear q_proj + k_proj + v_proj 3072×2048`. Ops on the few rows
 * that a prompt's head needs are named apart: they run other kernels.
 */
function nameOf(op: Op | undefined): string {
  if (!op) return 'choose the token';
  const [matrix] = weightsOf(op).filter((spec) => spec.kind === 'matrix');
  const parts = matrix?.sources.map(({ tensor }) =>
    tensor
      .replace(/\.weight$/, '')
      .split('.')
      .at(-1),
  );
  const window = 'shape' in op && op.shape.window !== undefined ? [`window ${op.shape.window}`] : [];
  const weight = matrix && [[...new Set(parts)].join(' + '), `${matrix.rows}×${matrix.width}`];
  const kept = resultOf(op)?.rows === 'kept' ? ['of kept rows'] : [];
  return [op.kind, ...window, ...(weight ?? []), ...kept].join(' ');
}
