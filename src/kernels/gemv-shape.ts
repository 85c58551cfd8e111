// How a GEMV divides a matrix over workgroups: what the knobs make of it on a device, and which knobs are worth trying there.
import {
  DEFAULT_KNOBS,
  type FloatKnobs,
  type GemvKnobs,
  type KernelTarget,
  type QuantKnobs,
  type Weight,
  type WeightFormat,
  workgroupSize,
} from './kernel.ts';

/** Weights that share knobs. */
export type WeightClass = keyof GemvKnobs;

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
  return { WG: software ? lanes : lanes * groups, LANES: lanes, ROWS: each, CHUNK: software ? 32 : chunk };
}

/** Rows that a workgroup makes. */
export function gemvTile({ WG, LANES, ROWS }: GemvShape): number {
  return (WG / LANES) * ROWS;
}

const isPowerOfTwo = (value: unknown) => typeof value === 'number' && value >= 1 && Number.isInteger(Math.log2(value));
const VECTOR_BYTES = 16;

/** What is wrong with knobs of a class on a device, in words; undefined where they run. */
export function knobProblem(target: KernelTarget, name: WeightClass, values: unknown): string | undefined {
  const { maxInvocations, maxWorkgroupBytes } = target;
  for (const knob of Object.keys(DEFAULT_KNOBS[name])) {
    const value = (values as Record<string, unknown> | undefined)?.[knob];
    if (!isPowerOfTwo(value)) return `${name}.${knob} is ${value}, no power of two`;
  }
  if (name === 'float') {
    const { workgroup, rows } = values as FloatKnobs;
    if (rows !== 2 && rows !== 4) return `float.rows is ${rows}, neither 2 nor 4`;
    if (workgroup < 32 || workgroup > maxInvocations) {
      return `float.workgroup is ${workgroup}, not from 32 to ${maxInvocations}`;
    }
    return tooLarge(name, workgroup * VECTOR_BYTES, maxWorkgroupBytes);
  }
  // Software adapters have a shape of their own.
  if (target.software) return undefined;
  const { groups, chunk } = values as QuantKnobs;
  const lanes = lanesOf(target);
  const invocations = lanes * groups;
  if (invocations > maxInvocations) {
    return `${name}.groups is ${groups}, ${invocations} invocations of at most ${maxInvocations}`;
  }
  // As shaders/lib/row_sums_quant.wgsl has it: a span of 16 bytes of quants for each lane, and its vectors of x.
  const spanVectors = name === 'q4' ? 8 : 4;
  if (chunk < spanVectors * lanes) return `${name}.chunk is ${chunk}, less than ${spanVectors * lanes}`;
  const xBytes = (chunk / spanVectors) * (spanVectors + 1) * VECTOR_BYTES;
  const sumBytes = invocations * (4 + (target.subgroups ? 0 : VECTOR_BYTES));
  return tooLarge(name, xBytes + sumBytes, maxWorkgroupBytes);
}

function tooLarge(name: WeightClass, sizeBytes: number, mostBytes: number): string | undefined {
  return sizeBytes <= mostBytes ? undefined : `${name} takes ${sizeBytes} bytes of workgroup memory of ${mostBytes}`;
}

/**
 * Changes that are worth trying. Fewer busy groups, that is, more rows for each, suit small GPUs; more or smaller workgroups those of
 * another number of lanes; a larger chunk saves barriers where there is memory for it.
 */
const QUANT_CANDIDATES: readonly Partial<QuantKnobs>[] = [
  { groups: 4 },
  { groups: 16 },
  { busyGroups: 512 },
  { groups: 4, busyGroups: 512 },
  { chunk: 1024 },
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
export function knobCandidates(target: KernelTarget, name: WeightClass): GemvKnobs[] {
  const changed = KNOB_CHANGES[name].map(
    (change): GemvKnobs => ({ ...DEFAULT_KNOBS, [name]: { ...DEFAULT_KNOBS[name], ...change } }),
  );
  return [DEFAULT_KNOBS, ...changed.filter((knobs) => knobProblem(target, name, knobs[name]) === undefined)];
}
