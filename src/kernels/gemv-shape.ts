// How a GEMV divides a matrix over workgroups: what the knobs make of it on a device, and which knobs are worth trying there.
import {
  DEFAULT_KNOBS,
  type FloatKnobs,
  type KernelKnobs,
  type KernelTarget,
  type QuantKnobs,
  targetLabel,
  type Weight,
  type WeightFormat,
  workgroupSize,
  type XForm,
} from './kernel.ts';

/** Weights that share knobs. */
export type WeightClass = keyof KernelKnobs;

export const WEIGHT_CLASSES = ['q4', 'q8', 'float'] as const satisfies readonly WeightClass[];

export function weightClass(format: WeightFormat): WeightClass {
  return typeof format === 'string' ? 'float' : `q${format.bits}`;
}

/** How a GEMV divides a matrix. */
export interface GemvShape {
  /** Constants of its shader: invocations of a workgroup, invocations that gather the same rows, and how many rows those are. */
  constants: Record<'WG' | 'LANES' | 'ROWS', number> & Record<string, number>;
  /** For quantised weights. */
  x?: XForm;
}

/** Lanes that gather a row of quantised weights where there are rows enough. */
const LANES = 32;

function lanesOf(target: KernelTarget): number {
  return workgroupSize(target, target.subgroups ? Math.min(LANES, target.minSubgroup) : LANES);
}

/** Vectors of x that belong to 16 bytes of quants. */
function spanVectors(name: WeightClass): number {
  return name === 'q4' ? 8 : 4;
}

/** The share of `busyGroups` that a matrix needs for more rows a group, where many lanes share them. */
const ENOUGH = { direct: 0.3, shared: 0.2 };

/** Groups of lanes that share x in a workgroup of a matrix that does not keep the GPU busy. */
const NARROW_GROUPS = 2;

/** How a GEMV divides a matrix of which `rows` rows are dispatched together; `paired` where pairs of rows make one result. */
export function gemvShape(
  target: KernelTarget,
  { format, stride }: Pick<Weight, 'format' | 'stride'>,
  rows: number,
  paired: boolean,
): GemvShape {
  const { knobs, software, subgroups, minSubgroup, maxSubgroup, maxInvocations } = target;
  if (typeof format === 'string') {
    // Enough invocations to keep several loads each in flight.
    let size = 32;
    while (size * 4 < stride / 8 && size < knobs.float.workgroup) size *= 2;
    size = workgroupSize(target, size);
    return { constants: { WG: size, LANES: size, ROWS: knobs.float.rows } };
  }
  const name = `q${format.bits}` as const;
  const { busyGroups, groups, lanes: most, direct, chunk, integerDot } = knobs[name];
  const isBusy = rows / 4 >= busyGroups;
  const isInteger = isBusy && integerDot && target.integerDot;
  const x: XForm = `${direct ? 'direct' : 'shared'}${isInteger ? ' integers' : ''}`;
  let lanes = lanesOf(target);
  let each = direct ? 8 : 4;
  if (!isBusy) {
    const spans = (stride * format.bits) / 128;
    const mostShared = direct ? most : Math.min(most, chunk / spanVectors(name));
    while (!software && lanes < Math.min(mostShared, spans, maxInvocations / NARROW_GROUPS)) lanes *= 2;
    each = 8;
    const enough = busyGroups * (direct ? ENOUGH.direct : ENOUGH.shared);
    while (each > (paired ? 2 : 1) && rows / each < enough) each /= 2;
  }
  const sub = Math.min(lanes, minSubgroup);
  const shared = lanes * (isBusy ? groups : NARROW_GROUPS);
  return {
    constants: {
      WG: software ? lanes : direct ? Math.max(lanes, LANES) : shared,
      LANES: lanes,
      // Each row is written by a lane of its own.
      ROWS: Math.min(each, lanes),
      ...(subgroups ? { SUB: sub, WHOLE: sub === maxSubgroup ? 1 : 0 } : {}),
      // Software adapters take seconds to compile what has much workgroup memory.
      ...(direct ? {} : { CHUNK: software ? 32 : chunk }),
    },
    x,
  };
}

/** Names the variant, for labels. */
export function gemvLabel(target: KernelTarget, { x }: GemvShape): string[] {
  return x ? [targetLabel(target), x] : [targetLabel(target)];
}

/** Rows that a workgroup makes. */
export function gemvTile({ constants: { WG, LANES, ROWS } }: GemvShape): number {
  return (WG / LANES) * ROWS;
}

const VECTOR_BYTES = 16;

/** Whether kernels run on a device with these knobs for a class, whatever they are. */
export function knobsRun(target: KernelTarget, name: WeightClass, values: unknown): boolean {
  const { maxInvocations, maxWorkgroupBytes } = target;
  const isLegal = (knob: string, standard: unknown) => {
    const value = (values as Record<string, unknown> | undefined)?.[knob];
    if (typeof standard === 'boolean') return typeof value === 'boolean';
    return typeof value === 'number' && value >= 1 && Number.isInteger(Math.log2(value));
  };
  if (!Object.entries(DEFAULT_KNOBS[name]).every(([knob, standard]) => isLegal(knob, standard))) return false;
  if (name === 'float') {
    const { workgroup, rows } = values as FloatKnobs;
    const fits = workgroup <= maxInvocations && workgroup * VECTOR_BYTES <= maxWorkgroupBytes;
    return (rows === 2 || rows === 4) && workgroup >= 32 && fits;
  }
  const { groups, lanes: most, chunk, integerDot, integerTiles } = values as QuantKnobs;
  if ((integerDot || integerTiles) && !target.integerDot) return false;
  // Software adapters have a shape of their own.
  if (target.software) return true;
  const lanes = lanesOf(target);
  const invocations = Math.max(lanes * groups, most * NARROW_GROUPS);
  const vectors = spanVectors(name);
  // As shaders/lib/stage_floats.wgsl and the sums have it. Integers take less.
  const xBytes = (chunk / vectors) * (vectors + 1) * VECTOR_BYTES;
  const sumBytes = target.subgroups ? (invocations / lanes) * 3 * VECTOR_BYTES : invocations * VECTOR_BYTES;
  const fits = chunk >= vectors * lanes && xBytes + sumBytes <= maxWorkgroupBytes;
  return fits && invocations <= maxInvocations;
}

/**
 * Changes that are worth trying, those that promise most first: time may run out. Integers save most of the arithmetic where the device
 * has an instruction for them. Fewer busy groups suit small GPUs; other numbers of lanes and groups those that hide latency otherwise.
 */
const QUANT_CANDIDATES: readonly Partial<QuantKnobs>[] = [
  { integerDot: true },
  { lanes: 32 },
  { busyGroups: 512 },
  { groups: 4 },
  { groups: 16 },
  { integerDot: true, busyGroups: 512 },
];
const FLOAT_CANDIDATES: readonly Partial<FloatKnobs>[] = [
  { rows: 2 },
  { workgroup: 64 },
  { workgroup: 128 },
  { workgroup: 64, rows: 2 },
];

/** A change, as knobs of all classes. */
export const KNOB_CHANGES: Record<WeightClass, readonly Partial<QuantKnobs & FloatKnobs>[]> = {
  q4: [...QUANT_CANDIDATES, { lanes: 128, chunk: 1024 }, { direct: true }],
  q8: [...QUANT_CANDIDATES, { lanes: 64 }, { direct: false }],
  float: FLOAT_CANDIDATES,
};

/** The default and what else is worth trying on a device for the weights of a class: legal ones alone. */
export function knobCandidates(target: KernelTarget, name: WeightClass): KernelKnobs[] {
  const changed = KNOB_CHANGES[name].map(
    (change): KernelKnobs => ({ ...DEFAULT_KNOBS, [name]: { ...DEFAULT_KNOBS[name], ...change } }),
  );
  return [DEFAULT_KNOBS, ...changed.filter((knobs) => knobsRun(target, name, knobs[name]))];
}

/** The default and what else is worth trying for prompts: legal ones alone. */
export function promptCandidates(target: KernelTarget, name: WeightClass): KernelKnobs[] {
  if (name === 'float' || target.matrices || !target.integerDot) return [DEFAULT_KNOBS];
  return [DEFAULT_KNOBS, { ...DEFAULT_KNOBS, [name]: { ...DEFAULT_KNOBS[name], integerTiles: true } }];
}
