// RoPE with the cache write, prefill and decode attention, attention weights: head shapes, caches, paddings, windows, splits.

import {
  type AttentionShape,
  attentionWeights,
  decodeAttention,
  type KvDType,
  type LayerCache,
  paddedHeadDim,
  partialElements,
  prefillAttention,
  ropeCache,
} from '../../../src/kernels/attention.ts';
import type { StepSize } from '../../../src/kernels/kernel.ts';
import { f16ToF32 } from '../../../src/tensor/half.ts';
import { roundTo } from '../../weight-bits.ts';
import { type Bench, type Expectation, type KernelCase, type KernelSuite, padRows, TOLERANCE } from '../kernel-case.ts';
import { attention, rotate } from '../reference.ts';

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
  window?: number;
  bidirectional?: boolean;
  padding?: Padding;
  splits?: number;
  /** Multiplies the queries: large ones make the softmax sharp. */
  spread?: number;
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
  readonly positions: number[];
  /** [B·T, H, D], rotated */
  readonly q: Float64Array;
  /** [B, G, past + T, D]: the cache after the step */
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
    const round = (value: number) => roundTo(this.dtype, value);
    this.keys = Float64Array.from(bench.floats(batch * kvHeads * slots * headDim), round);
    this.values = Float64Array.from(bench.floats(batch * kvHeads * slots * headDim), round);
    for (let row = 0; row < rows; row++) {
      const head = (index: number) =>
        this.qkv.slice(row * width + index * headDim, row * width + (index + 1) * headDim);
      const turned = (index: number) => rotate(head(index), this.positions[row] as number, this.inverse, this.scaling);
      for (let h = 0; h < heads; h++) this.q.set(turned(h), (row * heads + h) * headDim);
      for (let g = 0; g < kvHeads; g++) {
        const slot = past + (row % tokens);
        const at = ((Math.floor(row / tokens) * kvHeads + g) * slots + slot) * headDim;
        this.keys.set(turned(heads + g).map(round), at);
        this.values.set(Float64Array.from(head(heads + kvHeads + g), round), at);
      }
    }
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

  /** The cache with its first `slots` slots filled, the others undefined; `[B, G, capacity, D padded]`. */
  cacheElements(data: Float64Array, slots: number): (number | undefined)[] {
    const { batch, capacity, past, tokens } = this.size;
    const { kvHeads, headDim } = this.shape;
    const padded = paddedHeadDim(headDim);
    const elements: (number | undefined)[] = Array(batch * kvHeads * capacity * padded).fill(undefined);
    for (let head = 0; head < batch * kvHeads; head++) {
      for (let slot = 0; slot < slots; slot++) {
        for (let d = 0; d < padded; d++) {
          const from = (head * (past + tokens) + slot) * headDim + d;
          elements[(head * capacity + slot) * padded + d] = d < headDim ? data[from] : 0;
        }
      }
    }
    return elements;
  }

  /** The cache before the step, with `slots` slots filled and the rest poisoned. */
  cache(slots: number): LayerCache {
    const { dtype, bench, mask } = this;
    const { capacity } = this.size;
    const masks = mask?.flatMap((row) => [...row, ...Array(capacity - row.length).fill(1)]);
    return {
      keys: bench.partlyFilled('keys', dtype, this.cacheElements(this.keys, slots)),
      values: bench.partlyFilled('values', dtype, this.cacheElements(this.values, slots)),
      dtype,
      mask: masks && bench.buffer('mask', Uint32Array.from(masks)),
    };
  }

  /** The cache after the step. */
  cacheExpectations({ keys, values }: LayerCache): Expectation[] {
    const slots = this.size.past + this.size.tokens;
    const read = (bytes: ArrayBuffer) =>
      this.dtype === 'f32' ? new Float32Array(bytes) : Float32Array.from(new Uint16Array(bytes), f16ToF32);
    const tolerance = this.dtype === 'f32' ? TOLERANCE.f32 : TOLERANCE.f16;
    return [
      { name: 'keys', buffer: keys, expected: this.cacheElements(this.keys, slots), read, tolerance },
      { name: 'values', buffer: values, expected: this.cacheElements(this.values, slots), read, tolerance },
    ];
  }

  reference(seesItself = false) {
    const { shape, size, mask, q, keys, values } = this;
    return attention({ ...size, ...shape, mask, seesItself, q, keys, values });
  }

  output() {
    const { heads, headDim } = this.shape;
    return this.bench.activation('o', this.positions.length, heads * headDim);
  }

  get tolerance(): number {
    return this.dtype === 'f32' ? TOLERANCE.transcendental : TOLERANCE.f16;
  }
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
      launches: ropeCache({ shape, cache, qkv: scene.qkvActivation(), q, step: scene.step() }),
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
      launches: prefillAttention({ shape, cache, q: scene.qActivation(), o, step: scene.step() }),
      expectations: [
        {
          name: 'o',
          buffer: o.buffer,
          expected: padRows(scene.reference().outputs, scene.positions.length, o.width, o.stride),
          tolerance: scene.tolerance,
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
          tolerance: scene.tolerance,
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
      expectations: [{ name: 'p', buffer: p, expected, tolerance: scene.tolerance }],
    };
  },
};

function attentionCase(c: AttentionCase): KernelCase {
  const { kernel, heads, kvHeads, headDim, tokens = 1, past = 0, batch = 1, dtype = 'f32' } = c;
  const extras = [
    c.bidirectional && 'bidirectional',
    c.window && `window ${c.window}`,
    c.padding && `${c.padding} padding`,
    c.splits && `${c.splits} splits`,
    c.spread && `q ×${c.spread}`,
  ];
  const sizes = `${kernel} ${batch}×${tokens} after ${past}, ${heads}/${kvHeads} heads of ${headDim} ${dtype}`;
  return {
    name: [sizes, ...extras.filter(Boolean)].join(', '),
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

const CASES: readonly AttentionCase[] = [
  ...HEADS.map((heads) => ({ kernel: 'rope' as const, tokens: 3, past: 2, ...heads })),
  { kernel: 'rope', ...FEW, tokens: 4, past: 3, batch: 3, dtype: 'f16' },
  { kernel: 'rope', ...FEW, tokens: 1, past: 40, batch: 2 },

  ...HEADS.filter(({ headDim }) => headDim !== 16).map((heads) => ({
    kernel: 'prefill' as const,
    tokens: 7,
    past: 5,
    ...heads,
  })),
  ...[1, 31, 32, 33, 63, 64, 65, 130].map((tokens) => ({ kernel: 'prefill' as const, tokens, ...FEW })),
  ...[1, 32, 61].map((past) => ({ kernel: 'prefill' as const, tokens: 5, past, ...FEW })),
  { kernel: 'prefill', ...FEW, tokens: 70, past: 95, dtype: 'f16' },
  { kernel: 'prefill', ...FEW, tokens: 33, past: 31, batch: 2, dtype: 'f16' },
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

  ...HEADS.map((heads) => ({ kernel: 'decode' as const, past: 37, ...heads })),
  ...[0, 1, 31, 32, 33, 65].map((past) => ({ kernel: 'decode' as const, past, ...FEW })),
  ...[2, 3, 7, 64].map((splits) => ({ kernel: 'decode' as const, past: 130, splits, batch: 2, ...FEW })),
  // Splits with nothing to do.
  { kernel: 'decode', ...FEW, past: 20, splits: 5 },
  { kernel: 'decode', ...FEW, past: 0, splits: 2 },
  // More than 8 query heads per key head, and a last tile of them that is not full.
  { kernel: 'decode', heads: 12, kvHeads: 1, headDim: 16, past: 40 },
  { kernel: 'decode', heads: 40, kvHeads: 2, headDim: 10, past: 70, splits: 3, batch: 2 },
  { kernel: 'decode', heads: 14, kvHeads: 2, headDim: 64, past: 33, dtype: 'f16' },
  { kernel: 'decode', ...FEW, past: 45, batch: 3, dtype: 'f16', splits: 2 },
  { kernel: 'decode', ...FEW, past: 70, batch: 3, padding: 'left' },
  { kernel: 'decode', ...FEW, past: 70, batch: 3, padding: 'left', splits: 3 },
  { kernel: 'decode', ...FEW, past: 40, batch: 3, padding: 'right' },
  { kernel: 'decode', ...FEW, past: 100, batch: 2, padding: 'holes', window: 50, splits: 2 },
  ...[1, 33, 200].map((window) => ({ kernel: 'decode' as const, past: 100, window, splits: 2, ...FEW })),
  { kernel: 'decode', ...FEW, past: 60, spread: 60, splits: 2 },
  // An output narrower than its stride.
  { kernel: 'decode', heads: 3, kvHeads: 1, headDim: 10, past: 40, splits: 2, batch: 2 },
  // Wide heads: the query heads of one key head together must fit 16 KiB of workgroup memory.
  { kernel: 'decode', heads: 8, kvHeads: 1, headDim: 256, past: 40, splits: 2 },
  { kernel: 'decode', heads: 8, kvHeads: 1, headDim: 512, past: 10 },

  ...HEADS.map((heads) => ({ kernel: 'weights' as const, tokens: 3, past: 2, ...heads })),
  { kernel: 'weights', ...FEW, tokens: 2, past: 70, batch: 2, padding: 'left' },
  { kernel: 'weights', ...FEW, tokens: 20, batch: 3, padding: 'right', dtype: 'f16' },
  { kernel: 'weights', ...FEW, tokens: 3, past: 20, window: 4 },
  { kernel: 'weights', ...FEW, tokens: 20, batch: 2, padding: 'left', bidirectional: true },
  { kernel: 'weights', ...FEW, tokens: 20, window: 4, bidirectional: true },
];

export const SUITE: KernelSuite = {
  shaders: ['attention/rope_cache', 'attention/prefill', 'attention/decode', 'attention/combine', 'attention/weights'],
  cases: CASES.map(attentionCase),
};
