// What prompts and forward passes check alike.
import { InputError } from '../errors.ts';

export function wrongInput(what: string, expected: string, actual: string): InputError {
  return new InputError({ what, expected, actual, remedy: 'correct the arguments of the forward call' });
}

/** @param rows `[B, T]` token ids. @throws {InputError} an id outside the vocabulary. */
export function checkIds(rows: readonly (readonly number[])[], vocabSize: number): void {
  for (const row of rows) {
    for (const id of row) {
      if (!Number.isSafeInteger(id) || id < 0 || id >= vocabSize) {
        throw wrongInput('A token id is outside the vocabulary', `0 to ${vocabSize - 1}`, String(id));
      }
    }
  }
}
