// Which tile a product takes, in how many splits of K, and what scratch that needs.
import { describe, expect, it } from 'vitest';
import { divide, gemmTiles, splitSumsElements } from './gemm-tiles.ts';
import { DEFAULT_KNOBS, type KernelTarget } from './kernel.ts';

const PLAIN: KernelTarget = {
  subgroups: true,
  minSubgroup: 32,
  maxSubgroup: 32,
  f16: false,
  matrices: false,
  integerDot: true,
  maxInvocations: 256,
  maxWorkgroupBytes: 16_384,
  knobs: DEFAULT_KNOBS,
  software: false,
};

describe.each([
  ['plain tiles', gemmTiles('f16', PLAIN)],
  ['subgroup matrices', gemmTiles('f16', { ...PLAIN, f16: true, matrices: true })],
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

  it('has room for the sums of all row counts, and never takes more than 16 MiB for them', () => {
    for (const [columns, depth] of [
      [2048, 8192],
      [9728, 896],
      [128, 4096],
    ] as const) {
      const room = splitSumsElements(tiles, 512, columns, depth);
      expect(room * 4).toBeLessThanOrEqual(16 * 2 ** 20);
      for (let rows = 1; rows <= 512; rows++) {
        const { splits } = divide(tiles, rows, columns, depth);
        expect(depth / splits).toBeGreaterThanOrEqual(256);
        if (splits > 1) expect(splits * rows * columns).toBeLessThanOrEqual(room);
      }
    }
  });
});
