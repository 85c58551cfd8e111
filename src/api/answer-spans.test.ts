import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { bestSpans, wholeWords } from './answer-spans.ts';
import { contextWindows } from './question-answering.ts';

const STARTS = [9, 1, 5, 0, 2];
const ENDS = [9, 3, 1, 4, 6];
const CHOICE = { allowed: (token: number) => token >= 2, maxTokens: 15, count: 1, hasNull: false };

describe('the choice of spans', () => {
  it('takes the best pair of allowed tokens, start before end', () => {
    const { spans, nullScore } = bestSpans(STARTS, ENDS, CHOICE);
    expect(spans).toMatchObject([{ start: 2, end: 4 }]);
    const softmaxed =
      (Math.exp(5) / (Math.exp(5) + 1 + Math.exp(2))) * (Math.exp(6) / (Math.exp(1) + Math.exp(4) + Math.exp(6)));
    expect(spans[0]?.score).toBeCloseTo(softmaxed);
    expect(nullScore).toBe(0);
    expect(bestSpans([0, 0, 0, 9], [0, 0, 9, 0], { ...CHOICE, count: 9 }).spans.every((s) => s.end >= s.start)).toBe(
      true,
    );
  });

  it('keeps answers short and gives as many as asked for', () => {
    expect(bestSpans(STARTS, ENDS, { ...CHOICE, maxTokens: 2 }).spans).toMatchObject([{ start: 2, end: 3 }]);
    const { spans } = bestSpans(STARTS, ENDS, { ...CHOICE, count: 3 });
    expect(spans).toHaveLength(3);
    expect(spans.map(({ score }) => score)).toEqual(spans.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(bestSpans(STARTS, ENDS, { ...CHOICE, count: 99 }).spans).toHaveLength(6);
  });

  it('gives the first token a share where no answer is an answer', () => {
    const { spans, nullScore } = bestSpans(STARTS, ENDS, { ...CHOICE, hasNull: true });
    expect(nullScore).toBeGreaterThan(0.9);
    expect(spans).toMatchObject([{ start: 2, end: 4 }]);
  });
});

describe('whole words', () => {
  it('grows to letters and digits on both sides only', () => {
    const text = 'the Éiffel-tower, 1889.';
    const grow = (part: string) =>
      text.slice(...wholeWords(text, text.indexOf(part), text.indexOf(part) + part.length));
    expect(grow('iff')).toBe('Éiffel');
    expect(grow('88')).toBe('1889');
    expect(grow('l-t')).toBe('Éiffel-tower');
    expect(grow(', ')).toBe(', ');
    expect(wholeWords(text, 3, 3)).toEqual([3, 3]);
  });
});

describe('windows', () => {
  const pair = { before: [1, 2, 3], context: Array.from({ length: 20 }, (_, i) => i), after: [9] };

  it('are one where everything fits', () => {
    expect(contextWindows(pair, 24, {})).toEqual([{ from: 0, to: 20 }]);
  });

  it('overlap by the stride and reach the end', () => {
    expect(contextWindows(pair, 14, { doc_stride: 4 })).toEqual([
      { from: 0, to: 10 },
      { from: 6, to: 16 },
      { from: 12, to: 20 },
    ]);
  });

  it('refuse a question that leaves no room, and options out of range', () => {
    expect(() => contextWindows(pair, 8, { doc_stride: 4 })).toThrow(InputError);
    expect(() => contextWindows(pair, 14, { max_seq_len: 0 })).toThrow(InputError);
  });
});
