// Mixture of experts: routing with all its rules and its ties, the experts' products for few and for many rows, over parts of the
// weight, and the sum of a row's slots.
import type { ActivationName } from '../../../src/kernels/activation.ts';
import { type Activation, formatName, type StepSize, type WeightFormat } from '../../../src/kernels/kernel.ts';
import {
  expertGemm,
  expertGemv,
  groupByExpert,
  listElements,
  pairPartsElements,
  type Routing,
  route,
  routeSlots,
  routeWidth,
  sumSlots,
  usedSlots,
} from '../../../src/kernels/moe.ts';
import { alignUp } from '../../../src/tensor/dtype.ts';
import { type Bench, type KernelCase, type KernelSuite, padRows, TOLERANCE, withIntegerDot } from '../kernel-case.ts';
import { linear } from '../reference.ts';

const ROUTING: Routing = {
  scoring: 'softmax',
  experts: 8,
  chosen: 3,
  groups: 1,
  chosenGroups: 1,
  normalize: false,
  floor: 0,
  scale: 1,
  shared: 0,
  sharedInSlots: false,
  sharedGate: false,
};

function sizeOf(rows: number): StepSize {
  return { batch: 1, tokens: rows, past: 0, kept: 0, splits: 1, capacity: 1, counter: 0 };
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Indices by falling value, ties to the lower index. */
function ranked(values: readonly number[]): number[] {
  return [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
}

/** The slots of one row. */
function routeRow(routing: Routing, logits: readonly number[], bias: readonly number[] | undefined) {
  const { experts, chosen, groups, chosenGroups, shared } = routing;
  const own = logits.slice(0, experts);
  const total = own.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const scores = own.map((logit) => (routing.scoring === 'sigmoid' ? sigmoid(logit) : Math.exp(logit) / total));
  const choice = scores.map((score, e) => score + (bias?.[e] ?? 0));
  const members = experts / groups;
  const groupScores = Array.from({ length: groups }, (_, g) =>
    choice
      .slice(g * members, (g + 1) * members)
      .sort((a, b) => b - a)
      .slice(0, 2)
      .reduce((sum, value) => sum + value, 0),
  );
  const stay = new Set(ranked(groupScores).slice(0, chosenGroups));
  const limited = choice.map((value, e) => (stay.has(Math.floor(e / members)) ? value : Number.NEGATIVE_INFINITY));
  const ids = ranked(limited).slice(0, chosen);
  const sum = ids.reduce((all, e) => all + (scores[e] as number), routing.floor);
  const weights = ids.map((e) => ((scores[e] as number) / (routing.normalize ? sum : 1)) * routing.scale);
  const sharedWeight = routing.sharedGate ? sigmoid(logits[experts] as number) : 1;
  return {
    ids: [...ids, ...Array.from({ length: shared }, (_, i) => experts + i)],
    weights: [...weights, ...Array<number>(shared).fill(sharedWeight)],
  };
}

interface RouteCase extends Partial<Routing> {
  rows: number;
  bias?: boolean;
  /** All logits of a row are equal. */
  ties?: boolean;
}

function routeCase({ rows, bias: hasBias, ties, ...changes }: RouteCase): KernelCase {
  const routing = { ...ROUTING, ...changes };
  const knobs = Object.entries(changes).map(([key, value]) => `${key} ${value}`);
  return {
    name: ['route', `${rows} rows`, ...knobs, hasBias && 'bias', ties && 'ties'].filter(Boolean).join(', '),
    prepare(bench) {
      const width = routing.experts + (routing.sharedGate ? 1 : 0);
      const logits = ties ? new Float32Array(rows * width).fill(0.5) : bench.floats(rows * width, 3);
      const bias = hasBias ? bench.floats(routing.experts, 0.4) : undefined;
      const slots = routeSlots(routing);
      const routes = bench.activation('routes', rows, routeWidth(routing));
      const expected: (number | undefined)[] = Array(rows * routes.stride).fill(undefined);
      for (let r = 0; r < rows; r++) {
        const row = routeRow(routing, [...logits.slice(r * width, (r + 1) * width)], bias && [...bias]);
        row.ids.forEach((id, i) => {
          expected[r * routes.stride + i] = id;
          expected[r * routes.stride + slots + i] = row.weights[i];
        });
      }
      return {
        launches: route(bench.target, {
          routing,
          logits: bench.activation('logits', rows, width, logits),
          bias: bias && bench.vector('bias', bias, alignUp(routing.experts, 8)),
          routes,
        }),
        size: sizeOf(rows),
        expectations: [
          {
            name: 'routes',
            buffer: routes.buffer,
            expected,
            tolerance: TOLERANCE.transcendental,
            read: (bytes) => {
              const [words, floats] = [new Uint32Array(bytes), new Float32Array(bytes)];
              return Array.from(words, (word, i) => (i % routes.stride < slots ? word : (floats[i] as number)));
            },
          },
        ],
      };
    },
  };
}

/** Random routes and the buffer that holds them. */
function someRoutes(bench: Bench, routing: Routing, rows: number) {
  const slots = routeSlots(routing);
  const stride = alignUp(routeWidth(routing), 8);
  const words = new Uint32Array(rows * stride);
  const weights = bench.floats(rows * slots);
  const ids: number[] = [];
  for (let r = 0; r < rows; r++) {
    // Few experts get many rows, and some none.
    const order = ranked(Array.from(bench.floats(routing.experts), (value, e) => value - e / 4));
    for (let i = 0; i < slots; i++) {
      const id = i < routing.chosen ? (order[i] as number) : routing.experts + i - routing.chosen;
      ids.push(id);
      words[r * stride + i] = id;
    }
    const bits = new Uint32Array(weights.buffer, r * slots * 4, slots);
    words.set(bits, r * stride + slots);
  }
  const routes: Activation = {
    buffer: bench.buffer('routes', words),
    rows: 'tokens',
    width: routeWidth(routing),
    stride,
  };
  return { ids, weights, routes };
}

interface ExpertCase {
  kernel: 'gemv' | 'gemm';
  rows: number;
  k: number;
  /** Rows of W per expert; a multiple of 8. */
  blockRows: number;
  routing?: Partial<Routing>;
  gate?: ActivationName;
  dtype?: WeightFormat;
  /** Experts per part of the weight. */
  partExperts?: number;
  integerDot?: boolean;
}

function expertCase(c: ExpertCase): KernelCase {
  const { kernel, rows, k, blockRows, gate, dtype = 'f32', partExperts } = c;
  const routing = { ...ROUTING, ...c.routing };
  const extras = [
    gate,
    partExperts && `parts of ${partExperts}`,
    c.routing && JSON.stringify(c.routing),
    c.integerDot && 'integer dot',
  ];
  return {
    name: [`expert ${kernel} ${rows}×${k} → ${blockRows} ${formatName(dtype)}`, ...extras.filter(Boolean)].join(', '),
    hardwareOnly: kernel === 'gemm',
    prepare(bench) {
      const used = usedSlots(routing);
      const slots = routeSlots(routing);
      const all = routing.experts + (routing.sharedInSlots ? routing.shared : 0);
      const { ids, weights, routes } = someRoutes(bench, routing, rows);
      const { values, weight } = bench.weight(dtype, all * blockRows, k, {
        ...(partExperts ? { partRows: partExperts * blockRows } : {}),
      });
      const perSlot = gate ? 1 : used;
      const x = bench.floats(rows * perSlot * k);
      const stride = alignUp(k, 8);
      const width = gate ? blockRows / 2 : blockRows;
      const y = bench.activation('y', rows, used * width);
      const expected = new Float64Array(rows * used * width);
      for (let pair = 0; pair < rows * used; pair++) {
        const [r, slot] = [Math.floor(pair / used), pair % used];
        const at = gate ? r : pair;
        const expert = ids[r * slots + slot] as number;
        const block = values.slice(expert * blockRows * k, (expert + 1) * blockRows * k);
        const result = linear({ x: x.slice(at * k, (at + 1) * k), weight: block, width: k, gate });
        const factor = gate ? 1 : (weights[r * slots + slot] as number);
        expected.set(
          result.map((value) => value * factor),
          pair * width,
        );
      }
      const size = sizeOf(rows);
      const step = bench.step(size, undefined);
      const args = {
        routing,
        routes,
        x: {
          buffer: bench.buffer('x', padRows(x, rows * perSlot, k, stride)),
          rows: 'tokens' as const,
          width: perSlot * k,
          stride: perSlot * stride,
        },
        weight,
        blockRows,
        gate,
        y,
      };
      const elements = listElements(routing, rows);
      const parts = bench.output('x in parts', pairPartsElements(routing, rows, stride));
      const scratch = { xParts: parts, splitSums: parts };
      const floats = { target: bench.target, tolerance: gate ? TOLERANCE.transcendental : TOLERANCE.f32 };
      const { target, tolerance } = c.integerDot ? withIntegerDot(bench.target, true) : floats;
      const lists = { tiles: bench.output('tiles', elements.tiles), pairs: bench.output('pairs', elements.pairs) };
      return {
        launches:
          kernel === 'gemv'
            ? expertGemv(target, args)
            : [...groupByExpert({ routing, routes, lists, step }), ...expertGemm(target, lists, scratch, args)],
        size,
        expectations: [
          {
            name: 'y',
            buffer: y.buffer,
            expected: padRows(expected, 1, expected.length, rows * y.stride),
            tolerance,
          },
        ],
      };
    },
  };
}

interface SumCase {
  rows: number;
  width: number;
  shared?: boolean;
  residual?: boolean;
}

function sumCase({ rows, width, shared: hasShared, residual: hasResidual }: SumCase): KernelCase {
  const routing: Routing = { ...ROUTING, shared: hasShared ? 1 : 0 };
  const extras = [hasShared && 'shared', hasResidual && 'residual'].filter(Boolean);
  return {
    name: [`sum of slots ${rows}×${width}`, ...extras].join(', '),
    prepare(bench) {
      const { chosen } = routing;
      const { weights, routes } = someRoutes(bench, routing, rows);
      const stride = alignUp(width, 8);
      const x = bench.floats(rows * chosen * width);
      const shared = hasShared ? bench.floats(rows * width) : undefined;
      const residual = hasResidual ? bench.floats(rows * width) : undefined;
      const y = bench.activation('y', rows, width);
      const size = sizeOf(rows);
      const expected = Float64Array.from({ length: rows * width }, (_, i) => {
        const [r, m] = [Math.floor(i / width), i % width];
        let sum = residual?.[i] ?? 0;
        for (let slot = 0; slot < chosen; slot++) sum += x[(r * chosen + slot) * width + m] as number;
        return sum + (shared ? (shared[i] as number) * (weights[r * routeSlots(routing) + chosen] as number) : 0);
      });
      return {
        launches: sumSlots({
          routing,
          routes,
          x: {
            buffer: bench.buffer('x', padRows(x, rows * chosen, width, stride)),
            rows: 'tokens',
            width: chosen * stride,
            stride: chosen * stride,
          },
          shared: shared && bench.activation('shared', rows, width, shared),
          residual: residual && bench.activation('residual', rows, width, residual),
          y,
          step: bench.step(size, undefined),
        }),
        size,
        expectations: [{ name: 'y', buffer: y.buffer, expected: padRows(expected, rows, width, y.stride) }],
      };
    },
  };
}

const ROUTES: readonly RouteCase[] = [
  { rows: 1 },
  { rows: 5, normalize: true },
  { rows: 2, experts: 1, chosen: 1, normalize: true },
  { rows: 3, experts: 60, chosen: 4, shared: 4, sharedInSlots: true, sharedGate: true },
  { rows: 3, experts: 300, chosen: 8, scoring: 'sigmoid', normalize: true, floor: 1e-20, scale: 2.5, bias: true },
  { rows: 4, scoring: 'sigmoid', groups: 4, chosenGroups: 2, bias: true, shared: 2, sharedInSlots: true },
  { rows: 2, scoring: 'sigmoid', experts: 128, chosen: 6, groups: 8, chosenGroups: 3, bias: true },
  { rows: 2, ties: true },
  { rows: 1, experts: 130, chosen: 9, ties: true },
  { rows: 1, scoring: 'sigmoid', groups: 4, chosenGroups: 2, ties: true },
];

const SHARED = { shared: 2, sharedInSlots: true };
const APART = { shared: 1, sharedInSlots: false };

const EXPERTS: readonly Omit<ExpertCase, 'kernel' | 'rows'>[] = [
  { k: 1, blockRows: 8 },
  { k: 20, blockRows: 16, gate: 'silu' },
  { k: 40, blockRows: 72, dtype: 'f16', routing: SHARED },
  { k: 64, blockRows: 72, dtype: { bits: 4, group: 32, asymmetric: false }, routing: SHARED },
  { k: 96, blockRows: 16, gate: 'silu', dtype: { bits: 8, group: 32, asymmetric: true } },
  { k: 60, blockRows: 80, gate: 'gelu', dtype: 'bf16', routing: SHARED, partExperts: 3 },
  { k: 33, blockRows: 24, routing: APART, partExperts: 1 },
  { k: 100, blockRows: 64, gate: 'silu', routing: { ...APART, experts: 30, chosen: 4 } },
  { k: 72, blockRows: 144, routing: { experts: 2, chosen: 1 } },
];

export const SUITE: KernelSuite = {
  shaders: [
    'moe/route',
    'moe/group',
    'moe/gemv',
    'moe/gemm plain',
    'moe/gemm integer',
    'moe/x_parts integers',
    'moe/sum',
  ],
  matrixShaders: ['moe/gemm matrix', 'moe/x_parts f16'],
  cases: [
    ...ROUTES.map(routeCase),
    ...EXPERTS.flatMap((each) => [1, 3].map((rows) => expertCase({ kernel: 'gemv', rows, ...each }))),
    ...EXPERTS.filter(({ dtype }) => typeof dtype === 'object').map((each) =>
      expertCase({ kernel: 'gemv', rows: 2, ...each, integerDot: true }),
    ),
    ...EXPERTS.filter(({ dtype }) => typeof dtype === 'object').map((each) =>
      expertCase({ kernel: 'gemm', rows: 90, ...each, integerDot: true }),
    ),
    // Few rows per expert take tiles of 16, many take tiles of 64.
    ...EXPERTS.flatMap((each) =>
      // Each case compiles two tiles, for seconds; of quantised weights one number of rows is enough.
      (typeof each.dtype === 'object' ? [17] : [1, 17, 90]).map((rows) =>
        expertCase({ kernel: 'gemm', rows, ...each }),
      ),
    ),
    sumCase({ rows: 1, width: 1 }),
    sumCase({ rows: 3, width: 20, shared: true }),
    sumCase({ rows: 2, width: 100, residual: true }),
    sumCase({ rows: 5, width: 64, shared: true, residual: true }),
  ],
};
