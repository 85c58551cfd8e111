// Chooses the knobs of the GEMV, which decoding spends its time in, and of prompts' GEMM, for the device at hand: once measured, in at
// most a second, and remembered for the adapter, the browser's version and the kernels. Whatever goes wrong, there are the defaults.
import { InputError } from '../errors.ts';
import type { Gpu } from '../gpu/device.ts';
import type { Graph } from '../graph/graph.ts';
import type { MatrixSpec } from '../graph/weights.ts';
import { quickSum } from '../hub/quick-sum.ts';
import { hexOf } from '../hub/sha256.ts';
import { type TuningRecords, tuningRecords } from '../hub/tuning-records.ts';
import { gemmTiles } from '../kernels/gemm-tiles.ts';
import {
  gemvShape,
  KNOB_CHANGES,
  knobCandidates,
  knobsRun,
  promptCandidates,
  WEIGHT_CLASSES,
  type WeightClass,
  weightClass,
} from '../kernels/gemv-shape.ts';
import {
  DEFAULT_KNOBS,
  type KernelKnobs,
  type KernelTarget,
  kernelTarget,
  targetLabel,
  type WeightFormat,
  type XForm,
} from '../kernels/kernel.ts';
import { gemvCode } from '../kernels/linear.ts';
import { type DecodeMatrix, decodeBytes, decodeMatrices, typicalMatrices } from './decode-matrices.ts';
import { KernelTimer } from './kernel-timer.ts';

export type { KernelKnobs } from '../kernels/kernel.ts';

export interface TuneOptions {
  /**
   * Whether the kernels that decode are fitted to the device, which takes up to a second once; or the knobs to use. On by default for
   * models that generate, but not on software adapters.
   */
  tune?: boolean | KernelKnobs | undefined;
  /** Whether results may be kept in the browser's storage. */
  cache?: boolean | undefined;
}

export const TUNING_BUDGET_MS = 1000;
/** Loads in which the time is not enough for all candidates of a class; then what was found last is kept for good. */
export const MAX_ATTEMPTS = 3;
/** Two measurements of the same differ by about this. */
const LEAST_GAIN = 0.03;
/** Samples of each candidate, of which the fastest counts: whatever disturbs a measurement only slows it down. */
const ROUNDS = 3;

/** Rows of a prompt, as it is timed. */
const PROMPT_ROWS = 256;
/** The default and what promises most for decoding: timed before prompts are. */
const FIRST_CANDIDATES = 2;
/** Of the time, for a class of which a token reads less. */
const LEAST_SHARE = 0.2;

/** What was found for a class of weights, and whether there was time for all candidates. */
interface Found {
  knobs: KernelKnobs;
  isComplete: boolean;
}

/** What is kept of an adapter: knobs by class, and of those not complete how many loads have tried. */
interface TuningRecord {
  knobs: Partial<KernelKnobs>;
  attempts: Partial<Record<WeightClass, number>>;
}

/** Products that are timed. */
interface TimedWork {
  matrices: readonly DecodeMatrix[];
  /** Bytes of a matrix's copies. */
  mostBytes: number;
  /** Rows of x: one as in decoding, or many as in a prompt. */
  rows: number;
}

/** Candidates, the default first, and their best times in milliseconds. */
interface TimedCandidates {
  candidates: readonly KernelKnobs[];
  /** Those that are to be timed, less those that turn out not to compile. */
  left: Set<KernelKnobs>;
  times: Map<KernelKnobs, number>;
  /** Where there is a choice. */
  timer?: Promise<CandidateTimer>;
  /** Why there is nothing to compare with: the default failed. */
  failure?: unknown;
}

interface Candidate {
  knobs: KernelKnobs;
  of: TimedCandidates;
  timer: CandidateTimer;
}

export interface CandidateTimer {
  /** Compiles the kernels for knobs. */
  prepare(knobs: KernelKnobs): Promise<unknown>;
  /** Milliseconds of the same work with any knobs. */
  time(knobs: KernelKnobs): Promise<number>;
  dispose(): void;
}

/** What a tuner depends on. */
export interface TunerParts {
  target: KernelTarget;
  /** What results are kept under: the adapter. */
  key: string;
  /** What they are good for: this browser and these kernels. */
  version: string;
  openTimer(
    matrices: readonly DecodeMatrix[],
    mostBytes: number,
    candidates: readonly KernelKnobs[],
    rows: number,
  ): Promise<CandidateTimer>;
  /** Milliseconds. */
  now(): number;
  /** Waits for work, but no longer than so many milliseconds. */
  waitFor(work: Promise<unknown>, timeoutMs: number): Promise<void>;
}

/** The tuner of one device: what was found for one model holds for the next. */
export class Tuner {
  readonly #parts: TunerParts;
  readonly #found: Partial<KernelKnobs> = {};
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: TunerParts) {
    this.#parts = parts;
  }

  /** The knobs for a model with these matrices. Never rejects. One model is measured at a time. */
  knobs(matrices: readonly DecodeMatrix[], records: TuningRecords): Promise<KernelKnobs> {
    const result = this.#last.then(() => this.#find(matrices, records));
    this.#last = result;
    return result;
  }

  async #find(matrices: readonly DecodeMatrix[], records: TuningRecords): Promise<KernelKnobs> {
    const classes = WEIGHT_CLASSES.filter((name) => matrices.some(({ format }) => weightClass(format) === name));
    const missing = () => classes.filter((name) => this.#found[name] === undefined);
    if (missing().length === 0) return { ...DEFAULT_KNOBS, ...this.#found };
    const { knobs: stored, attempts } = await this.#stored(records);
    for (const name of missing()) {
      // Drivers keep what they compiled, so there may be time for all when a model is loaded again.
      if ((attempts[name] ?? MAX_ATTEMPTS) >= MAX_ATTEMPTS) setKnobs(this.#found, name, stored[name]);
    }
    const { now } = this.#parts;
    const deadline = now() + TUNING_BUDGET_MS;
    const measured: TuningRecord = { knobs: {}, attempts: {} };
    const bytesOf = (name: WeightClass) => decodeBytes(matrices.filter(({ format }) => weightClass(format) === name));
    const left = missing().toSorted((a, b) => bytesOf(b) - bytesOf(a));
    let bytesLeft = left.reduce((sum, name) => sum + bytesOf(name), 0);
    for (const [i, name] of left.entries()) {
      try {
        // By what a token reads of each; what one class leaves of its time is the next one's.
        const share = i === left.length - 1 ? 1 : Math.max(bytesOf(name) / bytesLeft, LEAST_SHARE);
        bytesLeft -= bytesOf(name);
        const until = now() + (deadline - now()) * share;
        const { knobs, isComplete } = await this.#measure(name, matrices, until);
        setKnobs(measured.knobs, name, knobs[name]);
        if (!isComplete) measured.attempts[name] = (attempts[name] ?? 0) + 1;
      } catch {
        // Not kept: the next visit may have more luck. On this device once is enough.
        setKnobs(this.#found, name, DEFAULT_KNOBS[name]);
      }
    }
    Object.assign(this.#found, measured.knobs);
    if (Object.keys(measured.knobs).length > 0) await this.#store(records, measured);
    return { ...DEFAULT_KNOBS, ...this.#found };
  }

  async #measure(name: WeightClass, all: readonly DecodeMatrix[], deadline: number): Promise<Found> {
    const { target, now, waitFor } = this.#parts;
    const matrices = typicalMatrices(all.filter(({ format }) => weightClass(format) === name));
    // What makes the same shapes is the same.
    const byShapes = new Map<string, KernelKnobs>();
    for (const knobs of knobCandidates(target, name)) {
      const shapes = matrices.map((each) => gemvShape({ ...target, knobs }, each, each.rows, each.paired));
      const key = JSON.stringify(shapes);
      if (!byShapes.has(key)) byShapes.set(key, knobs);
    }
    const decode = this.#timed([...byShapes.values()], { matrices, mostBytes: decodeBytes(all), rows: 1 });
    // One copy of a matrix will do for prompts: its tiles are read again and again.
    const prompt = this.#timed(promptCandidates(target, name), { matrices, mostBytes: 0, rows: PROMPT_ROWS });
    const sampling = this.#sampleInTurn(decode, prompt, deadline);
    // Compiling cannot be stopped, but left behind.
    sampling.catch(() => undefined);
    await waitFor(sampling, deadline - now());
    if (decode.failure) throw decode.failure;
    const knobs = fastest(decode);
    const tiles = isComplete(prompt) ? fastest(prompt) : likeliestTiles(prompt, name, knobs);
    return { knobs: withTiles(knobs, name, tiles), isComplete: isComplete(decode) && isComplete(prompt) };
  }

  #timed(candidates: readonly KernelKnobs[], { matrices, mostBytes, rows }: TimedWork): TimedCandidates {
    const times = new Map<KernelKnobs, number>();
    if (candidates.length === 1) return { candidates, left: new Set(), times };
    const timer = this.#parts.openTimer(matrices, mostBytes, candidates, rows);
    timer.catch(() => undefined);
    return { candidates, left: new Set(candidates), times, timer };
  }

  /** Times all that is to be timed, until the deadline. */
  async #sampleInTurn(decode: TimedCandidates, prompt: TimedCandidates, deadline: number): Promise<void> {
    const { now } = this.#parts;
    try {
      const decoding = await decode.timer;
      // Where there is no room for prompts, decoding is timed.
      const prompts = await prompt.timer?.catch(() => undefined);
      if (!prompts) prompt.left.clear();
      // What promises most comes first, as there may be no time for all.
      const others = decode.candidates.slice(FIRST_CANDIDATES);
      const order = [
        ...candidatesOf(decode, decoding, decode.candidates.slice(0, FIRST_CANDIDATES)),
        ...candidatesOf(prompt, prompts, prompt.candidates),
        ...candidatesOf(decode, decoding, others),
      ];
      // Each is timed once as soon as it is compiled, then all in turn, so that a GPU that gets faster or slower on the way does so for all.
      const compiled = new Set<Candidate>();
      const untimed = new Map(
        order.map((each) => {
          const done = () => compiled.add(each);
          return [each, each.timer.prepare(each.knobs).then(done, done)];
        }),
      );
      while (untimed.size > 0 && now() < deadline) {
        const next = order.find((each) => untimed.has(each) && compiled.has(each));
        if (next) {
          untimed.delete(next);
          await sample(next);
        } else {
          await Promise.race(untimed.values());
        }
      }
      for (let round = 1; round < ROUNDS; round++) {
        for (const each of order) {
          if (now() >= deadline) return;
          await sample(each);
        }
      }
    } finally {
      for (const timer of [decode.timer, prompt.timer]) {
        timer?.then(
          (opened) => opened.dispose(),
          () => undefined,
        );
      }
    }
  }

  /** What a record of this browser and these kernels says, as far as it runs on this device. */
  async #stored(records: TuningRecords): Promise<TuningRecord> {
    const { target, key, version } = this.#parts;
    const valid: TuningRecord = { knobs: {}, attempts: {} };
    try {
      const record = JSON.parse((await records.get(key)) ?? '{}') as Partial<TuningRecord> & { version?: unknown };
      if (record.version !== version) return valid;
      for (const name of WEIGHT_CLASSES) {
        const values = record.knobs?.[name];
        if (knobsRun(target, name, values)) setKnobs(valid.knobs, name, values);
        const attempts = record.attempts?.[name];
        if (typeof attempts === 'number' && attempts >= 0) valid.attempts[name] = attempts;
      }
    } catch {
      // Damaged, or the browser forbids its storage.
    }
    return valid;
  }

  async #store(records: TuningRecords, measured: TuningRecord): Promise<void> {
    const { key, version } = this.#parts;
    try {
      const stored = await this.#stored(records);
      for (const name of WEIGHT_CLASSES) if (measured.knobs[name]) delete stored.attempts[name];
      const record: TuningRecord = {
        knobs: { ...stored.knobs, ...measured.knobs },
        attempts: { ...stored.attempts, ...measured.attempts },
      };
      await records.put(key, JSON.stringify({ version, ...record }));
    } catch {
      // No room, or not allowed: measured again next time.
    }
  }
}

/** Whether all that is to be timed has been. */
function isComplete({ left, times }: TimedCandidates): boolean {
  return [...left].every((each) => times.has(each));
}

/** Where there was no time for prompts: where the packed dot product makes decoding faster, it most likely makes those faster too. */
function likeliestTiles({ candidates }: TimedCandidates, name: WeightClass, decode: KernelKnobs): KernelKnobs {
  const isLikely = (each: KernelKnobs) => name !== 'float' && each[name].integerTiles === decode[name].integerDot;
  return candidates.find(isLikely) ?? DEFAULT_KNOBS;
}

/** Knobs with the tiles of others. */
function withTiles(knobs: KernelKnobs, name: WeightClass, tiles: KernelKnobs): KernelKnobs {
  if (name === 'float') return knobs;
  return { ...knobs, [name]: { ...knobs[name], integerTiles: tiles[name].integerTiles } };
}

function candidatesOf(
  of: TimedCandidates,
  timer: CandidateTimer | undefined,
  some: readonly KernelKnobs[],
): Candidate[] {
  return timer ? some.map((knobs) => ({ knobs, of, timer })) : [];
}

/** Keeps the best time. */
async function sample({ knobs, of, timer }: Candidate): Promise<void> {
  const { candidates, left, times } = of;
  if (!left.has(knobs)) return;
  try {
    const ms = await timer.time(knobs);
    // Some clocks run backwards.
    if (ms > 0) times.set(knobs, Math.min(ms, times.get(knobs) ?? ms));
  } catch (error) {
    left.delete(knobs);
    times.delete(knobs);
    if (knobs !== candidates[0]) return;
    left.clear();
    times.clear();
    of.failure = error;
  }
}

function setKnobs<C extends WeightClass>(
  knobs: Partial<KernelKnobs>,
  name: C,
  values: KernelKnobs[C] | undefined,
): void {
  if (values !== undefined) knobs[name] = values;
}

/** The default, unless another candidate is faster by more than chance. */
function fastest({ candidates, times }: TimedCandidates): KernelKnobs {
  const [standard = DEFAULT_KNOBS, ...others] = candidates;
  let best = standard;
  let bestMs = (times.get(standard) ?? 0) * (1 - LEAST_GAIN);
  for (const candidate of others) {
    const ms = times.get(candidate);
    if (ms === undefined || ms >= bestMs) continue;
    best = candidate;
    bestMs = ms;
  }
  return best;
}

const tuners = new WeakMap<Gpu, Tuner>();

/**
 * The knobs for a model on a device.
 * @param tune those that were given, or true to measure.
 * @param graph with all that it decodes with; only asked for where it is measured.
 * @param cache as of {@link TuneOptions}.
 * @throws {InputError} knobs were given that do not run on the device.
 */
export async function chooseKnobs(
  gpu: Gpu,
  tune: true | KernelKnobs,
  graph: () => Graph,
  formatOf: (spec: MatrixSpec) => WeightFormat,
  cache: boolean | undefined,
): Promise<KernelKnobs> {
  const target = kernelTarget(gpu);
  if (tune !== true) return checkedKnobs(target, tune);
  let tuner = tuners.get(gpu);
  if (!tuner) {
    tuner = new Tuner({
      target,
      key: adapterKey(gpu, target),
      version: `${globalThis.navigator?.userAgent} ${kernelVersion(target)}`,
      openTimer: (...args) => KernelTimer.create(gpu, ...args),
      now: () => performance.now(),
      waitFor,
    });
    tuners.set(gpu, tuner);
  }
  try {
    return await tuner.knobs(decodeMatrices(graph(), formatOf), tuningRecords(cache));
  } catch {
    // A checkpoint without some tensor, which loading refuses by name.
    return DEFAULT_KNOBS;
  }
}

function checkedKnobs(target: KernelTarget, knobs: KernelKnobs): KernelKnobs {
  if (WEIGHT_CLASSES.every((name) => knobsRun(target, name, knobs?.[name]))) return knobs;
  const { maxInvocations, maxWorkgroupBytes } = target;
  throw new InputError({
    what: 'The option tune has knobs that do not run on this device',
    expected: `powers of two within ${maxInvocations} invocations and ${maxWorkgroupBytes} bytes of workgroup memory, such as ${JSON.stringify(DEFAULT_KNOBS)}`,
    actual: JSON.stringify(knobs),
    remedy: 'change them, or give true or false',
  });
}

/** The adapter, and what was opened of it: knobs that are best with subgroups may not even run without. */
function adapterKey({ info: { vendor, architecture, device, description } }: Gpu, target: KernelTarget): string {
  const { minSubgroup, maxSubgroup, integerDot, maxInvocations, maxWorkgroupBytes, software } = target;
  const opened = [
    targetLabel(target),
    minSubgroup,
    maxSubgroup,
    integerDot,
    maxInvocations,
    maxWorkgroupBytes,
    software,
  ];
  return JSON.stringify([vendor, architecture, device, description, ...opened]);
}

/** One format of each class stands for all. */
const SAMPLE_FORMATS: readonly WeightFormat[] = [
  { bits: 4, group: 32, asymmetric: false },
  { bits: 8, group: 64, asymmetric: false },
  'f16',
];

/** Another number for other shaders, other defaults and other candidates. */
function kernelVersion(target: KernelTarget): string {
  const texts = SAMPLE_FORMATS.flatMap((format) => {
    const name = weightClass(format);
    const all = [...knobCandidates(target, name), ...promptCandidates(target, name)];
    const targets = all.map((knobs) => ({ ...target, knobs }));
    const tiles = targets.flatMap((each) => gemmTiles(format, each).map(({ code }) => code));
    const forms: (XForm | undefined)[] =
      typeof format === 'string' ? [undefined] : ['direct', 'shared', 'direct integers', 'shared integers'];
    return [...new Set([...forms.map((x) => gemvCode(target, format, x)), ...tiles])];
  });
  return hexOf(quickSum(new TextEncoder().encode(JSON.stringify([texts, DEFAULT_KNOBS, KNOB_CHANGES]))));
}

async function waitFor(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timeout: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<void>((resolve) => {
      timeout = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timeout);
  }
}
