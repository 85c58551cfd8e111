import { describe, expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { batchesOf, encodeText, joinIds, lastRun, padRight } from './model-text.ts';

const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
const tokenizer = createTokenizer({
  tokenizerJson: JSON.stringify({
    added_tokens: ['<s>', '</s>'].map((content, id) => ({ id, content, special: true })),
    pre_tokenizer: { type: 'Split', pattern: { Regex: '.' }, behavior: 'Isolated', invert: false },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('<s>'), { Sequence: { id: 'A', type_id: 0 } }, special('</s>')],
      pair: [],
      special_tokens: {
        '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] },
        '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] },
      },
    },
    model: { type: 'BPE', vocab: { '<s>': 0, '</s>': 1, a: 2, b: 3, c: 4 }, merges: [] },
  }),
});

describe('texts as ids', () => {
  it('are told from what the tokenizer adds', () => {
    expect(encodeText(tokenizer, 'abc', 8)).toEqual({ before: [0], body: [2, 3, 4], after: [1] });
  });

  it('are refused or cut where they are too long', () => {
    expect(() => encodeText(tokenizer, 'abcabc', 5)).toThrow(InputError);
    expect(joinIds(encodeText(tokenizer, 'abcabc', 5, { truncation: true }))).toEqual([0, 2, 3, 4, 1]);
  });

  it('need a token', () => {
    const bare = createTokenizer({
      tokenizerJson: JSON.stringify({ model: { type: 'BPE', vocab: { a: 0 }, merges: [] } }),
    });
    expect(() => encodeText(bare, '', 5)).toThrow(InputError);
  });
});

describe('rows', () => {
  it('find a run from the end', () => {
    expect(lastRun([1, 2, 3, 1, 2], [1, 2])).toBe(3);
    expect(lastRun([1, 2], [3])).toBe(2);
  });

  it('are filled up on the right', () => {
    const { input_ids, attention_mask } = padRight([[5], [6, 7]], 0);
    expect(input_ids).toEqual([
      [5, 0],
      [6, 7],
    ]);
    expect(attention_mask).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('go in batches of bounded size, in order', () => {
    const rows = [[1], [2, 2], [3], [4, 4, 4, 4, 4, 4, 4], [5]];
    expect(batchesOf(rows, 2, 99).map((batch) => batch.length)).toEqual([2, 2, 1]);
    expect(batchesOf(rows, 9, 6).map((batch) => batch.length)).toEqual([3, 1, 1]);
    expect(batchesOf([], 2, 9)).toEqual([]);
  });
});
