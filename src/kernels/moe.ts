// Mixture of experts with no read-back: routing, lists by expert, expert products for few rows and for many, the sum over a row's
// experts. Twins of shaders/moe/*.wgsl.
import gemmSource from '../../shaders/moe/gemm.wgsl?raw';
import gemvSource from '../../shaders/moe/gemv.wgsl?raw';
import groupSource from '../../shaders/moe/group.wgsl?raw';
import routeSource from '../../shaders/moe/route.wgsl?raw';
import sumSource from '../../shaders/moe/sum.wgsl?raw';
import xPartsSource from '../../shaders/moe/x_parts.wgsl?raw';
import { assembleShader } from '../gpu/wgsl.ts';
import { ACTIVATION_WGSL, type ActivationName, activationNumber } from './activation.ts';
import { type GemmScratch, gemmTiles, plainTile, xPartsElements, xPartsGrid } from './gemm-tiles.ts';
import { gemvLabel, gemvShape, gemvTile } from './gemv-shape.ts';
import {
  type Activation,
  foldGrid,
  formatName,
  type Grid,
  type KernelTarget,
  kernelLabel,
  type Launch,
  reduceFor,
  rowSumsFor,
  rowsIndex,
  rowsOf,
  STEP_WGSL,
  type StepSize,
  shapeSnippet,
  targetLabel,
  type Weight,
  weightsFor,
  workgroupSize,
} from './kernel.ts';

/** Most experts of a layer, the shared ones included: their counts live in workgroup memory. */
export const MAX_EXPERTS = 1024;

/** How a layer chooses experts; the same for every row. */
export interface Routing {
  scoring: 'softmax' | 'sigmoid';
  /** Experts E to choose from. */
  experts: number;
  /** Experts per token k. */
  chosen: number;
  /** Groups of experts, and how many of them are searched. */
  groups: number;
  chosenGroups: number;
  /** Divide the chosen weights by their sum plus `floor`. */
  normalize: boolean;
  floor: number;
  /** Multiplies the chosen weights. */
  scale: number;
  /** Shared experts: as many more slots, run by every token. */
  shared: number;
  /** Whether the shared experts run with the chosen ones, or the caller runs them; then `shared` is 1. */
  sharedInSlots: boolean;
  /** Whether the last column of the logits gates the shared experts. */
  sharedGate: boolean;
}

/** Slots of a row in the routes: its chosen experts, then the shared ones. */
export function routeSlots({ chosen, shared }: Routing): number {
  return chosen + shared;
}

/** Slots that run through the experts' matrices. */
export function usedSlots({ chosen, shared, sharedInSlots }: Routing): number {
  return chosen + (sharedInSlots ? shared : 0);
}

/** Columns of the routes: each slot's expert, then each slot's weight. */
export function routeWidth(routing: Routing): number {
  return 2 * routeSlots(routing);
}

export interface RouteArgs {
  routing: Routing;
  /** [R, E], or [R, E + 1] with a gate for the shared experts. */
  logits: Activation;
  /** [E], added to the scores for choosing only. */
  bias?: GPUBuffer | undefined;
  /** [R, {@link routeWidth}]: u32 and the bits of f32. */
  routes: Activation;
}

export function route(target: KernelTarget, { routing, logits, bias, routes }: RouteArgs): Launch[] {
  const { experts, chosen, groups, chosenGroups, shared } = routing;
  const shape = { EXPERTS: experts, CHOSEN: chosen, GROUPS: groups, CHOSEN_GROUPS: chosenGroups, SHARED: shared };
  const constants = {
    WG: workgroupSize(target, 64),
    LOGIT_STRIDE: logits.stride,
    ROUTE_STRIDE: routes.stride,
    SIGMOID: routing.scoring === 'sigmoid' ? 1 : 0,
    BIAS: bias ? 1 : 0,
    NORMALIZE: routing.normalize ? 1 : 0,
    FLOOR: routing.floor,
    SCALE: routing.scale,
    SHARED_GATE: routing.sharedGate ? 1 : 0,
  };
  return [
    {
      source: {
        label: kernelLabel('moe/route', { ...shape, ...constants }, targetLabel(target)),
        code: assembleShader(routeSource, { shape: shapeSnippet(shape), reduce: reduceFor(target) }),
        bindings: ['read', 'read', 'write'],
        constants,
      },
      bindings: [logits.buffer, bias ?? logits.buffer, routes.buffer],
      grid: (size, grid) => {
        grid[0] = rowsOf(size, routes.rows);
        grid[1] = 1;
        grid[2] = 1;
      },
    },
  ];
}

/** Pairs per tile of the grouped GEMM. */
const TILES = [16, 64] as const;

/** The tile for a step: small where experts get few rows each. */
function tileFor({ experts, chosen }: Routing, rows: number): number {
  return (rows * chosen) / experts > 24 ? 64 : 16;
}

/** Tiles that the pairs of `rows` rows can take at most. */
function mostTiles(routing: Routing, rows: number, tile: number): number {
  const pairs = rows * usedSlots(routing);
  return Math.min(pairs, Math.ceil(pairs / tile) + routing.experts + routing.shared);
}

/** Lists of pairs by expert; rewritten by each layer. */
export interface ExpertLists {
  /** vec4u of u32: the number of tiles, then the tiles. */
  tiles: GPUBuffer;
  /** [R · slots] u32 */
  pairs: GPUBuffer;
}

/** Elements of u32 that the lists need for `rows` rows. */
export function listElements(routing: Routing, rows: number): { tiles: number; pairs: number } {
  return { tiles: 4 * (1 + mostTiles(routing, rows, TILES[0])), pairs: rows * usedSlots(routing) };
}

export interface GroupArgs {
  routing: Routing;
  routes: Activation;
  lists: ExpertLists;
  step: GPUBuffer;
}

/** Fills the lists, for the tile that the step takes. */
export function groupByExpert({ routing, routes, lists, step }: GroupArgs): Launch[] {
  return TILES.map((tile) => {
    const shape = {
      ALL_EXPERTS: routing.experts + (routing.sharedInSlots ? routing.shared : 0),
      SLOTS: routeSlots(routing),
      USED_SLOTS: usedSlots(routing),
      TILE: tile,
    };
    const constants = { ROUTE_STRIDE: routes.stride, ROWS: rowsIndex(routes.rows) };
    return {
      source: {
        label: kernelLabel('moe/group', { ...shape, ...constants }),
        code: assembleShader(groupSource, { shape: shapeSnippet(shape), step: STEP_WGSL }),
        bindings: ['read', 'read', 'write', 'write'] as const,
        constants,
      },
      bindings: [step, routes.buffer, lists.tiles, lists.pairs],
      grid: (size: StepSize, grid: [number, number, number]) => {
        grid[0] = tileFor(routing, rowsOf(size, routes.rows)) === tile ? 1 : 0;
        grid[1] = 1;
        grid[2] = 1;
      },
    };
  });
}

export interface ExpertArgs {
  routing: Routing;
  routes: Activation;
  /** [R, K] where `gate` is set, else [R, slots, K]; each slot's width padded. */
  x: Activation;
  /** [experts, blockRows, K] */
  weight: Weight;
  /** Rows per expert. */
  blockRows: number;
  /** Rows of W come in pairs gate, up and x has one row for all slots; without it the result is weighted by the routing. */
  gate?: ActivationName | undefined;
  /** [R, slots, blockRows], or half of that with `gate`. */
  y: Activation;
}

function expertConstants({ routing, routes, weight, blockRows, gate }: ExpertArgs) {
  return {
    K8: weight.stride / 8,
    BLOCK: blockRows,
    SLOTS: routeSlots(routing),
    USED_SLOTS: usedSlots(routing),
    X_DIVISOR: gate ? usedSlots(routing) : 1,
    ROUTE_STRIDE: routes.stride,
    WEIGHTED: gate ? 0 : 1,
    ACT: activationNumber(gate),
  };
}

/** Every chosen expert of a few rows, one dispatch per part of the weight. */
export function expertGemv(target: KernelTarget, args: ExpertArgs): Launch[] {
  const { routing, routes, x, weight, blockRows, gate, y } = args;
  const shape = gemvShape(target, weight, blockRows * usedSlots(routing), gate !== undefined);
  return weight.parts.map((part) => {
    const constants = {
      ...shape.constants,
      FIRST_EXPERT: part.firstRow / blockRows,
      ...expertConstants(args),
    };
    return {
      source: {
        label: kernelLabel('moe/gemv', constants, formatName(weight.format), ...gemvLabel(target, shape)),
        code: assembleShader(gemvSource, {
          weights: weightsFor(weight.format, target),
          ...rowSumsFor(target, shape.x),
          activation: ACTIVATION_WGSL,
        }),
        bindings: ['read', 'read', 'read', 'write'],
        constants,
      },
      bindings: [routes.buffer, x.buffer, part.buffer, y.buffer],
      grid: (size, grid) =>
        foldGrid(grid, Math.ceil(blockRows / gemvTile(shape)), rowsOf(size, y.rows) * usedSlots(routing)),
    };
  });
}

/** Elements of f32 that the pairs of `rows` rows take in parts. */
export function pairPartsElements(routing: Routing, rows: number, depth: number): number {
  return Math.max(...TILES.map((lines) => xPartsElements(mostTiles(routing, rows, lines) * lines, depth)));
}

/** The listed pairs, expert by expert. */
export function expertGemm(target: KernelTarget, lists: ExpertLists, scratch: GemmScratch, args: ExpertArgs): Launch[] {
  const { routing, routes, x, weight, blockRows, y } = args;
  const variant = [formatName(weight.format), targetLabel(target)];
  const snippets = {
    weights: weightsFor(weight.format, target),
    activation: ACTIVATION_WGSL,
  };
  const tiles = gemmTiles(weight.format, target);
  return TILES.flatMap((lines) => {
    const tile = tiles.find((each) => each.lines === lines) ?? plainTile(lines);
    const { xParts } = tile;
    const isChosen = (size: StepSize) => tileFor(routing, rowsOf(size, y.rows)) === lines;
    const products = weight.parts.map((part): Launch => {
      const constants = { FIRST_EXPERT: part.firstRow / blockRows, ...expertConstants(args) };
      return {
        source: {
          label: kernelLabel(`moe/gemm ${tile.kind}`, { ...tile.shape, ...constants }, ...variant),
          code: assembleShader(gemmSource, { ...snippets, tile: tile.code }),
          bindings: ['read', 'read', 'read', 'read', 'read', 'write'] as const,
          constants,
        },
        bindings: [lists.tiles, lists.pairs, routes.buffer, xParts ? scratch.xParts : x.buffer, part.buffer, y.buffer],
        grid: (size: StepSize, grid: Grid) => {
          grid[0] = isChosen(size) ? Math.ceil(blockRows / tile.columns) : 0;
          grid[1] = mostTiles(routing, rowsOf(size, y.rows), lines);
          grid[2] = 1;
        },
      };
    });
    if (!xParts) return products;
    const shape = { ...xParts.shape, LINES: lines };
    const { K8, X_DIVISOR } = expertConstants(args);
    const parts: Launch = {
      source: {
        label: kernelLabel(`moe/x_parts ${xParts.kind}`, { ...shape, K8, X_DIVISOR }),
        code: assembleShader(xPartsSource, { shape: shapeSnippet(shape), parts: xParts.code }),
        bindings: ['read', 'read', 'read', 'write'],
        constants: { K8, X_DIVISOR },
      },
      bindings: [lists.tiles, lists.pairs, x.buffer, scratch.xParts],
      grid: (size, grid) => {
        xPartsGrid(grid, mostTiles(routing, rowsOf(size, y.rows), lines) * lines, weight.stride);
        if (!isChosen(size)) grid[0] = 0;
      },
    };
    return [parts, ...products];
  });
}

export interface SumSlotsArgs {
  routing: Routing;
  routes: Activation;
  /** [R, slots, M] */
  x: Activation;
  /** [R, M], weighted by the last slot of the routes. */
  shared?: Activation | undefined;
  residual?: Activation | undefined;
  /** [R, M] */
  y: Activation;
  step: GPUBuffer;
}

export function sumSlots({ routing, routes, x, shared, residual, y, step }: SumSlotsArgs): Launch[] {
  const constants = {
    VECTORS: y.stride / 4,
    SLOTS: routeSlots(routing),
    USED_SLOTS: usedSlots(routing),
    ROUTE_STRIDE: routes.stride,
    SHARED: shared ? 1 : 0,
    RESIDUAL: residual ? 1 : 0,
    ROWS: rowsIndex(y.rows),
  };
  return [
    {
      source: {
        label: kernelLabel('moe/sum', constants),
        code: assembleShader(sumSource, { step: STEP_WGSL }),
        bindings: ['read', 'read', 'read', 'read', 'read', 'write'],
        constants,
      },
      bindings: [step, x.buffer, routes.buffer, (shared ?? x).buffer, (residual ?? x).buffer, y.buffer],
      grid: (size, grid) => foldGrid(grid, Math.ceil((rowsOf(size, y.rows) * y.stride) / 4 / 64)),
    },
  ];
}
