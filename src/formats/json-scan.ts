// What JSON.parse hides: duplicate keys (it keeps the last) and how a number was written (1.0, 1e3, 2^53 + 1).
// Works on text that JSON.parse has already accepted, so it checks no syntax. One pass, no recursion: headers reach 100 MB.

export interface JsonScan {
  /** Path of the first key that occurs twice in its object; array levels do not count. */
  duplicate?: string[];
  /** First number that is not a plain non-negative whole number below 2^53, and the path of its key. */
  badNumber?: { path: string[]; text: string };
}

/** One open object (`keys` holds what was seen) or array (`keys` undefined). */
interface Frame {
  keys: Set<string> | undefined;
  key: string;
}

const NUMBER = /[-+.0-9eE]+/y;

/** Scans valid JSON text. */
export function scanJson(text: string): JsonScan {
  const result: JsonScan = {};
  const frames: Frame[] = [];
  const path = () => frames.filter((frame) => frame.keys !== undefined).map((frame) => frame.key);
  let wantsKey = false;
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"') {
      const end = stringEnd(text, at);
      const frame = frames.at(-1);
      if (wantsKey && frame?.keys) {
        frame.key = JSON.parse(text.slice(at, end)) as string;
        if (frame.keys.has(frame.key)) result.duplicate ??= path();
        frame.keys.add(frame.key);
      }
      wantsKey = false;
      at = end;
      continue;
    }
    if (char === '-' || (char >= '0' && char <= '9')) {
      NUMBER.lastIndex = at;
      const number = NUMBER.exec(text)?.[0] ?? char;
      if (!/^\d+$/.test(number) || !Number.isSafeInteger(Number(number))) {
        result.badNumber ??= { path: path(), text: number };
      }
      at += number.length;
      continue;
    }
    if (char === '{') frames.push({ keys: new Set(), key: '' });
    else if (char === '[') frames.push({ keys: undefined, key: '' });
    else if (char === '}' || char === ']') frames.pop();
    if (char === '{' || char === ',') wantsKey = frames.at(-1)?.keys !== undefined;
    at++;
  }
  return result;
}

/** Index after the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1) {
    let backslashes = 0;
    while (text.charAt(quote - 1 - backslashes) === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  return text.length;
}
