import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alignTexts, tokenOffsets } from './offsets.ts';
import { createTokenizer } from './tokenizer.ts';

const FOLDERS = ['bytelevel-chatml', 'llama-bytefallback-legacy', 'llama-bytefallback-metaspace'];
const TEXTS = ['Hello  world, it is 42!', ' Zoë paid 12 € in Köln 🙂🙂 ok', 'one\n\ntwo\tthree', 'naïve 你好 x'];

describe.each(FOLDERS)('offsets of %s', (folder) => {
  const read = (file: string) =>
    readFileSync(new URL(`../../test/fixtures/text/${folder}/${file}`, import.meta.url), 'utf8');
  const tokenizer = createTokenizer({
    tokenizerJson: read('tokenizer.json'),
    tokenizerConfig: read('tokenizer_config.json'),
  });

  it.each(TEXTS)('cover %j', (text) => {
    const ids = tokenizer.encode(text, { add_special_tokens: false });
    const spans = tokenOffsets(tokenizer, ids, text);
    expect(spans).toHaveLength(ids.length);
    const covered = new Set<number>();
    ids.forEach((id, i) => {
      const { start, end } = spans[i] as { start: number; end: number };
      expect(end).toBeGreaterThanOrEqual(start);
      expect(start).toBeGreaterThanOrEqual(spans[i - 1]?.start ?? 0);
      const piece = tokenizer.decode([id]);
      const isWhole = !piece.includes('\ufffd') && !/^<0x/.test(tokenizer.tokenOf(id) ?? '');
      if (isWhole && piece.trim() !== '') expect(text.slice(start, end)).toBe(piece.trim());
      for (let at = start; at < end; at++) covered.add(at);
    });
    const missing = [...text].length > 0 ? [...text.matchAll(/\S/g)].filter(({ index }) => !covered.has(index)) : [];
    expect(missing).toEqual([]);
  });
});

describe('aligning', () => {
  it('follows what a normalizer changed', () => {
    expect([...alignTexts('abc', 'abc')]).toEqual([0, 1, 2, 3]);
    expect([...alignTexts('hello', 'HeLLo')]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...alignTexts('caf\u00e9 au', 'cafe\u0301 au')]).toEqual([0, 1, 2, 3, 5, 6, 7, 8]);
    expect([...alignTexts('a b', 'a   b')].at(-1)).toBe(5);
    expect([...alignTexts(' abc', 'abc')]).toEqual([0, 0, 1, 2, 3]);
    expect([...alignTexts('', 'abc')]).toEqual([0]);
  });

  it('ends inside the text whatever the texts are', () => {
    const boundary = alignTexts('completely different', 'another');
    expect(Math.max(...boundary)).toBeLessThanOrEqual(7);
    expect([...boundary]).toEqual([...boundary].toSorted((a, b) => a - b));
  });
});
