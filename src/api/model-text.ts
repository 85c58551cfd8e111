// Texts as rows of ids for models that read them whole: what the tokenizer adds is told from the text's own ids, and inputs
// longer than the model's positions are refused or cut.
import { InputError } from '../errors.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export interface TruncationOptions {
  /** Cut texts that are longer than the model's positions; otherwise they are refused. */
  truncation?: boolean;
}

/** A text's ids between what the tokenizer adds in front and behind. */
export interface TextIds {
  before: readonly number[];
  body: readonly number[];
  after: readonly number[];
}

/**
 * @throws {InputError} no tokens, or more than `maxTokens` without `truncation`.
 */
export function encodeText(
  tokenizer: Tokenizer,
  text: string,
  maxTokens: number,
  { truncation = false }: TruncationOptions = {},
): TextIds {
  const body = tokenizer.encode(text, { add_special_tokens: false });
  const all = tokenizer.encode(text);
  const at = lastRun(all, body);
  const [before, after] = [all.slice(0, at), all.slice(at + body.length)];
  if (all.length === 0) {
    throw new InputError({
      what: 'The text has no tokens',
      expected: 'at least one token',
      remedy: 'give some text',
    });
  }
  if (all.length <= maxTokens) return { before, body, after };
  if (!truncation) throw tooLong(all.length, maxTokens, 'shorten the text, or pass truncation: true');
  return { before, body: body.slice(0, Math.max(maxTokens - before.length - after.length, 0)), after };
}

export function tooLong(tokens: number, maxTokens: number, remedy: string): InputError {
  return new InputError({
    what: "The input is longer than the model's positions",
    expected: `at most ${maxTokens} tokens`,
    actual: `${tokens} tokens`,
    remedy,
  });
}

/** Where `part` begins in `whole` for the last time; the end where it does not occur. */
export function lastRun(whole: readonly number[], part: readonly number[]): number {
  for (let at = whole.length - part.length; at >= 0; at--) {
    if (part.every((id, i) => whole[at + i] === id)) return at;
  }
  return whole.length;
}

/** The ids in one row. */
export function joinIds({ before, body, after }: TextIds): number[] {
  return [...before, ...body, ...after];
}

/** Rows filled up on the right to one length, with the mask that says what is filling. */
export function padRight(
  rows: readonly (readonly number[])[],
  padId: number,
): { input_ids: number[][]; attention_mask: number[][] } {
  const length = Math.max(...rows.map((row) => row.length));
  return {
    input_ids: rows.map((row) => [...row, ...Array<number>(length - row.length).fill(padId)]),
    attention_mask: rows.map((row) => Array.from({ length }, (_, i) => (i < row.length ? 1 : 0))),
  };
}

/** Rows in groups, in order: each at most `maxRows`, and at most `maxTokens` when filled up, but never empty. */
export function batchesOf<T extends readonly number[]>(rows: readonly T[], maxRows: number, maxTokens: number): T[][] {
  const batches: T[][] = [];
  let longest = 0;
  for (const row of rows) {
    const batch = batches.at(-1);
    longest = Math.max(longest, row.length);
    if (batch && batch.length < maxRows && (batch.length + 1) * longest <= maxTokens) batch.push(row);
    else {
      batches.push([row]);
      longest = row.length;
    }
  }
  return batches;
}
