// The made-up words of the vocabulary in the peers' GGUF files: four letters, which say the id in base 26. wllama takes and gives text.

const LETTERS = 4;
const A = 97;

/** Behind a space, the word of a token id. */
export function wordOf(id: number): string {
  const letters = Array.from({ length: LETTERS }, (_, i) => A + (Math.floor(id / 26 ** (LETTERS - 1 - i)) % 26));
  return ` ${String.fromCharCode(...letters)}`;
}

/** The ids in a text of such words. */
export function idsIn(text: string): number[] {
  return Array.from(text.matchAll(/ ([a-z]{4})/g), ([, word = '']) =>
    Array.from(word).reduce((id, letter) => id * 26 + letter.charCodeAt(0) - A, 0),
  );
}
