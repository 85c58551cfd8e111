// The fixtures' tokenizers, written as GGUF metadata and read back, tokenize as the reference does.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tokenizerMetadata } from '../../test/gguf-model.ts';
import { ggufFile } from '../../tools/gguf/gguf-file.ts';
import { ConfigError, UnsupportedError } from '../errors.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { parseGgufHeader } from './gguf.ts';
import { ggufGenerationConfig, ggufTokenizer } from './gguf-tokenizer.ts';
import type { JsonObject } from './json.ts';

interface TextCase {
  text: string;
  ids: number[];
  ids_without_special: number[];
  decoded: string;
}

const read = (folder: string, file: string) =>
  readFileSync(new URL(`../../test/fixtures/text/${folder}/${file}`, import.meta.url), 'utf8');

/** As the header's parser gives it. */
function metadataOf(folder: string, model: 'gpt2' | 'llama'): JsonObject {
  const metadata = tokenizerMetadata(
    {
      tokenizer: JSON.parse(read(folder, 'tokenizer.json')),
      config: JSON.parse(read(folder, 'tokenizer_config.json')),
      template: read(folder, 'chat_template.jinja'),
    },
    model,
  );
  return parseGgufHeader(ggufFile(metadata), 'model.gguf', undefined)?.metadata ?? {};
}

function tokenizerOf(metadata: JsonObject) {
  const made = ggufTokenizer(metadata, 'model.gguf');
  return createTokenizer({
    tokenizerJson: JSON.stringify(made?.tokenizer),
    tokenizerConfig: JSON.stringify(made?.config),
  });
}

describe.each([
  ['bytelevel-chatml', 'gpt2'],
  ['llama-bytefallback-legacy', 'llama'],
] as const)('%s', (folder, model) => {
  const tokenizer = tokenizerOf(metadataOf(folder, model));

  it.each(JSON.parse(read(folder, 'cases.json')) as TextCase[])('text $text', (expected) => {
    expect(tokenizer.encode(expected.text)).toEqual(expected.ids);
    expect(tokenizer.encode(expected.text, { add_special_tokens: false })).toEqual(expected.ids_without_special);
    expect(tokenizer.decode(expected.ids)).toBe(expected.decoded);
  });

  it('renders chats', () => {
    for (const { messages, add_generation_prompt, text } of JSON.parse(read(folder, 'chats.json'))) {
      expect(tokenizer.applyChatTemplate(messages, { add_generation_prompt, tokenize: false })).toBe(text);
    }
  });
});

describe('ggufTokenizer', () => {
  const metadata = metadataOf('bytelevel-chatml', 'gpt2');

  it('adds what the file says around a text, and for llama a begin token', () => {
    const both = { 'tokenizer.ggml.add_bos_token': true, 'tokenizer.ggml.add_eos_token': true };
    const plain = tokenizerOf(metadata).encode('a');
    expect(tokenizerOf({ ...metadata, ...both, 'tokenizer.ggml.bos_token_id': 1 }).encode('a')).toEqual([
      1,
      ...plain,
      2,
    ]);
    const llama = metadataOf('llama-bytefallback-legacy', 'llama');
    expect(tokenizerOf({ ...llama, 'tokenizer.ggml.add_bos_token': false }).encode('a')).toEqual(
      tokenizerOf(llama).encode('a').slice(1),
    );
  });

  it('ends answers at what the file names, and at the tokens that end turns', () => {
    const { 'tokenizer.ggml.tokens': tokens } = metadata as { 'tokenizer.ggml.tokens': string[] };
    const ends = ['<|im_end|>', '<|endoftext|>'].map((token) => tokens.indexOf(token));
    expect(ggufGenerationConfig(metadata, 'm')).toEqual({ eos_token_id: ends, pad_token_id: ends[1] });
    expect(ggufGenerationConfig({ ...metadata, 'tokenizer.ggml.eot_token_id': 7 }, 'm').eos_token_id).toEqual([
      ends[0],
      7,
      ends[1],
    ]);
  });

  it.each([
    ['another kind of vocabulary', { 'tokenizer.ggml.model': 't5' }, UnsupportedError, /t5/],
    ['another split', { 'tokenizer.ggml.pre': 'tekken' }, UnsupportedError, /tekken/],
    ['types of fewer tokens', { 'tokenizer.ggml.token_type': [1] }, ConfigError, /token_type/],
    ['merges that are missing', { 'tokenizer.ggml.merges': undefined }, ConfigError, /merges/],
  ])('refuses %s', (_, change, type, message) => {
    const made = () => ggufTokenizer({ ...metadata, ...change }, 'model.gguf');
    expect(made).toThrow(type);
    expect(made).toThrow(message);
  });

  it('gives nothing where there is no tokenizer', () => {
    expect(ggufTokenizer({}, 'model.gguf')).toBeUndefined();
    expect(ggufGenerationConfig({}, 'model.gguf')).toEqual({});
  });
});
