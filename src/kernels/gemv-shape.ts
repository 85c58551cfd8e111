// How a GEMV divides a matrix over workgroups: what the knobs make of it on a device, and which knobs are worth trying there.
import {
  DEFAULT_KNOBS,
  type FloatKnobs,
  type KernelKnobs,
  type KernelTarget,
  type QuantKnobs,
  type Weight,
  type WeightFormat,
  workgroupSize,
  xParts,
} from './kernel.ts';

/** Weights that share knobs. */
export type WeightClass = keyof KernelKnobs;

export const WEIGHT_CLASSES = ['q4', 'q8', 'float'] as const satisfies readonly WeightClass[];

export function weightClass(format: WeightFormat): WeightClass {
  return typeof format === 'string' ? 'float' : `q${format.bits}`;
}

/** Constants of a GEMV's shader: invocations of a workgroup, invocations that gather the same rows, and how many rows those are. */
export type GemvShape = Record<'WG' | 'LANES' | 'ROWS', number> & Record<string, number>;

/** Most lanes that gather a row of quantised weights. */
const LANES = 32;

/** Lanes that gather a row of quantised weights. */
function lanesOf(target: KernelTarget): number {
  return workgroupSize(target, target.subgroups ? Math.min(LANES, target.minSubgroup) : LANES);
}

/** How a GEMV divides a matrix of which `rows` rows are dispatched together; `paired` where pairs of rows make one result. */
export function gemvShape(
  target: KernelTarget,
  { format, stride }: Pick<Weight, 'format' | 'stride'>,
  rows: number,
  paired: boolean,
): GemvShape {
  const { knobs, software } = target;
  if (typeof format === 'string') {
    // Enough invocations to keep several loads each in flight.
    let size = 32;
    while (size * 4 < stride / 8 && size < knobs.float.workgroup) size *= 2;
    size = workgroupSize(target, size);
    return { WG: size, LANES: size, ROWS: knobs.float.rows };
  }
  const { groups, busyGroups, chunk } = knobs[`q${format.bits}`];
  const lanes = lanesOf(target);
  let each = 4;
  while (each > (paired ? 2 : 1) && rows / each < busyGroups) each /= 2;
  // Software adapters take seconds to compile what has much workgroup memory.
  return {
    WG: software ? lanes : lanes * groups,
    LANES: lanes,
    ROWS: each,
    CHUNK: software ? 32 : chunk,
    X_PARTS: xParts(format, target),
  };
}

/** Rows that a workgroup makes. */
export function gemvTile({ WG, LANES, ROWS }: GemvShape): number {
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
  const { groups, chunk, integerDot, integerTiles } = values as QuantKnobs;
  if ((integerDot || integerTiles) && !target.integerDot) return false;
  // Software adapters have a shape of their own.
  if (target.software) return true;
  const lanes = lanesOf(target);
  const invocations = lanes * groups;
  // As shaders/lib/span_floats.wgsl has it: a span of 16 bytes of quants for each lane, and its vectors of x. Integers take less.
  const spanVectors = name === 'q4' ? 8 : 4;
  const xBytes = (chunk / spanVectors) * (spanVectors + 1) * VECTOR_BYTES;
  const sumBytes = invocations * (4 + (target.subgroups ? 0 : VECTOR_BYTES));
  return invocations <= maxInvocations && chunk >= spanVectors * lanes && xBytes + sumBytes <= maxWorkgroupBytes;
}

/**
 * Changes that are worth trying, those that promise most first: time may run out. Integers save most of the arithmetic where the device
 * has an instruction for them. Fewer busy groups, that is, more rows for each, suit small GPUs; more or smaller workgroups those of
 * another number of lanes; a larger chunk saves barriers where there is memory for it.
 */
const QUANT_CANDIDATES: readonly Partial<QuantKnobs>[] = [
  { integerDot: true },
  { groups: 4 },
  { groups: 16 },
  { busyGroups: 512 },
  { integerDot: true, busyGroups: 512 },
  { groups: 4, busyGroups: 512 },
  { chunk: 1024 },
  { integerDot: true, groups: 16 },
];
const FLOAT_CANDIDATES: readonly Partial<FloatKnobs>[] = [
  { rows: 2 },
  { workgroup: 64 },
  { workgroup: 128 },
  { workgroup: 64, rows: 2 },
];

/** A change, as knobs of all classes. */
export const KNOB_CHANGES: Record<WeightClass, readonly Partial<QuantKnobs & FloatKnobs>[]> = {
  q4: QUANT_CANDIDATES,
  q8: QUANT_CANDIDATES,
  float: FLOAT_CANDIDATES,
};

/** The default and what else is worth trying on a device for the weights of a class: legal ones alone. */
export function knobCandidates(target: KernelTarget, name: WeightClass): KernelKnobs[] {
  const changed = KNOB_CHANGES[name].map(
    (change): KernelKnobs => ({ ...DEFAULT_KNOBS, [name]: { ...DEFAULT_KNOBS[name], ...change } }),
  );
  return [DEFAULT_KNOBS, ...changed.filter((knobs) => knobsRun(target, name, knobs[name]))];
}

/** Knobs for decoding, and the same with what else is worth trying for prompts: legal ones alone. */
export function promptCandidates(target: KernelTarget, name: WeightClass, knobs: KernelKnobs): KernelKnobs[] {
  if (name === 'float' || target.matrices || !target.integerDot) return [knobs];
  return [knobs, { ...knobs, [name]: { ...knobs[name], integerTiles: true } }];
}
