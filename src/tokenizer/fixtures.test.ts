// What the reference gives: every case of test/fixtures/text, exactly.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { StreamingDetokenizer } from './streaming-detokenizer.ts';
import { createTokenizer } from './tokenizer.ts';

interface TextCase {
  text: string;
  ids: number[];
  ids_without_special: number[];
  decoded: string;
  decoded_skip: string;
  pieces: string[];
}
interface ChatCase {
  messages: { role: string; content: string }[];
  add_generation_prompt: boolean;
  text: string;
  ids: number[];
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const folders = ['bytelevel-chatml', 'llama-bytefallback-legacy', 'llama-bytefallback-metaspace'];

describe.each(folders)('%s', (folder) => {
  const read = (file: string) =>
    readFileSync(new URL(`../../test/fixtures/text/${folder}/${file}`, import.meta.url), 'utf8');
  const tokenizer = createTokenizer({
    tokenizerJson: read('tokenizer.json'),
    tokenizerConfig: read('tokenizer_config.json'),
    chatTemplate: read('chat_template.jinja'),
  });
  const cases = JSON.parse(read('cases.json')) as TextCase[];
  const chats = JSON.parse(read('chats.json')) as ChatCase[];
  const stream = (ids: number[], skip_special_tokens: boolean) => {
    const detokenizer = new StreamingDetokenizer(tokenizer, { skip_special_tokens });
    const pieces = ids.map((id) => detokenizer.push(id));
    for (const piece of pieces) expect(piece).not.toMatch(LONE_SURROGATE);
    return pieces.join('') + detokenizer.flush();
  };

  it.each(cases)('text $text', (expected) => {
    expect(tokenizer.encode(expected.text)).toEqual(expected.ids);
    expect(tokenizer.encode(expected.text, { add_special_tokens: false })).toEqual(expected.ids_without_special);
    expect(tokenizer.decode(expected.ids)).toBe(expected.decoded);
    expect(tokenizer.decode(expected.ids, { skip_special_tokens: true })).toBe(expected.decoded_skip);
    expect(expected.ids_without_special.map((id) => tokenizer.decode([id]))).toEqual(expected.pieces);
    expect(stream(expected.ids, false)).toBe(expected.decoded);
    expect(stream(expected.ids, true)).toBe(expected.decoded_skip);
  });

  it.each(chats)('chat $text', ({ messages, add_generation_prompt, text, ids }) => {
    expect(tokenizer.applyChatTemplate(messages, { add_generation_prompt, tokenize: false })).toBe(text);
    expect(tokenizer.applyChatTemplate(messages, { add_generation_prompt })).toEqual(ids);
  });

  it('streams random ids as it decodes them', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const bytes = Array.from({ length: tokenizer.vocabSize }, (_, id) => id).filter((id) =>
      /^<0x/.test(tokenizer.tokenOf(id) ?? ''),
    );
    for (let round = 0; round < 300; round++) {
      const ids = Array.from({ length: random(40) }, () =>
        bytes.length > 0 && random(2) === 0 ? (bytes[random(bytes.length)] ?? 0) : random(tokenizer.vocabSize + 3),
      );
      for (const skip of [false, true]) {
        expect(stream(ids, skip)).toBe(tokenizer.decode(ids, { skip_special_tokens: skip }));
      }
    }
  });
});
