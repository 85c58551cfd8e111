// From label scores of tokens to entities: the aggregation strategies of the reference's token-classification pipeline.
import { largestIndex } from './probabilities.ts';

export type AggregationStrategy = 'none' | 'simple' | 'first' | 'average' | 'max';

/** One token's best label. */
export interface TokenEntity {
  entity: string;
  score: number;
  /** Position among the ids, those the tokenizer adds included. */
  index: number;
  word: string;
  /** In UTF-16 units, as in `text.slice(start, end)`. */
  start: number;
  end: number;
}

/** Neighbouring tokens of one entity. */
export interface EntityGroup {
  /** The label without `B-` or `I-`. */
  entity_group: string;
  score: number;
  word: string;
  start: number;
  end: number;
}

/** A token before aggregation. */
export interface ScoredToken {
  /** Probability of each label. */
  scores: readonly number[];
  index: number;
  word: string;
  start: number;
  end: number;
}

type LabelledSpan = Pick<TokenEntity, 'entity' | 'score' | 'start' | 'end'>;

/** Each token with its best label. */
export function tokenEntities(tokens: readonly ScoredToken[], labels: readonly string[]): TokenEntity[] {
  return tokens.map(({ scores, index, word, start, end }) => {
    const best = largestIndex(scores);
    return { entity: labels[best] ?? `LABEL_${best}`, score: scores[best] ?? 0, index, word, start, end };
  });
}

/** Tokens put together: by label (`simple`), or first to words that get one label each. */
export function groupTokens(
  tokens: readonly ScoredToken[],
  labels: readonly string[],
  strategy: Exclude<AggregationStrategy, 'none'>,
  text: string,
): EntityGroup[] {
  if (strategy === 'simple') return groupEntities(tokenEntities(tokens, labels), text);
  const words: LabelledSpan[] = [];
  for (const word of wordsOf(tokens, text)) {
    const scores = wordScores(word, strategy);
    const best = largestIndex(scores);
    words.push({
      entity: labels[best] ?? `LABEL_${best}`,
      score: scores[best] ?? 0,
      start: word[0]?.start ?? 0,
      end: word.at(-1)?.end ?? 0,
    });
  }
  return groupEntities(words, text);
}

/**
 * A word begins where white space comes before a token; byte-pair vocabularies have no better notion (as in the reference). Tokens
 * of nothing but white space belong to no word, so that they do not part what stands on both sides.
 */
function wordsOf(tokens: readonly ScoredToken[], text: string): ScoredToken[][] {
  const words: ScoredToken[][] = [];
  for (const token of tokens) {
    if (text.slice(token.start, token.end).trim() === '') continue;
    const word = words.at(-1);
    if (word && token.start > 0 && !/\s/.test(text.slice(token.start - 1, token.start + 1))) word.push(token);
    else words.push([token]);
  }
  return words;
}

function wordScores(word: readonly ScoredToken[], strategy: 'first' | 'average' | 'max'): readonly number[] {
  const scores = word.map((token) => token.scores);
  const [first = []] = scores;
  switch (strategy) {
    case 'first':
      return first;
    case 'max':
      return scores[largestIndex(scores.map((row) => Math.max(...row)))] ?? first;
    case 'average':
      return first.map((_, label) => scores.reduce((sum, row) => sum + (row[label] ?? 0), 0) / scores.length);
    default:
      return strategy satisfies never;
  }
}

/** Neighbours of one tag put together, unless the later begins with `B-`. The score is the mean, the word is the text's own. */
function groupEntities(spans: readonly LabelledSpan[], text: string): EntityGroup[] {
  const groups: LabelledSpan[][] = [];
  for (const span of spans) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && tagOf(span.entity) === tagOf(last.entity) && !span.entity.startsWith('B-')) group.push(span);
    else groups.push([span]);
  }
  return groups.map((group) => {
    const start = group[0]?.start ?? 0;
    const end = group.at(-1)?.end ?? 0;
    const score = group.reduce((sum, span) => sum + span.score, 0) / group.length;
    return { entity_group: tagOf(group[0]?.entity ?? ''), score, word: text.slice(start, end), start, end };
  });
}

function tagOf(entity: string): string {
  return /^[BI]-/.test(entity) ? entity.slice(2) : entity;
}
