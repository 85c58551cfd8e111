// Lists in the benchmarks' command lines: values with commas between.

export const listOf = (text: string) => text.split(',').filter(Boolean);

/** @throws Error for what is no positive whole number. */
export function countsOf(option: string, text: string): number[] {
  return listOf(text).map((word) => {
    const count = Number(word);
    if (Number.isInteger(count) && count > 0) return count;
    throw new Error(`--${option} ${word}: expected a whole number above 0`);
  });
}

/** @throws Error for a word that is none of the choices. */
export function choicesOf<Choice extends string>(option: string, text: string, all: readonly Choice[]): Choice[] {
  return listOf(text).map((word) => {
    const found = all.find((choice) => choice === word);
    if (found !== undefined) return found;
    throw new Error(`--${option} ${word}: expected one of ${all.join(', ')}`);
  });
}
