// RoPE with the cache write, prefill and decode attention, attention weights: head shapes, caches, paddings, windows, splits.

import {
  type AttentionShape,
  attentionWeights,
  decodeAttention,
  type HeadNorm,
  type KvDType,
  kvRowBytes,
  type LayerCache,
  paddedHeadDim,
  partialElements,
  prefillAttention,
  ropeCache,
} from '../../../src/kernels/attention.ts';
import type { StepSize } from '../../../src/kernels/kernel.ts';
import { keptOf, kvRow, readKvRows } from '../../kv-rows.ts';
import { type Bench, type Expectation, type KernelCase, type KernelSuite, padRows, TOLERANCE } from '../kernel-case.ts';
import { attention, rmsNorm, rotate } from '../reference.ts';

type Padding = 'left' | 'right' | 'holes';

interface AttentionCase {
  kernel: 'rope' | 'prefill' | 'decode' | 'weights';
  heads: number;
  kvHeads: number;
  headDim: number;
  tokens?: number;
  past?: number;
  batch?: number;
  dtype?: KvDType;
  headNorm?: HeadNorm<unknown>['place'];
  window?: number;
  bidirectional?: boolean;
  padding?: Padding;
  splits?: number;
  /** Multiplies the queries: large ones make the softmax sharp. */
  spread?: number;
  once?: boolean;
}

/** Everything of one case on the CPU, rows without padding. */
class Scene {
  readonly bench: Bench;
  readonly shape: AttentionShape;
  readonly size: StepSize;
  readonly dtype: KvDType;
  readonly mask: number[][] | undefined;
  /** [B·T, (H + 2G)·D], not rotated */
  readonly qkv: Float32Array;
  readonly inverse: Float32Array;
  readonly scaling = 1.25;
  /** [2, D] */
  readonly gains: Float32Array<ArrayBuffer>;
  readonly headNorm: HeadNorm<GPUBuffer> | undefined;
  readonly positions: number[];
  /** [B·T, H, D], rotated */
  readonly q: Float64Array;
  /** [B, G, past + T, D]: the cache after the step, the new tokens' before the cache's dtype rounds them */
  readonly keys: Float64Array;
  readonly values: Float64Array;

  constructor(bench: Bench, c: AttentionCase) {
    const { heads, kvHeads, headDim, tokens = 1, past = 0, batch = 1, splits = 1 } = c;
    this.bench = bench;
    this.dtype = c.dtype ?? 'f32';
    this.shape = { heads, kvHeads, headDim, scale: headDim ** -0.5, window: c.window, bidirectional: c.bidirectional };
    const capacity = past + tokens + 5;
    this.size = { batch, tokens, past, kept: 0, splits, capacity, counter: 0 };
    this.mask = c.padding && Array.from({ length: batch }, (_, b) => paddingRow(c.padding, b, past + tokens));
    const rows = batch * tokens;
    const width = (heads + 2 * kvHeads) * headDim;
    this.qkv = bench.floats(rows * width, c.spread ?? 1);
    this.inverse = Float32Array.from({ length: headDim / 2 }, (_, i) => 100 ** ((-2 * i) / headDim));
    // Positions off the slots, as left padding and position_ids make them.
    this.positions = Array.from({ length: rows }, (_, row) => past + (row % tokens) + 3 * Math.floor(row / tokens));
    this.q = new Float64Array(rows * heads * headDim);
    const slots = past + tokens;
    this.keys = this.stored(bench.floats(batch * kvHeads * slots * headDim));
    this.values = this.stored(bench.floats(batch * kvHeads * slots * headDim));
    this.gains = bench.floats(2 * headDim);
    this.headNorm = c.headNorm && { gains: bench.buffer('gains', this.gains), eps: 1e-2, place: c.headNorm };
    for (let row = 0; row < rows; row++) {
      const head = (index: number) =>
        this.qkv.slice(row * width + index * headDim, row * width + (index + 1) * headDim);
      const turned = (index: number) => this.turned(head(index), this.positions[row] as number, index >= heads);
      for (let h = 0; h < heads; h++) this.q.set(turned(h), (row * heads + h) * headDim);
      for (let g = 0; g < kvHeads; g++) {
        const slot = past + (row % tokens);
        const at = ((Math.floor(row / tokens) * kvHeads + g) * slots + slot) * headDim;
        this.keys.set(turned(heads + g), at);
        this.values.set(head(heads + kvHeads + g), at);
      }
    }
  }

  /** A head of q or k, rotated and normalised. */
  private turned(head: Float32Array, position: number, isKey: boolean): Float64Array {
    const { inverse, scaling, headNorm } = this;
    const normed = (x: ArrayLike<number>, place: HeadNorm<unknown>['place']) => {
      if (headNorm?.place !== place) return x;
      const gains = this.gains.subarray(isKey ? x.length : 0, isKey ? undefined : x.length);
      return rmsNorm(x, x.length, gains, headNorm.eps);
    };
    return Float64Array.from(normed(rotate(normed(head, 'before'), position, inverse, scaling), 'after'));
  }

  /** What the cache keeps of rows. */
  private stored(data: Float32Array | Float64Array): Float64Array {
    const { headDim } = this.shape;
    const kept = new Float64Array(data.length);
    for (let at = 0; at < data.length; at += headDim) {
      const row = keptOf(this.dtype, data.subarray(at, at + headDim));
      for (let d = 0; d < headDim; d++) kept[at + d] = row[d] as number;
    }
    return kept;
  }

  step(): GPUBuffer {
    const { positions, inverse, scaling } = this;
    return this.bench.step(this.size, { positions, inverse, scaling });
  }

  qkvActivation() {
    const { heads, kvHeads, headDim } = this.shape;
    return this.bench.activation(
      'qkv',
      this.positions.length,
      (heads + 2 * kvHeads) * headDim,
      this.qkv as Float32Array,
    );
  }

  /** Rotated q as the kernels keep it: heads padded to a multiple of 8. */
  qActivation() {
    const { heads, headDim } = this.shape;
    const padded = paddedHeadDim(headDim);
    const data = padRows(this.q, this.positions.length * heads, headDim, padded);
    return this.bench.activation('q', this.positions.length, heads * padded, data);
  }

  /** The rows of the first `slots` slots, and which rows of the cache they are. */
  private *rows(data: Float64Array, slots: number) {
    const { batch, capacity, past, tokens } = this.size;
    const { kvHeads, headDim } = this.shape;
    for (let head = 0; head < batch * kvHeads; head++) {
      for (let slot = 0; slot < slots; slot++) {
        const from = (head * (past + tokens) + slot) * headDim;
        yield { row: head * capacity + slot, numbers: data.subarray(from, from + headDim) };
      }
    }
  }

  /** The cache before the step, with `slots` slots filled and the rest poisoned. */
  cache(slots: number): LayerCache {
    const { dtype, bench, mask } = this;
    const { batch, capacity } = this.size;
    const { kvHeads, headDim } = this.shape;
    const rowBytes = kvRowBytes(headDim, dtype);
    const masks = mask?.flatMap((row) => [...row, ...Array(capacity - row.length).fill(1)]);
    const filled = (label: string, data: Float64Array) => {
      const pieces = Array.from(this.rows(data, slots), ({ row, numbers }) => ({
        at: row * rowBytes,
        bytes: kvRow(dtype, numbers),
      }));
      return bench.partlyFilled(label, batch * kvHeads * capacity * rowBytes, pieces);
    };
    return {
      keys: filled('keys', this.keys),
      values: filled('values', this.values),
      dtype,
      mask: masks && bench.buffer('mask', Uint32Array.from(masks)),
    };
  }

  /** The cache after the step. */
  cacheExpectations({ keys, values }: LayerCache): Expectation[] {
    const { dtype } = this;
    const { batch, capacity, past, tokens } = this.size;
    const { kvHeads, headDim } = this.shape;
    const read = (bytes: ArrayBuffer) => readKvRows(dtype, headDim, bytes);
    const expected = (data: Float64Array) => {
      const rowLength = keptOf(dtype, new Float64Array(headDim)).length;
      const elements: (number | undefined)[] = Array(batch * kvHeads * capacity * rowLength).fill(undefined);
      for (const { row, numbers } of this.rows(data, past + tokens)) {
        // Not as they are kept but as they are: a number halfway between two steps may go either way.
        Array.from(keptOf(dtype, numbers)).forEach((kept, d) => {
          elements[row * rowLength + d] = numbers[d] ?? kept;
        });
      }
      return elements;
    };
    return [
      { name: 'keys', buffer: keys, data: this.keys },
      { name: 'values', buffer: values, data: this.values },
    ].map(({ name, buffer, data }) => {
      const elements = expected(data);
      const tolerance = dtype === 'q8' ? halfStep(elements) : TOLERANCE[dtype];
      return { name, buffer, expected: elements, read, tolerance };
    });
  }

  /** @param isFresh the new tokens' keys and values are used as they are, and not as the cache keeps them; and seen even where padding. */
  reference(isFresh = false) {
    const { shape, size, mask, q } = this;
    const used = (data: Float64Array) => (isFresh ? data : this.stored(data));
    return attention({
      ...size,
      ...shape,
      mask,
      seesItself: isFresh,
      q,
      keys: used(this.keys),
      values: used(this.values),
    });
  }

  output() {
    const { heads, headDim } = this.shape;
    return this.bench.activation('o', this.positions.length, heads * headDim);
  }
}

/** Half a step of the largest element in 8 bits, relative to the root mean square; and the rounding of f32. */
function halfStep(elements: readonly (number | undefined)[]): number {
  const known = elements.filter((element) => element !== undefined);
  const largest = Math.max(...known.map(Math.abs));
  return ((0.5 / 127) * largest) / Math.sqrt(known.reduce((sum, x) => sum + x * x, 0) / known.length) + TOLERANCE.f32;
}

function paddingRow(padding: Padding | undefined, sequence: number, slots: number): number[] {
  // The first sequence has no padding, the others more and more.
  const count = Math.min(sequence * 3, slots - 1);
  return Array.from({ length: slots }, (_, slot) => {
    if (padding === 'left') return slot < count ? 0 : 1;
    if (padding === 'right') return slot >= slots - count ? 0 : 1;
    return (slot + sequence) % 3 === 1 ? 0 : 1;
  });
}

const PREPARE: Record<
  AttentionCase['kernel'],
  (scene: Scene) => Pick<ReturnType<KernelCase['prepare']>, 'launches' | 'expectations'>
> = {
  rope(scene) {
    const { shape } = scene;
    const cache = scene.cache(scene.size.past);
    const padded = paddedHeadDim(shape.headDim);
    const q = scene.bench.activation('q', scene.positions.length, shape.heads * padded);
    return {
      launches: ropeCache({
        shape,
        headNorm: scene.headNorm,
        cache,
        qkv: scene.qkvActivation(),
        q,
        step: scene.step(),
      }),
      expectations: [
        {
          name: 'q',
          buffer: q.buffer,
          expected: padRows(scene.q, scene.positions.length * shape.heads, shape.headDim, padded),
        },
        ...scene.cacheExpectations(cache),
      ],
    };
  },
  prefill(scene) {
    const { shape, size } = scene;
    const o = scene.output();
    const cache = scene.cache(size.past + size.tokens);
    return {
      launches: prefillAttention(scene.bench.target, { shape, cache, q: scene.qActivation(), o, step: scene.step() }),
      expectations: [
        {
          name: 'o',
          buffer: o.buffer,
          expected: padRows(scene.reference().outputs, scene.positions.length, o.width, o.stride),
          tolerance: TOLERANCE.transcendental,
        },
      ],
    };
  },
  decode(scene) {
    const { shape, size, bench } = scene;
    const o = scene.output();
    const cache = scene.cache(size.past);
    const partial = bench.output('partial', partialElements(shape, size.batch));
    return {
      launches: decodeAttention(bench.target, {
        shape,
        headNorm: scene.headNorm,
        cache,
        qkv: scene.qkvActivation(),
        o,
        partial,
        step: scene.step(),
      }),
      expectations: [
        {
          name: 'o',
          buffer: o.buffer,
          expected: padRows(scene.reference(true).outputs, size.batch, o.width, o.stride),
          tolerance: TOLERANCE.transcendental,
        },
        ...scene.cacheExpectations(cache),
      ],
    };
  },
  weights(scene) {
    const { shape, size, bench } = scene;
    const expected = scene.reference().weights;
    const p = bench.output('p', expected.length);
    const cache = scene.cache(size.past + size.tokens);
    return {
      launches: attentionWeights(bench.target, { shape, cache, q: scene.qActivation(), p, step: scene.step() }),
      expectations: [{ name: 'p', buffer: p, expected, tolerance: TOLERANCE.transcendental }],
    };
  },
};

function attentionCase(c: AttentionCase): KernelCase {
  const { kernel, heads, kvHeads, headDim, tokens = 1, past = 0, batch = 1, dtype = 'f32' } = c;
  const extras = [
    c.headNorm && `norm ${c.headNorm}`,
    c.bidirectional && 'bidirectional',
    c.window && `window ${c.window}`,
    c.padding && `${c.padding} padding`,
    c.splits && `${c.splits} splits`,
    c.spread && `q ×${c.spread}`,
  ];
  const sizes = `${kernel} ${batch}×${tokens} after ${past}, ${heads}/${kvHeads} heads of ${headDim} ${dtype}`;
  return {
    name: [sizes, ...extras.filter(Boolean)].join(', '),
    ...(c.once ? { once: true } : {}),
    prepare(bench) {
      const scene = new Scene(bench, c);
      return { size: scene.size, ...PREPARE[kernel](scene) };
    },
  };
}

const HEADS = [
  { heads: 1, kvHeads: 1, headDim: 2 },
  { heads: 4, kvHeads: 2, headDim: 10 },
  { heads: 2, kvHeads: 1, headDim: 16 },
  { heads: 3, kvHeads: 3, headDim: 24 },
  { heads: 4, kvHeads: 1, headDim: 64 },
  { heads: 2, kvHeads: 2, headDim: 80 },
  { heads: 2, kvHeads: 1, headDim: 128 },
] as const;
const FEW = { heads: 4, kvHeads: 2, headDim: 16 } as const;
/** Those that fill their scales' groups of 32 and those that do not. */
const WIDTHS = [8, 20, 32, 64, 80, 96, 128, 256] as const;
const NORMED = [
  { heads: 4, kvHeads: 1, headDim: 64, headNorm: 'before' },
  { heads: 4, kvHeads: 2, headDim: 10, headNorm: 'after' },
  { heads: 4, kvHeads: 2, headDim: 80, headNorm: 'before', dtype: 'q8' },
  { heads: 4, kvHeads: 2, headDim: 64, headNorm: 'after', dtype: 'q8' },
  { heads: 4, kvHeads: 2, headDim: 64, headNorm: 'after', dtype: 'f16' },
] as const;

const DECODE: readonly Omit<AttentionCase, 'kernel' | 'splits'>[] = [
  ...HEADS.map((heads) => ({ past: 37, ...heads })),
  ...[0, 1, 31, 32, 33, 65, 130].map((past) => ({ past, ...FEW })),
  { ...FEW, past: 130, batch: 2 },
  // More than 8 query heads per key head, and a last tile of them that is not full.
  { heads: 12, kvHeads: 1, headDim: 16, past: 40 },
  { heads: 14, kvHeads: 2, headDim: 64, past: 33, dtype: 'f16' },
  { ...FEW, past: 45, batch: 3, dtype: 'f16' },
  ...WIDTHS.map((headDim) => ({ ...FEW, headDim, past: 37, batch: 2, dtype: 'q8' as const })),
  ...NORMED.map((norm) => ({ past: 40, ...norm })),
  { heads: 14, kvHeads: 2, headDim: 64, past: 33, dtype: 'q8' },
  { ...FEW, past: 100, batch: 2, padding: 'holes', window: 50, dtype: 'q8' },
  { ...FEW, past: 0, dtype: 'q8' },
  { ...FEW, past: 70, batch: 3, padding: 'left' },
  { ...FEW, past: 40, batch: 3, padding: 'right' },
  { ...FEW, past: 100, batch: 2, padding: 'holes', window: 50 },
  ...[1, 33, 200].map((window) => ({ past: 100, window, ...FEW })),
  { ...FEW, past: 60, spread: 60 },
  // An output narrower than its stride.
  { heads: 3, kvHeads: 1, headDim: 10, past: 40, batch: 2 },
  // Wide heads: the query heads of one key head together must fit 16 KiB of workgroup memory.
  { heads: 8, kvHeads: 1, headDim: 256, past: 40 },
  { heads: 8, kvHeads: 1, headDim: 512, past: 10 },
];

const CASES: readonly AttentionCase[] = [
  ...HEADS.map((heads) => ({ kernel: 'rope' as const, tokens: 3, past: 2, ...heads })),
  { kernel: 'rope', ...FEW, tokens: 4, past: 3, batch: 3, dtype: 'f16' },
  { kernel: 'rope', ...FEW, tokens: 1, past: 40, batch: 2 },
  ...NORMED.map((norm) => ({ kernel: 'rope' as const, tokens: 3, past: 2, ...norm })),
  ...WIDTHS.map((headDim) => ({
    kernel: 'rope' as const,
    ...FEW,
    headDim,
    tokens: 3,
    past: 2,
    batch: 2,
    dtype: 'q8' as const,
  })),

  ...HEADS.filter(({ headDim }) => headDim !== 16).map((heads) => ({
    kernel: 'prefill' as const,
    tokens: 7,
    past: 5,
    ...heads,
  })),
  ...[1, 31, 32, 33, 63, 64, 65, 130].map((tokens) => ({ kernel: 'prefill' as const, tokens, ...FEW })),
  ...[1, 32, 61, 64, 97].map((past) => ({ kernel: 'prefill' as const, tokens: 5, past, ...FEW })),
  { kernel: 'prefill', ...FEW, tokens: 70, past: 95, dtype: 'f16' },
  { kernel: 'prefill', ...FEW, tokens: 33, past: 31, batch: 2, dtype: 'f16' },
  ...WIDTHS.map((headDim) => ({
    kernel: 'prefill' as const,
    ...FEW,
    headDim,
    tokens: 7,
    past: 5,
    dtype: 'q8' as const,
  })),
  { kernel: 'prefill', ...FEW, tokens: 33, past: 31, batch: 2, padding: 'holes', window: 20, dtype: 'q8' },
  { kernel: 'prefill', ...FEW, tokens: 40, batch: 2, padding: 'right', bidirectional: true, dtype: 'q8' },
  { kernel: 'prefill', ...FEW, tokens: 9, past: 4, batch: 3, padding: 'left' },
  { kernel: 'prefill', ...FEW, tokens: 40, batch: 3, padding: 'right' },
  { kernel: 'prefill', heads: 3, kvHeads: 1, headDim: 10, tokens: 33, batch: 2 },
  { kernel: 'prefill', ...FEW, tokens: 37, past: 40, batch: 2, padding: 'holes', window: 20 },
  ...[1, 33].map((window) => ({ kernel: 'prefill' as const, tokens: 40, past: 30, window, ...FEW })),
  { kernel: 'prefill', ...FEW, tokens: 6, past: 30, spread: 60 },
  ...[33, 70].map((tokens) => ({ kernel: 'prefill' as const, tokens, bidirectional: true, ...FEW })),
  { kernel: 'prefill', ...FEW, tokens: 40, batch: 3, padding: 'right', bidirectional: true },
  { kernel: 'prefill', ...FEW, tokens: 40, batch: 2, padding: 'holes', bidirectional: true, dtype: 'f16' },
  ...[5, 33].map((window) => ({
    kernel: 'prefill' as const,
    tokens: 70,
    window,
    bidirectional: true,
    ...FEW,
  })),

  // What subgroup matrices take: 64 queries, 32 keys a round, segments of 1,024, scores that rise from round to round. Once, as other
  // variants differ in nothing here.
  ...[
    { tokens: 130 },
    { tokens: 5, past: 61 },
    { tokens: 33, past: 31, batch: 2 },
    { tokens: 5, past: 2100, spread: 4 },
    { tokens: 70, past: 130, spread: 60 },
    { tokens: 37, past: 40, batch: 2, padding: 'holes' as const, window: 20 },
    { tokens: 70, batch: 3, padding: 'right' as const, bidirectional: true },
  ].map((each) => ({
    kernel: 'prefill' as const,
    heads: 4,
    kvHeads: 2,
    headDim: 32,
    dtype: 'f16' as const,
    once: each.tokens !== 130,
    ...each,
  })),
  { kernel: 'prefill', heads: 3, kvHeads: 1, headDim: 64, tokens: 65, past: 40, spread: 5, dtype: 'f16', once: true },
  { kernel: 'prefill', heads: 2, kvHeads: 2, headDim: 128, tokens: 40, past: 33, dtype: 'f16', once: true },

  // In one split, and in two.
  ...DECODE.flatMap((each) => [1, 2].map((splits) => ({ kernel: 'decode' as const, splits, ...each }))),
  ...[3, 7, 64].map((splits) => ({ kernel: 'decode' as const, past: 130, splits, batch: 2, ...FEW })),
  // Splits with nothing to do.
  { kernel: 'decode', ...FEW, past: 20, splits: 5 },
  { kernel: 'decode', heads: 40, kvHeads: 2, headDim: 10, past: 70, splits: 3, batch: 2 },
  { kernel: 'decode', heads: 4, kvHeads: 1, headDim: 80, past: 130, batch: 2, dtype: 'q8', splits: 3 },
  { kernel: 'decode', ...FEW, past: 70, batch: 3, padding: 'left', splits: 3 },

  ...HEADS.map((heads) => ({ kernel: 'weights' as const, tokens: 3, past: 2, ...heads })),
  { kernel: 'weights', ...FEW, tokens: 2, past: 70, batch: 2, padding: 'left' },
  { kernel: 'weights', ...FEW, tokens: 20, batch: 3, padding: 'right', dtype: 'f16' },
  ...WIDTHS.map((headDim) => ({
    kernel: 'weights' as const,
    ...FEW,
    headDim,
    tokens: 3,
    past: 20,
    batch: 2,
    dtype: 'q8' as const,
  })),
  { kernel: 'weights', ...FEW, tokens: 3, past: 20, window: 4 },
  { kernel: 'weights', ...FEW, tokens: 20, batch: 2, padding: 'left', bidirectional: true },
  { kernel: 'weights', ...FEW, tokens: 20, window: 4, bidirectional: true },
];

export const SUITE: KernelSuite = {
  shaders: ['rope_cache', 'prefill', 'decode', 'combine', 'weights'].map((name) => `attention/${name}`),
  matrixShaders: ['attention/prefill_matrix'],
  cases: CASES.map(attentionCase),
};
