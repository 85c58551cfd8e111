// y = act(x · Wᵀ + b) + residual, with an optional RMSNorm of x in front. Picks GEMV for a few rows and GEMM for many.
// Twin of shaders/linear/*.wgsl.
import resultSnippet from '../../shaders/lib/linear_result.wgsl?raw';
import gemmSource from '../../shaders/linear/gemm.wgsl?raw';
import gemvSource from '../../shaders/linear/gemv.wgsl?raw';
import joinSource from '../../shaders/linear/join.wgsl?raw';
import xPartsSource from '../../shaders/linear/x_parts.wgsl?raw';
import { assembleShader } from '../gpu/wgsl.ts';
import { alignUp } from '../tensor/dtype.ts';
import { ACTIVATION_WGSL, type ActivationName, activationNumber } from './activation.ts';
import { divider, type GemmScratch, gemmTiles, type XParts, xPartsGrid } from './gemm-tiles.ts';
import { gemvLabel, gemvShape, gemvTile } from './gemv-shape.ts';
import {
  type Activation,
  type Binding,
  foldGrid,
  formatName,
  from,
  type Grid,
  type KernelTarget,
  kernelLabel,
  type Launch,
  type NormAhead,
  rowSumsFor,
  rowsIndex,
  rowsOf,
  STEP_WGSL,
  type StepSize,
  shapeSnippet,
  targetLabel,
  type Weight,
  type WeightFormat,
  type WeightPart,
  weightsFor,
  type XForm,
} from './kernel.ts';

/** Rows for which a GEMV each is quicker than a GEMM for all, on hardware. */
export const MAX_GEMV_ROWS = 4;

/**
 * Up to this many rows a GEMV per row is used, which reads the weights once per row. Software adapters use nothing else:
 * their GEMM takes seconds to compile and is no faster.
 */
export function maxGemvRows(target: KernelTarget): number {
  return target.software ? Number.POSITIVE_INFINITY : MAX_GEMV_ROWS;
}

/** Rows of every part but the last are a multiple of this, so that bindings into y and b stay aligned to 256 bytes. */
export const PART_ROW_STEP = 128;

/** What lies at a multiple of so many elements can be bound from there on. */
const BINDING_STEP = 64;

export interface LinearArgs {
  x: Activation;
  weight: Weight;
  /** [N] in f32. */
  bias?: GPUBuffer | undefined;
  /** RMSNorm of x before the product; only for GEMV. */
  norm?: { gain: GPUBuffer; eps: number } | undefined;
  /** Rows of W come in pairs gate, up; the result is act(gate) · up. Excludes `residual`. */
  gate?: ActivationName | undefined;
  residual?: Activation | undefined;
  y: Activation;
  step: GPUBuffer;
}

export interface GemmArgs extends LinearArgs {
  scratch: GemmScratch;
}

/** Bias, residual and result from a part's first row on; what is absent is bound to the weight and never read. */
function resultBindings({ bias, gate, residual, y }: LinearArgs, part: WeightPart): Binding[] {
  const firstOut = gate ? part.firstRow / 2 : part.firstRow;
  return [
    bias ? from(bias, part.firstRow) : part.buffer,
    residual ? from(residual.buffer, firstOut) : part.buffer,
    from(y.buffer, firstOut),
  ];
}

/** The text of a GEMV's shader. */
export function gemvCode(target: KernelTarget, format: WeightFormat, x: XForm | undefined): string {
  return assembleShader(gemvSource, {
    weights: weightsFor(format, target),
    ...rowSumsFor(target, x),
    activation: ACTIVATION_WGSL,
  });
}

/** Elements of `rows` rows of an activation with what a GEMV may leave behind them for the next norm. */
export function elementsWithAhead(rows: number, stride: number): number {
  return 2 * alignUp(rows * stride, BINDING_STEP) + rows * stride;
}

/**
 * What a GEMV with this weight leaves for the norm behind it: `y` is `[rows, stride]`. Undefined where the weight is in parts, as each of
 * those would have to know of the others.
 */
export function normAhead(
  target: KernelTarget,
  weight: Weight,
  y: { rows: number; stride: number },
  gain: GPUBuffer,
): NormAhead | undefined {
  if (weight.parts.length > 1) return undefined;
  const { ROWS } = gemvShape(target, weight, weight.rows, false).constants;
  const product = alignUp(y.rows * y.stride, BINDING_STEP);
  return { gain, product, squares: 2 * product, groups: Math.ceil(weight.rows / ROWS) };
}

/** The RMSNorm prologue exists only in this form. */
export function gemv(target: KernelTarget, args: LinearArgs): Launch[] {
  const { x, weight, bias, norm, gate, residual, y } = args;
  const shape = gemvShape(target, weight, weight.rows, gate !== undefined);
  const given = norm && x.ahead;
  const { ahead } = y;
  const constants = {
    ...shape.constants,
    K8: weight.stride / 8,
    WIDTH: x.width,
    OUT_STRIDE: y.stride,
    ACT: activationNumber(gate),
    NORM: given ? 2 : norm ? 1 : 0,
    EPS: norm?.eps ?? 0,
    ...(given ? { SQUARE_GROUPS: given.groups } : {}),
    ...(ahead ? { AHEAD: ahead.product, AHEAD_SQUARES: ahead.squares, AHEAD_GROUPS: ahead.groups } : {}),
    BIAS: bias ? 1 : 0,
    RESIDUAL: residual ? 1 : 0,
  };
  const source = {
    label: kernelLabel('linear/gemv', constants, formatName(weight.format), ...gemvLabel(target, shape)),
    code: gemvCode(target, weight.format, shape.x),
    bindings: ['read', 'read', 'read', 'read', 'read', 'write'] as const,
    constants,
  };
  return weight.parts.map((part) => {
    return {
      source,
      bindings: [
        from(x.buffer, given?.product ?? 0),
        part.buffer,
        given ? from(x.buffer, given.squares) : (norm?.gain ?? ahead?.gain ?? part.buffer),
        ...resultBindings(args, part),
      ],
      grid: (size, grid) => foldGrid(grid, Math.ceil(part.rows / gemvTile(shape)), rowsOf(size, y.rows)),
    };
  });
}

/** x as tiles take it. */
function makeXParts({ kind, shape, code }: XParts, { x, weight, step, scratch }: GemmArgs): Launch {
  const constants = { K8: weight.stride / 8, ROWS: rowsIndex(x.rows) };
  return {
    source: {
      label: kernelLabel(`linear/x_parts ${kind}`, { ...shape, ...constants }),
      code: assembleShader(xPartsSource, { shape: shapeSnippet(shape), step: STEP_WGSL, parts: code }),
      bindings: ['read', 'read', 'write'],
      constants,
    },
    bindings: [step, x.buffer, scratch.xParts],
    grid: (size, grid) => xPartsGrid(grid, rowsOf(size, x.rows), weight.stride),
  };
}

export function gemm(target: KernelTarget, args: GemmArgs): Launch[] {
  const { x, weight, bias, gate, residual, y, step, scratch } = args;
  const result = {
    OUT_STRIDE: y.stride,
    ACT: activationNumber(gate),
    BIAS: bias ? 1 : 0,
    RESIDUAL: residual ? 1 : 0,
  };
  const constants = { K8: weight.stride / 8, ...result, ROWS: rowsIndex(y.rows) };
  const resultSnippets = { activation: ACTIVATION_WGSL, result: resultSnippet };
  const snippets = { step: STEP_WGSL, weights: weightsFor(weight.format, target), ...resultSnippets };
  const variant = [formatName(weight.format), targetLabel(target)];
  const tiles = gemmTiles(weight.format, target);
  const xParts = tiles[0]?.xParts;
  const launches = weight.parts.flatMap((part) => {
    const results = resultBindings(args, part);
    const divisionOf = divider(tiles, part.rows, weight.stride);
    const products = tiles.map((tile) => ({
      source: {
        label: kernelLabel(`linear/gemm ${tile.kind}`, { ...tile.shape, ...constants }, ...variant),
        code: assembleShader(gemmSource, { ...snippets, tile: tile.code }),
        bindings: ['read', 'read', 'read', 'read', 'read', 'write', 'write'] as const,
        constants,
      },
      bindings: [step, xParts ? scratch.xParts : x.buffer, part.buffer, ...results, scratch.splitSums],
      grid: (size: StepSize, grid: Grid) => {
        const rows = rowsOf(size, y.rows);
        const { tile: chosen, splits } = divisionOf(rows);
        grid[0] = chosen === tile ? Math.ceil(part.rows / tile.columns) : 0;
        grid[1] = Math.ceil(rows / tile.lines);
        grid[2] = splits;
      },
    }));
    const shape = { UNITS: part.rows / 4, WG: 64 };
    const join = {
      source: {
        label: kernelLabel('linear/join', { ...shape, ...result }),
        code: assembleShader(joinSource, { shape: shapeSnippet(shape), ...resultSnippets }),
        bindings: ['read', 'read', 'read', 'write'] as const,
        constants: result,
      },
      bindings: [scratch.splitSums, ...results],
      grid: (size: StepSize, grid: Grid) => {
        const rows = rowsOf(size, y.rows);
        const { splits } = divisionOf(rows);
        grid[0] = splits > 1 ? Math.ceil(shape.UNITS / shape.WG / splits) : 0;
        grid[1] = rows;
        grid[2] = splits;
      },
    };
    return [...products, join];
  });
  return xParts ? [makeXParts(xParts, args), ...launches] : launches;
}
