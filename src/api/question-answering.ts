// The question-answering pipeline: a question and a text that holds the answer in, the answer's place in the text out. Question and
// text go to the model as the pair that its tokenizer makes of them; a text too long for one input is read in overlapping windows.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { tokenOffsets } from '../tokenizer/offsets.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { bestSpans, wholeWords } from './answer-spans.ts';
import type { LoadOptions } from './load.ts';
import { lastRun, tooLong } from './model-text.ts';
import { byScore } from './probabilities.ts';
import { type PipelineHandle, TaskModel, withHandle } from './task-model.ts';

export interface QuestionAnsweringOptions {
  /** Answers to give, from the best down; 1 unless stated. */
  top_k?: number;
  /** Most tokens of an answer; 15 unless stated. */
  max_answer_len?: number;
  /**
   * Let no answer, `''`, be one of the answers. The model says so by choosing the first token, as training on SQuAD 2 with
   * tokenizers that have no classification token does.
   */
  handle_impossible_answer?: boolean;
  /** Most tokens of question and text together in one window; 384 unless stated, and what the model can. */
  max_seq_len?: number;
  /** Tokens that neighbouring windows share; 128 unless stated, at most half of `max_seq_len`. */
  doc_stride?: number;
  /** Grow answers to whole words; on unless switched off. */
  align_to_words?: boolean;
}

export interface AnswerSpan {
  answer: string;
  score: number;
  /** In UTF-16 units, as in `context.slice(start, end)`. */
  start: number;
  end: number;
}

type Best = QuestionAnsweringOptions & { top_k?: 1 };

/** With `top_k` 1 an answer, else a list; for lists of questions and texts, one of these for each pair. */
export type QuestionAnsweringPipeline = PipelineHandle & {
  (question: string, context: string, options?: Best): Promise<AnswerSpan>;
  (question: string, context: string, options: QuestionAnsweringOptions): Promise<AnswerSpan | AnswerSpan[]>;
  (questions: readonly string[], contexts: readonly string[] | string, options?: Best): Promise<AnswerSpan[]>;
  (
    questions: readonly string[],
    contexts: readonly string[] | string,
    options: QuestionAnsweringOptions,
  ): Promise<(AnswerSpan | AnswerSpan[])[]>;
};

const MAX_SEQUENCE = 384;
const MAX_STRIDE = 128;

/** @throws as {@link TaskModel.open} */
export async function openQuestionAnswering(
  location: ModelLocation,
  options: LoadOptions,
): Promise<QuestionAnsweringPipeline> {
  const model = await TaskModel.open('question-answering', location, options);
  const answer = async (question: string, context: string, options: QuestionAnsweringOptions) => {
    const { handle_impossible_answer: hasNull = false, align_to_words = true } = options;
    const count = countOption('top_k', options.top_k, 1);
    const maxTokens = countOption('max_answer_len', options.max_answer_len, 15);
    const pair = encodePair(model.tokenizer, question, context);
    const offsets = tokenOffsets(model.tokenizer, pair.context, context);
    const windows = contextWindows(pair, model.maxTokens, options);
    const rows = windows.map(({ from, to }) => [...pair.before, ...pair.context.slice(from, to), ...pair.after]);
    const outputs = await model.forwardRows(rows, ['start_logits', 'end_logits']);

    const answers = new Map<string, AnswerSpan>();
    let nullScore = Number.POSITIVE_INFINITY;
    windows.forEach(({ from, to }, i) => {
      const first = pair.before.length;
      const [starts = [], ends = []] = (outputs[i] ?? []).map((row) => row.subarray(0, rows[i]?.length));
      const found = bestSpans(starts, ends, {
        allowed: (token) => token >= first && token < first + to - from,
        maxTokens,
        count,
        hasNull,
      });
      nullScore = Math.min(nullScore, found.nullScore);
      for (const span of found.spans) {
        const place = (token: number) => offsets[token - first + from];
        const [start, end] = [place(span.start)?.start ?? 0, place(span.end)?.end ?? 0];
        const [wordStart, wordEnd] = align_to_words ? wholeWords(context, start, end) : [start, end];
        // Spans of tokens that come to the same text are one answer.
        const key = `${wordStart}-${wordEnd}`;
        const same = answers.get(key);
        if (same && same.score >= span.score) continue;
        answers.set(key, {
          answer: context.slice(wordStart, wordEnd),
          score: span.score,
          start: wordStart,
          end: wordEnd,
        });
      }
    });
    const all = [...answers.values()];
    if (hasNull) all.push({ answer: '', score: nullScore, start: 0, end: 0 });
    const best = byScore(all).slice(0, count);
    return count === 1 ? best[0] : best;
  };
  const call = async (
    questions: string | readonly string[],
    contexts: string | readonly string[],
    options: QuestionAnsweringOptions = {},
  ) => {
    if (typeof questions === 'string' && typeof contexts === 'string') return answer(questions, contexts, options);
    const pairs = pairUp(questions, contexts);
    const answers = [];
    for (const [question, context] of pairs) answers.push(await answer(question, context, options));
    return answers;
  };
  return withHandle(call as QuestionAnsweringPipeline, model);
}

/**
 * Each question with its text; a single text belongs to all questions.
 * @throws {InputError} lists of different lengths.
 */
function pairUp(questions: string | readonly string[], contexts: string | readonly string[]): [string, string][] {
  const asked = typeof questions === 'string' ? [questions] : questions;
  const texts = typeof contexts === 'string' ? asked.map(() => contexts) : contexts;
  if (asked.length === texts.length) return asked.map((question, i) => [question, texts[i] as string]);
  throw new InputError({
    what: 'There are not as many texts as questions',
    expected: `${asked.length} texts, or one`,
    actual: String(texts.length),
    remedy: 'pass one text for each question',
  });
}

interface PairIds {
  /** The question and what the tokenizer adds around it. */
  before: readonly number[];
  context: readonly number[];
  after: readonly number[];
}

/** @throws {InputError} an empty question or text. */
function encodePair(tokenizer: Tokenizer, question: string, context: string): PairIds {
  for (const [name, text] of Object.entries({ question, context })) {
    if (typeof text === 'string' && text.trim() !== '') continue;
    throw new InputError({
      what: `The ${name} is empty`,
      expected: 'some text',
      actual: JSON.stringify(text) ?? 'nothing',
      remedy: 'call the pipeline with a question and a text that may hold the answer',
    });
  }
  const ids = tokenizer.encode(context, { add_special_tokens: false });
  const all = tokenizer.encode(question, { text_pair: context });
  const at = lastRun(all, ids);
  return { before: all.slice(0, at), context: ids, after: all.slice(at + ids.length) };
}

/**
 * The parts of the text that one input holds each, as ranges of its tokens.
 * @throws {InputError} the question leaves no room, or an option is out of range.
 */
export function contextWindows(
  { before, context, after }: PairIds,
  maxPositions: number,
  options: Pick<QuestionAnsweringOptions, 'max_seq_len' | 'doc_stride'>,
): { from: number; to: number }[] {
  const length = Math.min(countOption('max_seq_len', options.max_seq_len, MAX_SEQUENCE), maxPositions);
  const stride = countOption('doc_stride', options.doc_stride, Math.min(Math.floor(length / 2), MAX_STRIDE));
  const others = before.length + after.length;
  const room = length - others;
  if (context.length <= room) return [{ from: 0, to: context.length }];
  if (room <= stride) {
    throw tooLong(
      others + stride + 1,
      length,
      'shorten the question, lower doc_stride, or raise max_seq_len as far as the model goes',
    );
  }
  const windows = [];
  for (let from = 0; ; from += room - stride) {
    windows.push({ from, to: Math.min(from + room, context.length) });
    if (from + room >= context.length) return windows;
  }
}

function countOption(name: string, value: number | undefined, fallback: number): number {
  const count = value ?? fallback;
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InputError({
    what: `${name} is not valid`,
    expected: 'a whole number of at least 1',
    actual: String(value),
    remedy: 'correct the option',
  });
}
