// From start and end logits to answers: the choice of spans of the reference's question-answering pipeline.
import { softmax } from './probabilities.ts';

/** A span of tokens, both ends included. */
export interface TokenSpan {
  start: number;
  end: number;
  score: number;
}

export interface SpanChoice {
  /** Which tokens an answer may consist of. */
  allowed: (token: number) => boolean;
  /** Most tokens of an answer. */
  maxTokens: number;
  /** Most spans. */
  count: number;
  /** Whether the first token, which stands for no answer, has a share in the probabilities. */
  hasNull: boolean;
}

/**
 * The best spans by the product of the probabilities of start and end, which only count over allowed tokens, and the score of no
 * answer, which is that product at the first token.
 */
export function bestSpans(
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
  { allowed, maxTokens, count, hasNull }: SpanChoice,
): { spans: TokenSpan[]; nullScore: number } {
  const isIn = (token: number) => allowed(token) || (hasNull && token === 0);
  const [startScores, endScores] = [starts, ends].map((logits) =>
    softmax(Array.from(logits, (logit, token) => (isIn(token) ? logit : Number.NEGATIVE_INFINITY))),
  ) as [number[], number[]];
  const nullScore = (startScores[0] ?? 0) * (endScores[0] ?? 0);
  const spans: TokenSpan[] = [];
  for (let start = 0; start < startScores.length; start++) {
    if (!allowed(start)) continue;
    for (let end = start; end < Math.min(start + maxTokens, endScores.length); end++) {
      if (allowed(end))
        keepBest(spans, { start, end, score: (startScores[start] ?? 0) * (endScores[end] ?? 0) }, count);
    }
  }
  return { spans, nullScore };
}

/** Puts a span at its place in a list of at most `count`, best first. */
function keepBest(spans: TokenSpan[], span: TokenSpan, count: number): void {
  if (spans.length === count && span.score <= (spans.at(-1)?.score ?? 0)) return;
  const at = spans.findIndex(({ score }) => span.score > score);
  spans.splice(at === -1 ? spans.length : at, 0, span);
  if (spans.length > count) spans.pop();
}

/** A span of text grown to whole words: letters, digits and marks on both sides belong to it. */
export function wholeWords(text: string, start: number, end: number): [start: number, end: number] {
  const inWord = /[\p{L}\p{N}\p{M}]$/u;
  const grown = /^[\p{L}\p{N}\p{M}]+/u;
  if (start >= end) return [start, end];
  let from = start;
  if (/^[\p{L}\p{N}\p{M}]/u.test(text.slice(start))) {
    from -= /[\p{L}\p{N}\p{M}]*$/u.exec(text.slice(0, start))?.[0].length ?? 0;
  }
  const to = inWord.test(text.slice(start, end)) ? end + (grown.exec(text.slice(end))?.[0].length ?? 0) : end;
  return [from, to];
}
