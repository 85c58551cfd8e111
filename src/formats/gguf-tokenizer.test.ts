// The fixtures' tokenizers, written as GGUF metadata and read back, tokenize as the reference does.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, UnsupportedError } from '../errors.ts';
import { createTokenizer } from '../tokenizer/tokenizer.ts';
import { ggufGenerationConfig, ggufTokenizer } from './gguf-tokenizer.ts';

interface TokenizerJson {
  model: { vocab: Record<string, number>; merges: [string, string][] };
  added_tokens: { id: number; content: string; special: boolean }[];
}
interface TextCase {
  text: string;
  ids: number[];
  ids_without_special: number[];
  decoded: string;
}

const read = (folder: string, file: string) =>
  readFileSync(new URL(`../../test/fixtures/text/${folder}/${file}`, import.meta.url), 'utf8');

/** A tokenizer.json as llama.cpp's conversion writes it: SentencePiece's scores are ranks. */
function metadataOf(folder: string, model: 'gpt2' | 'llama'): Record<string, unknown> {
  const { model: bpe, added_tokens } = JSON.parse(read(folder, 'tokenizer.json')) as TokenizerJson;
  const config = JSON.parse(read(folder, 'tokenizer_config.json')) as Record<string, string>;
  const all = [...Object.entries(bpe.vocab), ...added_tokens.map(({ id, content }): [string, number] => [content, id])];
  const tokens: string[] = [];
  for (const [token, id] of all) tokens[id] = token;
  const types: number[] = tokens.map((token) => (/^<0x[0-9A-F]{2}>$/.test(token) && model === 'llama' ? 6 : 1));
  for (const { id, special, content } of added_tokens) types[id] = content === '<unk>' ? 2 : special ? 3 : 4;
  const rank = new Map(bpe.merges.map((pair, i) => [pair.join(''), -i]));
  const idOf = (name: string) => (config[name] === undefined ? undefined : tokens.indexOf(config[name] as string));
  return {
    'tokenizer.ggml.model': model,
    'tokenizer.ggml.tokens': tokens,
    'tokenizer.ggml.token_type': types,
    'tokenizer.ggml.bos_token_id': idOf('bos_token'),
    'tokenizer.ggml.eos_token_id': idOf('eos_token'),
    'tokenizer.ggml.unknown_token_id': idOf('unk_token'),
    'tokenizer.ggml.padding_token_id': idOf('pad_token'),
    'tokenizer.chat_template': read(folder, 'chat_template.jinja'),
    ...(model === 'gpt2'
      ? { 'tokenizer.ggml.pre': 'qwen2', 'tokenizer.ggml.merges': bpe.merges.map((pair) => pair.join(' ')) }
      : { 'tokenizer.ggml.scores': tokens.map((token) => rank.get(token) ?? -1e6) }),
  };
}

function tokenizerOf(metadata: Record<string, unknown>) {
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
