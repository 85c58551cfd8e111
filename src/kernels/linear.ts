// y = act(x · Wᵀ + b) + residual, with an optional RMSNorm of x in front. Picks GEMV for a few rows and GEMM for many.
// Twin of shaders/linear/gemv.wgsl and shaders/linear/gemm.wgsl.
import gemmSource from '../../shaders/linear/gemm.wgsl?raw';
import gemvSource from '../../shaders/linear/gemv.wgsl?raw';
import { assembleShader } from '../gpu/wgsl.ts';
import { ACTIVATION_WGSL, type ActivationName, activationNumber } from './activation.ts';
import { gemvLabel, gemvShape, gemvTile } from './gemv-shape.ts';
import {
  type Activation,
  type Binding,
  foldGrid,
  formatName,
  from,
  type GemmTile,
  type Grid,
  gemmTiles,
  type KernelTarget,
  kernelLabel,
  type Launch,
  rowSumsFor,
  rowsIndex,
  rowsOf,
  STEP_WGSL,
  type StepSize,
  targetLabel,
  type Weight,
  type WeightFormat,
  type WeightPart,
  weightsFor,
  type XForm,
} from './kernel.ts';

const MAX_GEMV_ROWS = 4;

/**
 * Up to this many rows a GEMV per row is used, which reads the weights once per row. Software adapters use nothing else:
 * their GEMM takes seconds to compile and is no faster.
 */
export function maxGemvRows(target: KernelTarget): number {
  return target.software ? Number.POSITIVE_INFINITY : MAX_GEMV_ROWS;
}

/** Rows of every part but the last are a multiple of this, so that bindings into y and b stay aligned to 256 bytes. */
export const PART_ROW_STEP = 128;

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

/** The RMSNorm prologue exists only in this form. */
export function gemv(target: KernelTarget, args: LinearArgs): Launch[] {
  const { x, weight, bias, norm, gate, residual, y } = args;
  const shape = gemvShape(target, weight, weight.rows, gate !== undefined);
  const constants = {
    ...shape.constants,
    K8: weight.stride / 8,
    WIDTH: x.width,
    OUT_STRIDE: y.stride,
    ACT: activationNumber(gate),
    NORM: norm ? 1 : 0,
    EPS: norm?.eps ?? 0,
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
      bindings: [x.buffer, part.buffer, norm?.gain ?? part.buffer, ...resultBindings(args, part)],
      grid: (size, grid) => foldGrid(grid, Math.ceil(part.rows / gemvTile(shape)), rowsOf(size, y.rows)),
    };
  });
}

/** The largest tile that keeps a GPU busy, or the smallest. */
function tileFor(tiles: readonly GemmTile[], rows: number, columns: number): GemmTile | undefined {
  const isBusy = ({ lines, columns: width, busyTiles }: GemmTile) =>
    Math.ceil(rows / lines) * Math.ceil(columns / width) >= busyTiles;
  return tiles.findLast(isBusy) ?? tiles[0];
}

export function gemm(target: KernelTarget, args: LinearArgs): Launch[] {
  const { x, weight, bias, gate, residual, y, step } = args;
  const constants = {
    K8: weight.stride / 8,
    OUT_STRIDE: y.stride,
    ACT: activationNumber(gate),
    BIAS: bias ? 1 : 0,
    RESIDUAL: residual ? 1 : 0,
    ROWS: rowsIndex(y.rows),
  };
  const snippets = {
    step: STEP_WGSL,
    weights: weightsFor(weight.format, target),
    activation: ACTIVATION_WGSL,
  };
  const variant = [formatName(weight.format), targetLabel(target)];
  const bindings = ['read', 'read', 'read', 'read', 'read', 'write'] as const;
  const tiles = gemmTiles(weight.format, target);
  return weight.parts.flatMap((part) =>
    tiles.map((tile) => ({
      source: {
        label: kernelLabel(`linear/gemm ${tile.kind}`, { ...tile.shape, ...constants }, ...variant),
        code: assembleShader(gemmSource, { ...snippets, tile: tile.code }),
        bindings,
        constants,
      },
      bindings: [step, x.buffer, part.buffer, ...resultBindings(args, part)],
      grid: (size: StepSize, grid: Grid) => {
        const rows = rowsOf(size, y.rows);
        const isChosen = tileFor(tiles, rows, part.rows) === tile;
        grid[0] = isChosen ? Math.ceil(part.rows / tile.columns) : 0;
        grid[1] = Math.ceil(rows / tile.lines);
        grid[2] = 1;
      },
    })),
  );
}
