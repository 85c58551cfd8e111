import { describe, expect, it } from 'vitest';
import { groupTokens, type ScoredToken, tokenEntities } from './entities.ts';

const LABELS = ['O', 'B-PER', 'I-PER', 'B-LOC'];
const TEXT = 'Ada Lovelace in Paris';

function token(word: string, start: number, scores: number[], index = 0): ScoredToken {
  return { word, start, end: start + word.trim().length, scores, index };
}

const TOKENS = [
  token('Ada', 0, [0.1, 0.8, 0.1, 0]),
  token(' Love', 4, [0.1, 0.2, 0.6, 0.1], 1),
  token('lace', 8, [0.8, 0.1, 0.1, 0], 2),
  token(' in', 13, [1, 0, 0, 0], 3),
  token(' Par', 16, [0.4, 0, 0, 0.6], 4),
  token('is', 19, [0.9, 0, 0.1, 0], 5),
];

const names = (strategy: 'simple' | 'first' | 'average' | 'max') =>
  groupTokens(TOKENS, LABELS, strategy, TEXT)
    .filter(({ entity_group }) => entity_group !== 'O')
    .map(({ entity_group, word }) => [entity_group, word]);

describe('entities', () => {
  it('gives each token its best label', () => {
    expect(tokenEntities(TOKENS, LABELS)[1]).toEqual({
      entity: 'I-PER',
      score: 0.6,
      index: 1,
      word: ' Love',
      start: 4,
      end: 8,
    });
  });

  it('puts neighbours together by label', () => {
    expect(names('simple')).toEqual([
      ['PER', 'Ada Love'],
      ['LOC', 'Par'],
    ]);
    const [person] = groupTokens(TOKENS, LABELS, 'simple', TEXT);
    expect(person?.score).toBeCloseTo(0.7);
    expect(person).toMatchObject({ start: 0, end: 8 });
  });

  it('gives words one label: of the first token, of the mean, of the surest token', () => {
    expect(names('first')).toEqual([
      ['PER', 'Ada Lovelace'],
      ['LOC', 'Paris'],
    ]);
    expect(names('average')).toEqual([['PER', 'Ada']]);
    expect(names('max')).toEqual([['PER', 'Ada']]);
  });

  it('keeps entities apart where one begins', () => {
    const two = [token('Ada', 0, [0, 1, 0, 0]), token(' Love', 4, [0, 1, 0, 0])];
    expect(groupTokens(two, LABELS, 'simple', TEXT)).toHaveLength(2);
    expect(groupTokens([], LABELS, 'max', '')).toEqual([]);
  });
});
