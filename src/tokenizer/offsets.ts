// Where each token lies in its text. The tokenizers library keeps no offsets, so they are derived: the decoder gives the piece of
// text that each token stands for, and the pieces' text is aligned with the original.
//
// Limits: where the normalizer rewrites more than case, spaces and accents (long runs dropped, characters reordered), a span may
// be off by some characters; a token that ends inside a character does not own that character, the tokens that complete it do.
import type { Tokenizer } from './tokenizer.ts';

/** From the first to past the last character, in UTF-16 units as in `text.slice(start, end)`. */
export interface TextSpan {
  start: number;
  end: number;
}

/** The span of each token of `ids`, the ids of `text` without what a post-processor adds. Spaces around a token do not belong to it. */
export function tokenOffsets(tokenizer: Tokenizer, ids: readonly number[], text: string): TextSpan[] {
  const { spans, decoded } = decodedSpans(tokenizer, ids);
  const boundary = alignTexts(decoded, text);
  return spans.map(({ start, end }) =>
    trimSpan(text, { start: boundary[start] ?? text.length, end: boundary[end] ?? text.length }),
  );
}

/** Each token's span in the decoded text. Tokens that are parts of one character all get that character. */
function decodedSpans(tokenizer: Tokenizer, ids: readonly number[]): { spans: TextSpan[]; decoded: string } {
  const stage = tokenizer.createDecodeStage();
  const spans: TextSpan[] = [];
  let decoded = '';
  /** Tokens whose text is not out yet. */
  let waiting: { index: number; byte: number | undefined }[] = [];
  const settle = (piece: string) => {
    const bytes = waiting.map(({ byte }) => byte);
    const characters = bytes.length > 0 && bytes.every((byte) => byte !== undefined) ? charactersOf(bytes) : undefined;
    if (characters && piece.startsWith(characters.map(({ text }) => text).join(''))) {
      // A run of byte tokens, which comes out as a whole in front of the next token's text.
      let next = 0;
      for (const { text, tokens } of characters) {
        for (const { index } of waiting.slice(next, next + tokens)) {
          spans[index] = { start: decoded.length, end: decoded.length + text.length };
        }
        next += tokens;
        decoded += text;
      }
      const rest = piece.slice(characters.reduce((sum, { text }) => sum + text.length, 0));
      waiting = [];
      return rest;
    }
    const [character = ''] = piece;
    for (const { index } of waiting) spans[index] = { start: decoded.length, end: decoded.length + character.length };
    waiting = [];
    return piece;
  };
  ids.forEach((id, index) => {
    const token = tokenizer.tokenOf(id) ?? '';
    const piece = tokenizer.tokenOf(id) === undefined ? '' : stage.push(token).join('');
    if (piece !== '') {
      const own = settle(piece);
      spans[index] = { start: decoded.length, end: decoded.length + own.length };
      decoded += own;
    } else if (tokenizer.decode([id]).includes('\ufffd') || byteOf(token) !== undefined) {
      waiting.push({ index, byte: byteOf(token) });
    } else {
      spans[index] = { start: decoded.length, end: decoded.length };
    }
  });
  decoded += settle(stage.flush().join(''));
  return { spans, decoded };
}

function byteOf(token: string): number | undefined {
  return /^<0x[0-9A-Fa-f]{2}>$/.test(token) ? Number.parseInt(token.slice(3, 5), 16) : undefined;
}

/** The characters of a run of byte tokens with the number of tokens of each; a run that is not UTF-8 is U+FFFD per byte. */
function charactersOf(bytes: readonly (number | undefined)[]): { text: string; tokens: number }[] {
  const run = Uint8Array.from(bytes, (byte) => byte ?? 0);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(run);
    return [...text].map((character) => ({ text: character, tokens: new TextEncoder().encode(character).length }));
  } catch {
    return [...run].map(() => ({ text: '\ufffd', tokens: 1 }));
  }
}

/** Most characters that the texts may differ by in one place. */
const MAX_SKIP = 24;
/** Characters that must agree after a place where the texts differ. */
const RESUME = 3;

/**
 * For each boundary between characters of `decoded` (0 to its length) the boundary of `text` that it corresponds to. Letters that
 * differ in case or compatibility form, and white space, count as equal.
 */
export function alignTexts(decoded: string, text: string): Int32Array {
  const boundary = new Int32Array(decoded.length + 1);
  if (decoded === text) return boundary.map((_, i) => i);
  const agree = (i: number, j: number) => isSame(decoded.charAt(i), text.charAt(j));
  const resumes = (i: number, j: number) => {
    const count = Math.min(RESUME, decoded.length - i, text.length - j);
    if (count <= 0) return i === decoded.length && j === text.length;
    return Array.from({ length: count }, (_, k) => agree(i + k, j + k)).every(Boolean);
  };
  let i = 0;
  let j = 0;
  while (i < decoded.length) {
    boundary[i] = j;
    if (j < text.length && agree(i, j)) {
      i++;
      j++;
      continue;
    }
    const [skipped, passed] = shortestSkip((a, b) => resumes(i + a, j + b)) ?? [1, 1];
    for (let k = 1; k < skipped && i + k < decoded.length; k++) boundary[i + k] = Math.min(j + passed, text.length);
    i += skipped;
    j = Math.min(j + passed, text.length);
  }
  boundary[decoded.length] = j;
  return boundary;
}

/** The fewest characters to skip on both sides, `[decoded, text]`, until the texts agree again. */
function shortestSkip(resumes: (decoded: number, text: number) => boolean): [number, number] | undefined {
  for (let total = 1; total <= MAX_SKIP; total++) {
    for (let a = 0; a <= total; a++) if (resumes(a, total - a)) return [a, total - a];
  }
  return undefined;
}

function isSame(a: string, b: string): boolean {
  if (a === b) return true;
  const fold = (character: string) => character.normalize('NFKC').toLowerCase();
  return (isSpace(a) && isSpace(b)) || fold(a) === fold(b);
}

function isSpace(character: string): boolean {
  return /^\s$/.test(character);
}

/** The span without the white space at its ends; a span of nothing but white space stays. */
function trimSpan(text: string, { start, end }: TextSpan): TextSpan {
  const inside = text.slice(start, end);
  if (inside.trim() === '') return { start, end: Math.max(start, end) };
  return {
    start: start + inside.length - inside.trimStart().length,
    end: end - (inside.length - inside.trimEnd().length),
  };
}
