// GEMV and GEMM: epilogues, prologue, dtypes, widths off the padding, weights in several parts, folded grids.
import type { ActivationName } from '../../../src/kernels/activation.ts';
import { gemvShape, knobCandidates, weightClass } from '../../../src/kernels/gemv-shape.ts';
import { formatName, type RowClass, type WeightFormat } from '../../../src/kernels/kernel.ts';
import { elementsWithAhead, gemm, gemv, normAhead } from '../../../src/kernels/linear.ts';
import { alignUp } from '../../../src/tensor/dtype.ts';
import { type KernelCase, type KernelSuite, padRows, TOLERANCE, withIntegerDot } from '../kernel-case.ts';
import { linear } from '../reference.ts';

interface LinearCase {
  kernel: 'gemv' | 'gemm';
  /** Rows of x per sequence. */
  rows: number;
  batch?: number;
  /** Width of x. */
  k: number;
  /** Rows of W, before padding. */
  n: number;
  dtype?: WeightFormat;
  bias?: boolean;
  norm?: boolean;
  gate?: ActivationName;
  residual?: boolean;
  partRows?: number;
  rowClass?: RowClass;
  once?: boolean;
  integerDot?: boolean;
}

const EPS = 1e-5;

function linearCase(c: LinearCase): KernelCase {
  const { kernel, rows, batch = 1, k, n, dtype = 'f32', partRows, rowClass = 'tokens' } = c;
  const { bias: hasBias, norm: hasNorm, gate, residual: hasResidual } = c;
  const extras = [
    hasNorm && 'norm',
    hasBias && 'bias',
    gate,
    hasResidual && 'residual',
    partRows && `parts of ${partRows}`,
    rowClass === 'kept' && 'kept rows',
    c.integerDot && 'integer dot',
  ];
  const name = [`${kernel} ${batch}×${rows}×${k} → ${n} ${formatName(dtype)}`, ...extras.filter(Boolean)].join(', ');
  return {
    name,
    ...(c.once ? { once: true } : {}),
    hardwareOnly: kernel === 'gemm',
    prepare(bench) {
      const all = batch * rows;
      const x = bench.floats(all * k);
      const { values, weight } = bench.weight(dtype, n, k, { partRows, rowStep: gate ? 16 : 8 });
      const bias = hasBias ? bench.floats(n) : undefined;
      const norm = hasNorm ? { gain: bench.floats(k), eps: EPS } : undefined;
      const width = gate ? n / 2 : n;
      const residual = hasResidual ? bench.floats(all * width) : undefined;
      const y = bench.activation('y', all, width, undefined, rowClass);
      const size = {
        batch,
        tokens: rowClass === 'tokens' ? rows : rows + 3,
        kept: rowClass === 'kept' ? rows : 0,
        past: 0,
        splits: 1,
        capacity: 1,
        counter: 0,
      };
      const args = {
        x: bench.activation('x', all, k, x, rowClass),
        weight,
        bias: bias && bench.vector('bias', bias, weight.rows),
        norm: norm && { gain: bench.vector('gain', norm.gain, weight.stride), eps: EPS },
        gate,
        residual: residual && bench.activation('residual', all, width, residual, rowClass),
        y,
        step: bench.step(size, undefined),
      };
      const reference = linear({ x, weight: values, width: k, bias, norm, gate, residual });
      const floats = { target: bench.target, tolerance: gate ? TOLERANCE.transcendental : TOLERANCE.f32 };
      const { target, tolerance } = c.integerDot ? withIntegerDot(bench.target, gate !== undefined) : floats;
      return {
        launches:
          kernel === 'gemv'
            ? gemv(target, args)
            : gemm(target, { ...args, scratch: bench.gemmScratch(all, weight, target) }),
        size,
        expectations: [
          {
            name: 'y',
            buffer: y.buffer,
            expected: padRows(reference, all, width, y.stride),
            tolerance,
          },
        ],
      };
    },
  };
}

/** Of busy groups, so that small matrices have the shapes of large ones too. */
const BUSY_GROUPS = [2048, 32, 1];

/** The same product, behind a norm, with each candidate of the tuner that makes another shape on the device. */
function knobCase(dtype: WeightFormat, k: number, n: number): KernelCase {
  return {
    name: `gemv 1×${k} → ${n} ${formatName(dtype)} with the knobs of every candidate`,
    prepare(bench) {
      const size = { batch: 1, tokens: 1, kept: 0, past: 0, splits: 1, capacity: 1, counter: 0 };
      const data = bench.floats(k);
      const gains = bench.floats(k);
      const x = bench.activation('x', 1, k, data);
      const { values, weight } = bench.weight(dtype, n, k);
      const norm = { gain: bench.vector('gain', gains, weight.stride), eps: EPS };
      const step = bench.step(size, undefined);
      const expected = linear({ x: data, weight: values, width: k, norm: { gain: gains, eps: EPS } });
      const name = weightClass(dtype);
      const shapes = new Map(
        knobCandidates(bench.target, name).flatMap((knobs) =>
          (name === 'float' ? [{}] : BUSY_GROUPS.map((busyGroups) => ({ busyGroups }))).map((change) => {
            const target = { ...bench.target, knobs: { ...knobs, [name]: { ...knobs[name], ...change } } };
            const shape = gemvShape(target, weight, weight.rows, false);
            return [JSON.stringify(shape), { target, shape }];
          }),
        ),
      );
      const each = [...shapes].map(([label, { target, shape }]) => {
        const y = bench.activation(`y of ${label}`, 1, n);
        const tolerance = shape.x?.endsWith('integers') ? TOLERANCE.integerDot : TOLERANCE.f32;
        return { label, y, tolerance, launches: gemv(target, { x, weight, norm, y, step }) };
      });
      return {
        launches: each.flatMap(({ launches }) => launches),
        size,
        expectations: each.map(({ label, y, tolerance }) => ({
          name: `y of ${label}`,
          buffer: y.buffer,
          expected,
          tolerance,
        })),
      };
    },
  };
}

/** Two products with a norm between, which the first prepares: what lies behind its result, and what the second makes of it. */
function aheadCase(
  rows: number,
  dtype: WeightFormat,
  k: number,
  middle: number,
  n: number,
  integerDot = false,
): KernelCase {
  return {
    name: `gemv ${rows}×${k} → ${middle}, norm ahead, → ${n} ${formatName(dtype)}${integerDot ? ', integer dot' : ''}`,
    prepare(bench) {
      const size = { batch: 1, tokens: rows, kept: 0, past: 0, splits: 1, capacity: 1, counter: 0 };
      const { target, tolerance } = integerDot
        ? withIntegerDot(bench.target, false)
        : { target: bench.target, tolerance: TOLERANCE.f32 };
      const step = bench.step(size, undefined);
      const data = bench.floats(rows * k);
      const residual = bench.floats(rows * middle);
      const gains = bench.floats(middle);
      const first = bench.weight(dtype, middle, k);
      const second = bench.weight(dtype, n, middle);
      const gain = bench.vector('gain', gains, second.weight.stride);
      const stride = second.weight.stride;
      const ahead = normAhead(target, first.weight, { rows, stride }, gain);
      if (!ahead) throw new Error('weights in parts prepare nothing');
      const between = bench.activation('between', 1, elementsWithAhead(rows, stride));
      const hidden = { ...between, width: middle, stride, ahead };
      const y = bench.activation('y', rows, n);
      const inner = linear({ x: data, weight: first.values, width: k, residual });
      const expected = linear({ x: inner, weight: second.values, width: middle, norm: { gain: gains, eps: EPS } });
      const whole: (number | undefined)[] = Array.from({ length: between.stride });
      const perGroup = Math.ceil(first.weight.rows / ahead.groups);
      for (let r = 0; r < rows; r++) {
        for (let i = 0; i < stride; i++) {
          const value = i < middle ? (inner[r * middle + i] as number) : 0;
          whole[r * stride + i] = value;
          whole[ahead.product + r * stride + i] = i < middle ? value * (gains[i] as number) : 0;
          const group = ahead.squares + r * alignUp(ahead.groups, 4) + Math.floor(i / perGroup);
          whole[group] = (whole[group] ?? 0) + value * value;
        }
      }
      return {
        launches: [
          ...gemv(target, {
            x: bench.activation('x', rows, k, data),
            weight: first.weight,
            residual: bench.activation('residual', rows, middle, residual),
            y: hidden,
            step,
          }),
          ...gemv(target, { x: hidden, weight: second.weight, norm: { gain, eps: EPS }, y, step }),
        ],
        size,
        expectations: [
          // What integers round counts twice in squares.
          ...(integerDot ? [] : [{ name: 'between', buffer: between.buffer, expected: whole, tolerance }]),
          { name: 'y', buffer: y.buffer, expected: padRows(expected, rows, n, y.stride), tolerance },
        ],
      };
    },
  };
}

type Common = Omit<LinearCase, 'kernel' | 'rows'>;

/** Weights in parts, as a device with WebGPU's default limits gets them. */
const PARTS: readonly Common[] = [
  { k: 16, n: 300, partRows: 128, bias: true, residual: true },
  { k: 20, n: 270, partRows: 128, gate: 'silu', bias: true, dtype: 'f16' },
  { k: 16, n: 390, partRows: 256, dtype: 'bf16', rowClass: 'kept', batch: 3 },
];

const Q4 = { bits: 4, group: 32, asymmetric: false } as const;
const Q8 = { bits: 8, group: 64, asymmetric: false } as const;

/** Quantised weights: both sizes, an odd number of groups in a row, an offset, parts. GEMM takes seconds to compile for each shape. */
const FEW_QUANTISED: readonly Common[] = [
  { k: 96, n: 20, dtype: Q4, bias: true, residual: true },
  { k: 96, n: 20, dtype: { ...Q4, asymmetric: true } },
  { k: 32, n: 20, dtype: { ...Q8, group: 16 }, gate: 'gelu', bias: true },
  { k: 64, n: 300, dtype: Q4, partRows: 128, bias: true },
  { k: 160, n: 40, dtype: { ...Q4, shortScales: true }, residual: true },
];

/** All groups. */
const QUANTISED: readonly Common[] = [
  ...FEW_QUANTISED,
  { k: 32, n: 12, dtype: Q4 },
  { k: 64, n: 12, dtype: { ...Q4, group: 64 } },
  { k: 384, n: 9, dtype: { ...Q4, group: 128 } },
  { k: 96, n: 24, dtype: Q4, gate: 'silu' },
  { k: 192, n: 12, dtype: Q8 },
  { k: 96, n: 12, dtype: { ...Q8, group: 32, asymmetric: true } },
];

/** Every knob, at widths of one and around the padding of 8. */
const GEMV: readonly (Common & { rows?: number })[] = [
  ...[1, 8, 10, 60, 100].map((k) => ({ k, n: k })),
  ...[1, 4, 8, 60, 63].map((n) => ({ k: 24, n })),
  { k: 60, n: 10, dtype: 'f16' },
  { k: 60, n: 10, dtype: 'bf16' },
  { k: 40, n: 24, dtype: 'f16', bias: true },
  { k: 40, n: 24, dtype: 'bf16', residual: true },
  { k: 33, n: 20, bias: true, residual: true },
  { k: 24, n: 20, gate: 'silu' },
  { k: 24, n: 36, gate: 'gelu', bias: true },
  ...PARTS,
  ...QUANTISED,
  { k: 320, n: 12, norm: true, dtype: { ...Q4, asymmetric: true } },
  { rows: 3, k: 2112, n: 8, norm: true, dtype: Q4 },
  { k: 4160, n: 8, dtype: Q8 },
  // Two and four rows to a group of lanes.
  { k: 64, n: 4104, dtype: Q8 },
  { k: 96, n: 8200, dtype: Q4, residual: true },
  { rows: 4, k: 20, n: 12 },
  { rows: 2, batch: 2, k: 20, n: 12, norm: true },
  { k: 10, n: 12, norm: true },
  { rows: 3, k: 100, n: 20, norm: true, bias: true, residual: true, dtype: 'f16' },
  { rows: 2, k: 60, n: 24, norm: true, gate: 'silu', dtype: 'bf16' },
  { rows: 2, k: 16, n: 300, norm: true, gate: 'silu', bias: true, partRows: 128 },
  // Every workgroup size, and widths on both sides of a whole number of iterations.
  { k: 1024, n: 8 },
  { k: 2056, n: 8 },
  { k: 8200, n: 4, norm: true },
  // More than 65,535 workgroups: the grid folds.
  { k: 1, n: 262_152, dtype: 'f16', once: true },
];

/** Around its tile of 64 and its rounds of 32. Each shape is a pipeline, which software adapters take seconds to compile. */
const GEMM: readonly (Common & { rows?: number })[] = [
  { k: 1, n: 1 },
  { k: 10, n: 60 },
  { k: 136, n: 129 },
  { k: 17, n: 65, bias: true, residual: true },
  ...[1, 63, 64, 65, 130].map((rows) => ({ rows, k: 24, n: 72 })),
  // Splits of K, in even shares and not, with all that may come behind the sums.
  { rows: 70, k: 512, n: 136, bias: true, residual: true },
  { rows: 9, k: 1400, n: 72, gate: 'silu', bias: true, dtype: 'f16', once: true },
  { rows: 3, batch: 2, k: 1024, n: 300, partRows: 128, dtype: Q4, rowClass: 'kept' },
  { rows: 33, k: 832, n: 264, dtype: Q8, residual: true, once: true },
  // The large tiles.
  { rows: 515, k: 40, n: 6000, bias: true, residual: true, once: true },
  { rows: 515, k: 96, n: 5904, residual: true, dtype: Q4 },
  { rows: 515, k: 8, n: 3008, gate: 'silu', dtype: 'f16' },
  { rows: 33, batch: 2, k: 40, n: 70, residual: true, dtype: 'f16' },
  { k: 100, n: 36, gate: 'gelu', dtype: 'bf16' },
  ...PARTS,
  ...FEW_QUANTISED,
];

/** Around its tile of 64 × 128 and its rounds of 32: an odd number of sixteens, scales of sixteens, offsets. */
const INTEGER_GEMM: readonly (Common & { rows?: number })[] = [
  ...FEW_QUANTISED,
  ...[1, 63, 64, 65, 130].map((rows) => ({ rows, k: 64, n: 136, dtype: Q4 })),
  { rows: 70, k: 48, n: 129, dtype: { ...Q8, group: 16 }, residual: true },
  { rows: 9, k: 48, n: 24, dtype: { ...Q8, group: 16, asymmetric: true } },
  { rows: 33, batch: 2, k: 192, n: 128, dtype: Q8 },
  { rows: 9, k: 256, n: 24, dtype: { ...Q4, group: 128, asymmetric: true }, gate: 'silu' },
  { rows: 70, k: 608, n: 136, dtype: Q4, bias: true, residual: true, once: true },
  // The large tile, where there is workgroup memory for it.
  { rows: 515, k: 96, n: 2568, dtype: { ...Q4, asymmetric: true }, residual: true, once: true },
  { rows: 515, k: 48, n: 2568, dtype: { ...Q8, group: 16, asymmetric: true }, once: true },
];

const LINEAR: readonly LinearCase[] = [
  ...GEMV.map((each) => ({ kernel: 'gemv' as const, rows: 1, ...each })),
  ...GEMV.filter(({ dtype }) => typeof dtype === 'object').map((each) => ({
    kernel: 'gemv' as const,
    rows: 1,
    ...each,
    integerDot: true,
  })),
  ...GEMM.map((each) => ({ kernel: 'gemm' as const, rows: 5, ...each })),
  ...INTEGER_GEMM.map((each) => ({ kernel: 'gemm' as const, rows: 5, integerDot: true, ...each })),
];

/** Wide enough for two chunks of x and for every size of a workgroup; high enough for groups of lanes with one row and with two. */
const KNOBS: readonly KernelCase[] = [
  ...[Q4, Q8].flatMap((dtype) => [knobCase(dtype, 2112, 8), knobCase(dtype, 64, 1024)]),
  knobCase('f16', 4160, 8),
];

/** Groups of squares that are a multiple of four and not, of one row to eight; x shared and not; several rows of x. */
const AHEAD: readonly KernelCase[] = [
  aheadCase(1, 'f32', 20, 60, 12),
  aheadCase(3, 'f16', 24, 100, 20),
  aheadCase(2, 'bf16', 300, 1032, 8),
  aheadCase(1, Q4, 96, 1056, 24),
  aheadCase(2, Q4, 64, 96, 200),
  aheadCase(1, Q8, 192, 4160, 20),
  aheadCase(3, { ...Q8, asymmetric: true }, 64, 320, 12),
  aheadCase(1, Q4, 64, 1056, 136, true),
];

export const SUITE: KernelSuite = {
  shaders: ['linear/gemv', 'linear/gemm plain', 'linear/gemm integer', 'linear/x_parts integers', 'linear/join'],
  matrixShaders: ['linear/gemm matrix', 'linear/x_parts f16'],
  cases: [...LINEAR.map(linearCase), ...KNOBS, ...AHEAD],
};
