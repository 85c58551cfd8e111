// The chart, drawn into a page.
import { describe, expect, it } from 'vitest';
import { lineChart, ticksTo } from './line-chart.ts';

const SERIES = ['f32', 'f16', 'q8', 'q4'].map((name, i) => ({
  name,
  points: [512, 2048, 8192].map((x) => ({ x, y: (i + 1) * 100 - x / 100 })),
}));
const WORDS = { title: 'Speed', xLabel: 'tokens', yLabel: 'tokens/s' };

describe('the line chart', () => {
  it('draws a line and its marks for each series, inside its frame', () => {
    const chart = lineChart(400, { ...WORDS, xs: [512, 2048, 8192], series: SERIES });
    expect(chart.getAttribute('aria-label')).toBe('Speed');
    const lines = [...chart.querySelectorAll('.series')];
    expect(lines.length).toBe(4);
    const heights = lines.map((line) => {
      const places = [...line.querySelectorAll('g')].map((mark) =>
        (mark.getAttribute('transform')?.match(/[\d.]+/g) ?? []).map(Number),
      ) as [number, number][];
      expect(places.length).toBe(3);
      for (const [x, y] of places) {
        expect(x).toBeGreaterThan(52);
        expect(x).toBeLessThan(400);
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThan(300);
      }
      // Equal factors are equally far apart.
      const [a, b, c] = places as [[number, number], [number, number], [number, number]];
      expect(b[0] - a[0]).toBeCloseTo(c[0] - b[0], 3);
      return a[1];
    });
    expect(heights).toEqual([...heights].sort((a, b) => b - a));
    expect(chart.querySelector('title')?.textContent).toBe('f32, 512 tokens: 94.9 tokens/s');
  });

  it('marks values before anything is measured, and a single one in the middle', () => {
    const empty = lineChart(400, { ...WORDS, xs: [64, 128], series: [{ name: 'q4', points: [] }] });
    const labels = [...empty.querySelectorAll('text')].map((text) => text.textContent);
    expect(labels).toContain('64');
    expect(labels).toContain('128');
    const one = lineChart(400, { ...WORDS, xs: [64], series: [{ name: 'q4', points: [{ x: 64, y: 5 }] }] });
    expect(one.querySelector('.series g')?.getAttribute('transform')).toMatch(/^translate\(216 /);
  });

  it('leaves out labels that would lie over others', () => {
    const xs = [1000, 1010, 1020, 8000];
    const chart = lineChart(300, { ...WORDS, xs, series: [] });
    const labels = [...chart.querySelectorAll('text')].map((text) => text.textContent);
    expect(xs.map((x) => labels.includes(x.toLocaleString('en')))).toEqual([true, false, false, true]);
  });

  it('has round numbers from 0 to past the largest', () => {
    expect(ticksTo(93)).toEqual([0, 25, 50, 75, 100]);
    expect(ticksTo(1210)).toEqual([0, 500, 1000, 1500]);
    expect(ticksTo(0)).toEqual([0, 1]);
  });
});
