// Which tile a product takes, in how many splits of K, and what scratch that needs.
import { describe, expect, it } from 'vitest';
import { SUBGROUP_TARGET } from '../../test/kernel-target.ts';
import { loadMatrixShaders } from '../gpu/matrix-shaders.ts';
import { divide, divider, gemmTiles, splitSumsElements } from './gemm-tiles.ts';

await loadMatrixShaders();

const { knobs } = SUBGROUP_TARGET;
const INTEGER_TARGET = {
  ...SUBGROUP_TARGET,
  integerDot: true,
  maxWorkgroupBytes: 49_152,
  knobs: { ...knobs, q4: { ...knobs.q4, integerTiles: true } },
};
const Q4 = { bits: 4, group: 32, asymmetric: false } as const;

describe.each([
  ['plain tiles', gemmTiles('f16', SUBGROUP_TARGET)],
  ['subgroup matrices', gemmTiles('f16', { ...SUBGROUP_TARGET, f16: true, matrices: true })],
  ['integer tiles', gemmTiles(Q4, INTEGER_TARGET)],
])('%s', (_, tiles) => {
  const [small, large] = tiles;

  it('takes the large tile without splits where a product has tiles enough', () => {
    expect(divide(tiles, 512, 32_768, 2048)).toEqual({ tile: large, splits: 1 });
  });

  it('splits K where there are few tiles, and takes the small one where even that is not enough', () => {
    expect(divide(tiles, 512, 2048, 8192).tile).toBe(large);
    expect(divide(tiles, 512, 2048, 8192).splits).toBeGreaterThan(1);
    expect(divide(tiles, 5, 72, 1024)).toEqual({ tile: small, splits: 4 });
    expect(divide(tiles, 5, 72, 256)).toEqual({ tile: small, splits: 1 });
  });

  it('has room for the sums of all row counts, and never takes more than 32 MiB for them', () => {
    for (const [columns, depth] of [
      [2048, 8192],
      [9728, 896],
      [128, 4096],
    ] as const) {
      const room = splitSumsElements(tiles, 512, columns, depth);
      expect(room * 4).toBeLessThanOrEqual(32 * 2 ** 20);
      for (let rows = 1; rows <= 512; rows++) {
        const { splits } = divide(tiles, rows, columns, depth);
        expect(depth / splits).toBeGreaterThanOrEqual(256);
        if (splits > 1) expect(splits * rows * columns).toBeLessThanOrEqual(room);
      }
    }
  });

  it('divides one matrix for row counts that come and go as for each by itself', () => {
    const divisionOf = divider(tiles, 2048, 8192);
    for (const rows of [512, 512, 5, 0, 5, 300, 512]) {
      expect(divisionOf(rows)).toEqual(divide(tiles, rows, 2048, 8192));
      expect(divisionOf(rows)).toBe(divisionOf(rows));
    }
  });
});
