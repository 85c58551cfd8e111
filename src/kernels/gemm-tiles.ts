// How a GEMM is divided: the tiles that a device has, which of them a product takes, and in how many splits of K.

import integerTile from '../../shaders/lib/integer_tile.wgsl?raw';
import integersSnippet from '../../shaders/lib/integers.wgsl?raw';
import plainTileSnippet from '../../shaders/lib/plain_tile.wgsl?raw';
import roundsSnippet from '../../shaders/lib/rounds.wgsl?raw';
import signedBytes from '../../shaders/lib/signed_bytes.wgsl?raw';
import tileMain from '../../shaders/lib/tile_main.wgsl?raw';
import xIntegers from '../../shaders/lib/x_integers.wgsl?raw';
import { matrixShaders } from '../gpu/matrix-shaders.ts';
import { alignUp } from '../tensor/dtype.ts';
import { type Grid, type KernelTarget, shapeSnippet, type WeightFormat } from './kernel.ts';

/** What multiplies a tile of a GEMM. */
export interface GemmTile {
  kind: 'plain' | 'matrix' | 'integer';
  /** Rows of x. */
  lines: number;
  /** Rows of W. */
  columns: number;
  /** Tiles that a large GPU has in work at a time: with fewer, or with a few more, part of it is idle. */
  slots: number;
  /** Constants of its text, for labels. */
  shape: Record<string, number>;
  /** The snippet for `// @use tile`. */
  code: string;
  /** How x comes, where that is made once for a product. Otherwise the tile takes x as it is. */
  xParts?: XParts;
}

/** What a tile takes in place of x: parts in f16, or integers. */
export interface XParts {
  kind: 'f16' | 'integers';
  /** Constants of its text: k that a tile takes at a time. */
  shape: { DEPTH: number };
  /** The snippet for `// @use parts` of the shader that makes it. */
  code: string;
}

/** Subgroups along the rows of x and along the rows of W in a tile of subgroup matrices. */
const MATRIX_SHAPES = [
  { WM: 2, WN: 2 },
  { WM: 4, WN: 2 },
] as const;

/** Workgroup memory of the large plain tile with rounds of 32, and of the small integer one with rounds of 64. */
const LARGE_TILE_BYTES = 24_576;
/** Workgroup memory of the large integer tile. */
const LARGE_INTEGER_BYTES = 36_864;

/** A tile of the form that runs everywhere. */
export function plainTile(lines: 16 | 64, columns: 64 | 128 = 64, depth: 16 | 32 = 32): GemmTile {
  const shape = {
    LINES: lines,
    COLUMNS: columns,
    LINE_QUADS: lines === 64 ? 2 : 1,
    COLUMN_QUADS: columns / 64,
    DEPTH: depth,
  };
  const code = [shapeSnippet(shape), roundsSnippet, plainTileSnippet, tileMain].join('\n');
  return { kind: 'plain', lines, columns, slots: 528, shape, code };
}

/** The tiles that a GEMM may have on a device, all of one kind, small ones first. */
export function gemmTiles(format: WeightFormat, target: KernelTarget): GemmTile[] {
  if (target.matrices) {
    const {
      highPart,
      matrixParts,
      matrixPartsF16,
      matrixPartsQuant,
      matrixTile,
      xParts: xPartsSnippet,
    } = matrixShaders();
    // f16 holds bf16 but for magnitudes that weights do not have, integers with short scales, and other weights in two parts.
    const isOneF16 = typeof format === 'string' ? format !== 'f32' : format.shortScales;
    const count = isOneF16 ? 1 : 2;
    const isPlainQuant = typeof format !== 'string' && !format.asymmetric;
    const parts = format === 'f16' ? matrixPartsF16 : isPlainQuant ? matrixPartsQuant : matrixParts;
    return MATRIX_SHAPES.map(({ WM, WN }) => {
      const shape = { WM, WN, W_PARTS: count, DEPTH: 32 };
      const code = [shapeSnippet(shape), highPart, parts, roundsSnippet, matrixTile].join('\n');
      const xParts = {
        kind: 'f16' as const,
        shape: { DEPTH: shape.DEPTH },
        code: [highPart, xPartsSnippet].join('\n'),
      };
      return { kind: 'matrix', lines: WM * 32, columns: WN * 64, slots: 132, shape, code, xParts };
    });
  }
  if (typeof format === 'string' || !target.integerDot || !target.knobs[`q${format.bits}`].integerTiles) {
    // Rounds of 16 leave the large one within what every device has.
    return [plainTile(64), plainTile(64, 128, target.maxWorkgroupBytes >= LARGE_TILE_BYTES ? 32 : 16)];
  }
  const depth = target.maxWorkgroupBytes >= LARGE_TILE_BYTES ? 64 : 32;
  const sizes = target.maxWorkgroupBytes >= LARGE_INTEGER_BYTES ? [8, 16] : [8];
  return sizes.map((each) => {
    const shape = { EACH: each, DEPTH: depth };
    const code = [shapeSnippet(shape), integersSnippet, signedBytes, roundsSnippet, integerTile, tileMain].join('\n');
    const xParts = {
      kind: 'integers' as const,
      shape: { DEPTH: depth },
      code: [integersSnippet, xIntegers].join('\n'),
    };
    return { kind: 'integer', lines: 8 * each, columns: 128, slots: each === 8 ? 264 : 132, shape, code, xParts };
  });
}

/** Of K, at least in a split. */
const SPLIT_DEPTH = 256;
const MAX_SPLITS = 16;
/** What a split costs, as a share of the product, times K: its sums are written and read. */
const SPLIT_COST = 40;
/** Most sums of all splits together, in f32: 32 MiB. */
const MAX_SPLIT_SUMS = 2 ** 23;
/** The share of its slots that a tile has to fill. */
const ENOUGH = 0.75;

/** How a product of `rows` rows with a matrix `[columns, depth]` is divided. */
export interface GemmDivision {
  tile: GemmTile;
  /** Splits of K. */
  splits: number;
}

/** The largest tile that keeps a GPU busy, if need be in splits of K, and as many splits as leave least of it idle. */
export function divide(tiles: readonly GemmTile[], rows: number, columns: number, depth: number): GemmDivision {
  const most = Math.min(Math.max(Math.floor(depth / SPLIT_DEPTH), 1), MAX_SPLITS);
  const count = (tile: GemmTile) => Math.ceil(rows / tile.lines) * Math.ceil(columns / tile.columns);
  const suits = (tile: GemmTile) => rows > tile.lines / 2 && count(tile) * most >= ENOUGH * tile.slots;
  const tile = (tiles.findLast(suits) ?? tiles[0]) as GemmTile;
  let splits = 1;
  let least = Number.POSITIVE_INFINITY;
  // Of whole tiles, so that all row counts of one have the same splits.
  const sums = alignUp(rows, tile.lines) * columns;
  for (let each = 1; each <= most && (each === 1 || each * sums <= MAX_SPLIT_SUMS); each++) {
    const rounds = Math.ceil((count(tile) * each) / tile.slots) / each;
    const cost = rounds * (1 + ((each - 1) * SPLIT_COST) / depth);
    if (cost < least) {
      least = cost;
      splits = each;
    }
  }
  return { tile, splits };
}

/** {@link divide} for one matrix: worked out anew only for another row count, as all launches of a step, and most steps, ask for the same. */
export function divider(tiles: readonly GemmTile[], columns: number, depth: number): (rows: number) => GemmDivision {
  let lastRows = 0;
  let division: GemmDivision | undefined;
  return (rows) => {
    if (!division || rows !== lastRows) division = divide(tiles, rows, columns, depth);
    lastRows = rows;
    return division;
  };
}

/** Scratch that all GEMMs of a plan share. */
export interface GemmScratch {
  /** x as {@link GemmTile.xParts} has it: {@link xPartsElements}. */
  xParts: GPUBuffer;
  /** Sums of the splits of K: {@link splitSumsElements}. */
  splitSums: GPUBuffer;
}

/** Lines and k that a workgroup makes of x in parts. */
const PARTS_LINES = 16;
const PARTS_GROUP = 64;

/** Elements of f32 that x takes in parts: two of f16, or fewer bytes as integers. */
export function xPartsElements(lines: number, depth: number): number {
  return alignUp(lines, PARTS_LINES) * alignUp(depth, PARTS_GROUP);
}

/** The workgroups that turn `lines` lines into parts. */
export function xPartsGrid(grid: Grid, lines: number, depth: number): void {
  grid[0] = Math.ceil(depth / PARTS_GROUP);
  grid[1] = Math.ceil(lines / PARTS_LINES);
  grid[2] = 1;
}

/** Elements of f32 that the splits of products of up to `rows` rows need. */
export function splitSumsElements(tiles: readonly GemmTile[], rows: number, columns: number, depth: number): number {
  const step = tiles[0]?.lines ?? 1;
  let most = 0;
  for (let some = Math.min(step, rows); ; some = Math.min(some + step, rows)) {
    const { splits } = divide(tiles, some, columns, depth);
    if (splits > 1) most = Math.max(most, splits * some * columns);
    if (some === rows) return most;
  }
}
