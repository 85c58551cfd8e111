// RMSNorm, residual add and gated activation on their own.
import type { ActivationName } from '../../../src/kernels/activation.ts';
import { add, gate } from '../../../src/kernels/elementwise.ts';
import type { RowClass } from '../../../src/kernels/kernel.ts';
import { rmsNorm } from '../../../src/kernels/rms-norm.ts';
import { type Bench, type KernelCase, type KernelSuite, padRows, TOLERANCE } from '../kernel-case.ts';
import * as reference from '../reference.ts';

interface Shape {
  rows: number;
  width: number;
  batch?: number;
  rowClass?: RowClass;
  once?: boolean;
}

const SHAPES: readonly Shape[] = [
  { rows: 1, width: 1 },
  { rows: 1, width: 8 },
  { rows: 3, width: 10 },
  { rows: 2, width: 60, batch: 3 },
  { rows: 5, width: 100, rowClass: 'kept' },
  { rows: 2, width: 512 },
  { rows: 1, width: 520 },
];

const shapeName = ({ rows, width, batch = 1, rowClass = 'tokens' }: Shape) => `${batch}×${rows}×${width} ${rowClass}`;

function sizeOf({ rows, batch = 1, rowClass = 'tokens' }: Shape) {
  const kept = rowClass === 'kept' ? rows : 0;
  return { batch, tokens: rowClass === 'kept' ? rows + 2 : rows, kept, past: 0, splits: 1, capacity: 1, counter: 0 };
}

function normCase(shape: Shape, spread: number, eps: number): KernelCase {
  const { rows, width, batch = 1, rowClass } = shape;
  return {
    name: `rms norm ${shapeName(shape)} of ±${spread}, eps ${eps}`,
    prepare(bench) {
      const all = rows * batch;
      const x = bench.floats(all * width, spread);
      const gain = bench.floats(width, 2);
      const y = bench.activation('y', all, width, undefined, rowClass);
      const launches = rmsNorm(bench.target, {
        x: bench.activation('x', all, width, x, rowClass),
        gain: bench.vector('gain', gain, y.stride),
        eps,
        y,
      });
      const expected = padRows(reference.rmsNorm(x, width, gain, eps), all, width, y.stride);
      return { launches, size: sizeOf(shape), expectations: [{ name: 'y', buffer: y.buffer, expected }] };
    },
  };
}

function addCase(shape: Shape): KernelCase {
  const { rows, width, batch = 1, rowClass } = shape;
  return {
    name: `add ${shapeName(shape)}`,
    ...(shape.once ? { once: true } : {}),
    prepare(bench) {
      const all = rows * batch;
      const [a, b] = [bench.floats(all * width), bench.floats(all * width)];
      const y = bench.activation('y', all, width, undefined, rowClass);
      const size = sizeOf(shape);
      const launches = add({
        a: bench.activation('a', all, width, a, rowClass),
        b: bench.activation('b', all, width, b, rowClass),
        y,
        step: bench.step(size, undefined),
      });
      const expected = padRows(
        a.map((value, i) => value + (b[i] as number)),
        all,
        width,
        y.stride,
      );
      return { launches, size, expectations: [{ name: 'y', buffer: y.buffer, expected, tolerance: TOLERANCE.exact }] };
    },
  };
}

/** Besides random numbers: zero, both sides of where exp and tanh saturate, and numbers too large to exponentiate. */
const EDGES = [0, -0, 1e-20, 3, -3, 9, -9, 20, -20, 88, -88, 1000, -1000];

function gateCase(activation: ActivationName, shape: Shape): KernelCase {
  const { rows, width, batch = 1, rowClass } = shape;
  return {
    name: `gate ${activation} ${shapeName(shape)}`,
    ...(shape.once ? { once: true } : {}),
    prepare: (bench: Bench) => {
      const all = rows * batch;
      const x = bench.floats(all * width * 2, 6);
      const y = bench.activation('y', all, width, undefined, rowClass);
      // Pairs are padded pair by pair: [rows, 2 · stride].
      const size = sizeOf(shape);
      const padded = padRows(x, all, width * 2, y.stride * 2);
      const input = { ...y, width: width * 2, stride: y.stride * 2, buffer: bench.buffer('x', padded) };
      const launches = gate({ x: input, activation, y, step: bench.step(size, undefined) });
      const expected = padRows(reference.gate(x, activation), all, width, y.stride);
      const tolerance = TOLERANCE.transcendental;
      return { launches, size, expectations: [{ name: 'y', buffer: y.buffer, expected, tolerance }] };
    },
  };
}

/** One activation at its edges, each element against its own size. */
function edgeCase(activation: ActivationName): KernelCase {
  return {
    name: `gate ${activation} at its edges`,
    prepare(bench) {
      const width = EDGES.length;
      const x = Float32Array.from(EDGES.flatMap((edge) => [edge, 1]));
      const y = bench.activation('y', 1, width);
      const size = sizeOf({ rows: 1, width });
      const padded = padRows(x, 1, width * 2, y.stride * 2);
      const input = { ...y, width: width * 2, stride: y.stride * 2, buffer: bench.buffer('x', padded) };
      const launches = gate({ x: input, activation, y, step: bench.step(size, undefined) });
      const wanted = reference.gate(x, activation);
      // Values that vary from 1e-20 to 1e6: compared after dividing by what is expected.
      const read = (bytes: ArrayBuffer) =>
        Float32Array.from(new Float32Array(bytes), (value, i) => value / Math.max(Math.abs(wanted[i] ?? 1), 1));
      const expected = padRows(wanted, 1, width, y.stride).map((value) => value / Math.max(Math.abs(value), 1));
      const tolerance = TOLERANCE.transcendental;
      return { launches, size, expectations: [{ name: 'y', buffer: y.buffer, expected, read, tolerance }] };
    },
  };
}

const NAMES = Object.keys(reference.ACTIVATIONS) as ActivationName[];

export const SUITE: KernelSuite = {
  shaders: ['norm/rms_norm', 'norm/add', 'mlp/gate'],
  cases: [
    ...SHAPES.map((shape) => normCase(shape, 1, 1e-6)),
    normCase({ rows: 2, width: 24 }, 1e-4, 1e-5),
    normCase({ rows: 2, width: 24 }, 1e4, 1e-5),
    ...SHAPES.map(addCase),
    ...NAMES.map((name) => gateCase(name, { rows: 3, width: 20, batch: 2 })),
    ...NAMES.map(edgeCase),
    gateCase('silu', { rows: 4, width: 100, rowClass: 'kept' }),
    // More than 65,535 workgroups: the grid folds, and its last row is not full.
    gateCase('relu', { rows: 3, width: 1_398_120, once: true }),
    addCase({ rows: 1, width: 16_777_480, once: true }),
  ],
};
