// Turns a graph into a plan: fuses it, gives each tensor a buffer by lifetime, picks kernels for the row counts,
// compiles the pipelines in parallel and makes the bind groups. After that a step allocates nothing.
import type { Gpu } from '../gpu/device.ts';
import type { KernelSource } from '../gpu/pipelines.ts';
import {
  attentionWeights,
  decodeAttention,
  type LayerCache,
  partialElements,
  prefillAttention,
  ropeCache,
} from '../kernels/attention.ts';
import { add, gate } from '../kernels/elementwise.ts';
import { gather, selectRows } from '../kernels/embedding.ts';
import { type GemmScratch, gemmTiles, splitSumsElements, xPartsElements } from '../kernels/gemm-tiles.ts';
import {
  type Activation,
  type KernelKnobs,
  type KernelTarget,
  kernelTarget,
  type Launch,
  type RowClass,
  type Weight,
  type WeightFormat,
  WIDTH_STEP,
} from '../kernels/kernel.ts';
import { elementsWithAhead, gemm, gemv, MAX_GEMV_ROWS, maxGemvRows, normAhead } from '../kernels/linear.ts';
import {
  type ExpertLists,
  expertGemm,
  expertGemv,
  groupByExpert,
  listElements,
  pairPartsElements,
  route,
  sumSlots,
} from '../kernels/moe.ts';
import { rmsNorm } from '../kernels/rms-norm.ts';
import { alignUp } from '../tensor/dtype.ts';
import { type FusionRule, fuse } from './fusion/rule.ts';
import { type Graph, type Op, readsOf, resultOf, type Tensor } from './graph.ts';
import { normsAhead } from './norms-ahead.ts';
import { Plan, type PlannedLaunch } from './plan.ts';
import { type MatrixSpec, paddedRows, type VectorSpec } from './weights.ts';

/** Everything outside the graph that its kernels bind. */
export interface PlanResources {
  matrix(spec: MatrixSpec): Weight;
  vector(spec: VectorSpec): GPUBuffer;
  cache(layer: number): LayerCache;
  /** Token ids of the step, [B·T]. */
  ids: GPUBuffer;
  /** Row indices for `selectRows`, [B·K]. */
  kept: GPUBuffer;
  step: GPUBuffer;
}

export interface PlanSize {
  batch: number;
  /** Most new tokens per sequence in a step. */
  tokens: number;
  /** Most kept rows per sequence in a step. */
  kept: number;
  /** Most cached slots, for the attention weights. */
  slots: number;
}

export interface PlanOptions {
  label: string;
  size: PlanSize;
  rules: readonly FusionRule[];
  resources: PlanResources;
  /** The defaults where left out. */
  knobs?: KernelKnobs;
  /** Launches to append, which may bind the outputs' buffers: sampling, for example. */
  tail?: (output: (name: string) => Activation) => Launch[];
}

/** Name under which a plan gives the attention weights of a layer. */
export const attentionsName = (layer: number) => `attentions.${layer}`;

interface Slot {
  buffer: GPUBuffer | undefined;
  elements: number;
}

/** Assigns tensors to slots: a slot is free again after the last op that reads its tensor. */
function assignSlots(graph: Graph, elements: (tensor: Tensor) => number): Map<Tensor, Slot> {
  const lastRead = new Map<Tensor, number>();
  graph.ops.forEach((op, index) => {
    for (const tensor of readsOf(op)) lastRead.set(tensor, index);
  });
  for (const tensor of graph.outputs.values()) lastRead.set(tensor, Number.POSITIVE_INFINITY);
  const slots = new Map<Tensor, Slot>();
  const free: Slot[] = [];
  graph.ops.forEach((op, index) => {
    const result = resultOf(op);
    if (result) {
      const wanted = elements(result);
      // The smallest free slot that is large enough, else the largest one, which grows.
      free.sort((a, b) => a.elements - b.elements);
      const at = free.findIndex((slot) => slot.elements >= wanted);
      const slot = free.splice(at === -1 ? free.length - 1 : at, 1)[0] ?? { buffer: undefined, elements: 0 };
      slot.elements = Math.max(slot.elements, wanted);
      slots.set(result, slot);
    }
    for (const tensor of new Set([...readsOf(op), ...(result ? [result] : [])])) {
      const slot = slots.get(tensor);
      if (slot && (lastRead.get(tensor) ?? index) <= index) free.push(slot);
    }
  });
  return slots;
}

/** A graph after fusion, with each tensor's place; what does not need a device. */
function layOut(graph: Graph, size: PlanSize, rules: readonly FusionRule[], target: KernelTarget) {
  const rowCapacity = (rows: RowClass) => size.batch * (rows === 'tokens' ? size.tokens : size.kept);
  const fewRows = (tensor: Tensor) => rowCapacity(tensor.rows) <= maxGemvRows(target);
  const fused = fuse(graph, rules, fewRows, size.tokens === 1);
  // Interleaved gate and up are padded pair by pair, as the rows of their weights are.
  const paired = new Set(fused.ops.flatMap((op) => (op.kind === 'gate' ? [op.x] : [])));
  const stride = (tensor: Tensor) => alignUp(tensor.width, paired.has(tensor) ? 2 * WIDTH_STEP : WIDTH_STEP);
  const normed = normsAhead(fused, (tensor) => rowCapacity(tensor.rows) <= MAX_GEMV_ROWS);
  const slots = assignSlots(fused, (tensor) => {
    const rows = rowCapacity(tensor.rows);
    return normed.has(tensor) ? elementsWithAhead(rows, stride(tensor)) : rows * stride(tensor);
  });
  return { rowCapacity, fewRows, fused, stride, slots, normed };
}

/** Elements of the scratch that the largest GEMM needs, with matrices in these formats and parts. */
function gemmScratchElements(
  { fused: { ops }, rowCapacity, fewRows }: ReturnType<typeof layOut>,
  target: KernelTarget,
  keptAs: (spec: MatrixSpec) => { format: WeightFormat; parts: readonly { rows: number }[] },
): { xParts: number; splitSums: number } {
  let xParts = 0;
  let splitSums = 0;
  for (const op of ops) {
    if ((op.kind !== 'linear' && op.kind !== 'experts') || fewRows(op.y)) continue;
    const rows = rowCapacity(op.y.rows);
    const depth = alignUp(op.weight.width, WIDTH_STEP);
    const { format, parts } = keptAs(op.weight);
    const tiles = gemmTiles(format, target);
    if (tiles[0]?.xParts) {
      const needed = op.kind === 'linear' ? xPartsElements(rows, depth) : pairPartsElements(op.routing, rows, depth);
      xParts = Math.max(xParts, needed);
    }
    if (op.kind === 'linear') {
      const sums = parts.map((part) => splitSumsElements(tiles, rows, part.rows, depth));
      splitSums = Math.max(splitSums, ...sums);
    }
  }
  return { xParts, splitSums };
}

/** Bytes of the activations that a plan for this graph keeps, and of the scratch of its products. */
export function activationBytes(
  graph: Graph,
  size: PlanSize,
  rules: readonly FusionRule[],
  target: KernelTarget,
): number {
  const laidOut = layOut(graph, size, rules, target);
  const activations = [...new Set(laidOut.slots.values())].reduce((sum, { elements }) => sum + elements, 0);
  // Near enough: without integer tiles all formats are divided alike.
  const whole = (spec: MatrixSpec) => ({ format: 'f16' as const, parts: [{ rows: paddedRows(spec) }] });
  const { xParts, splitSums } = gemmScratchElements(laidOut, target, whole);
  return 4 * (activations + xParts + splitSums);
}

/**
 * Makes a plan.
 * @throws {DeviceMemoryError} an activation is larger than the device's limits.
 * @throws {GpuValidationError} a kernel does not compile.
 */
export async function planGraph(gpu: Gpu, graph: Graph, options: PlanOptions): Promise<Plan> {
  const { label } = options;
  const owned: GPUBuffer[] = [];
  const create = (name: string, elements: number) => {
    const buffer = gpu.buffers.storage(`${label}: ${name}`, elements * 4);
    owned.push(buffer);
    return buffer;
  };
  try {
    return await Plan.create(gpu, {
      label,
      owned,
      ...lowerGraph(kernelTarget(gpu, options.knobs), graph, options, create),
    });
  } catch (error) {
    for (const buffer of owned) gpu.buffers.release(buffer);
    throw error;
  }
}

/** The kernels that a plan would have; makes no buffers: `standIn` takes the place of all that the plan would own. */
export function plannedKernels(gpu: Gpu, graph: Graph, options: PlanOptions, standIn: GPUBuffer): KernelSource[] {
  return lowerGraph(kernelTarget(gpu, options.knobs), graph, options, () => standIn).launches.map(
    ({ source }) => source,
  );
}

/** A graph's launches, on buffers that `create` gives. */
function lowerGraph(
  target: KernelTarget,
  graph: Graph,
  { label, size, rules, resources, tail }: PlanOptions,
  create: (name: string, elements: number) => GPUBuffer,
) {
  const laidOut = layOut(graph, size, rules, target);
  const { rowCapacity, fewRows, fused, stride, slots, normed } = laidOut;
  const activation = (tensor: Tensor): Activation => {
    const slot = slots.get(tensor);
    if (!slot) throw new Error(`tensor ${tensor.name} has no maker`);
    slot.buffer ??= create(tensor.name, slot.elements);
    const found = normed.get(tensor);
    const shape = { rows: rowCapacity(tensor.rows), stride: stride(tensor) };
    const ahead = found && normAhead(target, resources.matrix(found.weight), shape, resources.vector(found.norm.gain));
    return { buffer: slot.buffer, rows: tensor.rows, width: tensor.width, stride: shape.stride, ahead };
  };
  const outputs = new Map<string, Activation>();
  const extra = new Map<string, GPUBuffer>();
  let partial: GPUBuffer | undefined;
  let lists: ExpertLists | undefined;
  let scratch: GemmScratch | undefined;
  const context: LoweringContext = {
    target,
    size,
    resources,
    activation,
    fewRows,
    partial: (elements) => {
      partial ??= create('attention splits', elements);
      return partial;
    },
    expertLists: () => {
      // One pair of buffers for all layers, large enough for each.
      const needs = fused.ops.flatMap((op) =>
        op.kind === 'route' ? [listElements(op.routing, rowCapacity(op.y.rows))] : [],
      );
      lists ??= {
        tiles: create('expert tiles', Math.max(...needs.map(({ tiles }) => tiles))),
        pairs: create('expert pairs', Math.max(...needs.map(({ pairs }) => pairs))),
      };
      return lists;
    },
    gemmScratch: () => {
      if (scratch) return scratch;
      const { xParts, splitSums } = gemmScratchElements(laidOut, target, (spec) => resources.matrix(spec));
      // Bound even where no product needs it.
      scratch = {
        xParts: create('x in parts', Math.max(xParts, 4)),
        splitSums: create('splits of K', Math.max(splitSums, 4)),
      };
      return scratch;
    },
    extra: (name, elements) => {
      const buffer = create(name, elements);
      extra.set(name, buffer);
      return buffer;
    },
  };
  const launches: PlannedLaunch[] = fused.ops.flatMap((op) => lower(op, context).map((launch) => ({ ...launch, op })));
  for (const [name, tensor] of fused.outputs) outputs.set(name, activation(tensor));
  const output = (name: string) => {
    const found = outputs.get(name);
    if (!found) throw new Error(`plan ${label} has no output ${name}`);
    return found;
  };
  if (tail) launches.push(...tail(output));
  const given = fused.ops.find((op) => op.kind === 'input');
  const input = given?.kind === 'input' ? activation(given.y) : undefined;
  return { launches, input, outputs, extra };
}

interface LoweringContext {
  target: KernelTarget;
  size: PlanSize;
  resources: PlanResources;
  activation(tensor: Tensor): Activation;
  fewRows(tensor: Tensor): boolean;
  partial(elements: number): GPUBuffer;
  expertLists(): ExpertLists;
  gemmScratch(): GemmScratch;
  extra(name: string, elements: number): GPUBuffer;
}

/** The launches of one op. */
function lower(op: Op, context: LoweringContext): Launch[] {
  const { target, size, resources, activation } = context;
  const { step, ids, kept } = resources;
  switch (op.kind) {
    case 'input':
      activation(op.y);
      return [];
    case 'embed':
      return gather(target, { ids, table: resources.matrix(op.table), y: activation(op.y) });
    case 'norm':
      return rmsNorm(target, {
        x: activation(op.x),
        gain: resources.vector(op.norm.gain),
        eps: op.norm.eps,
        y: activation(op.y),
      });
    case 'linear': {
      const args = {
        x: activation(op.x),
        weight: resources.matrix(op.weight),
        bias: op.bias && resources.vector(op.bias),
        norm: op.norm && { gain: resources.vector(op.norm.gain), eps: op.norm.eps },
        gate: op.gate,
        residual: op.residual && activation(op.residual),
        y: activation(op.y),
        step,
      };
      return context.fewRows(op.y) ? gemv(target, args) : gemm(target, { ...args, scratch: context.gemmScratch() });
    }
    case 'gate':
      return gate({ x: activation(op.x), activation: op.activation, y: activation(op.y), step });
    case 'add':
      return add({ a: activation(op.a), b: activation(op.b), y: activation(op.y), step });
    case 'rope':
      return ropeCache({
        shape: op.shape,
        headNorm: op.headNorm && { ...op.headNorm, gains: resources.vector(op.headNorm.gains) },
        cache: resources.cache(op.layer),
        qkv: activation(op.qkv),
        q: activation(op.y),
        step,
      });
    case 'attend':
      return prefillAttention(target, {
        shape: op.shape,
        cache: resources.cache(op.layer),
        q: activation(op.q),
        o: activation(op.y),
        step,
      });
    case 'ropeAttend':
      return decodeAttention(target, {
        shape: op.shape,
        headNorm: op.headNorm && { ...op.headNorm, gains: resources.vector(op.headNorm.gains) },
        cache: resources.cache(op.layer),
        qkv: activation(op.qkv),
        o: activation(op.y),
        partial: context.partial(partialElements(op.shape, size.batch)),
        step,
      });
    case 'attentionWeights': {
      const elements = size.batch * op.shape.heads * size.tokens * size.slots;
      return attentionWeights(target, {
        shape: op.shape,
        cache: resources.cache(op.layer),
        q: activation(op.q),
        p: context.extra(attentionsName(op.layer), elements),
        step,
      });
    }
    case 'selectRows':
      return selectRows({ rows: kept, x: activation(op.x), y: activation(op.y) });
    case 'route': {
      const { routing, bias } = op;
      const routes = activation(op.y);
      return [
        ...route(target, { routing, logits: activation(op.logits), bias: bias && resources.vector(bias), routes }),
        ...(context.fewRows(op.y) ? [] : groupByExpert({ routing, routes, lists: context.expertLists(), step })),
      ];
    }
    case 'experts': {
      const args = {
        routing: op.routing,
        routes: activation(op.routes),
        x: activation(op.x),
        weight: resources.matrix(op.weight),
        blockRows: op.weight.blockRows ?? 0,
        gate: op.gate,
        y: activation(op.y),
      };
      return context.fewRows(op.y)
        ? expertGemv(target, args)
        : expertGemm(target, context.expertLists(), context.gemmScratch(), args);
    }
    case 'sumSlots':
      return sumSlots({
        routing: op.routing,
        routes: activation(op.routes),
        x: activation(op.x),
        shared: op.shared && activation(op.shared),
        residual: op.residual && activation(op.residual),
        y: activation(op.y),
        step,
      });
    default:
      return op satisfies never;
  }
}
