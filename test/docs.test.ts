// The code blocks of README.md and docs/ that belong in a page run as they are written there.
import { describe, expect, it, vi } from 'vitest';

const BLOCKS = import.meta.glob<Record<string, unknown>>('../.cache/docs/*.page.js');

describe('the documentation', () => {
  it('has code for pages', () => {
    expect(Object.keys(BLOCKS).length).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.entries(BLOCKS))('%s runs and prints no undefined', async (_, load) => {
    const printed: unknown[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((...values) => {
      printed.push(...values);
    });
    try {
      await load();
    } finally {
      log.mockRestore();
    }
    expect(printed.length).toBeGreaterThan(0);
    expect(printed.some((value) => Number.isNaN(value))).toBe(false);
  });
});
