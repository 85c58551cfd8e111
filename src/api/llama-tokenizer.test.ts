// LlamaTokenizer with all its options against what transformers 5.17 gave (tools/fixtures/llama_tokenizer.py).
import { openAsBlob, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InputError, SourceError, TokenizerError } from '../errors.ts';
import { LlamaTokenizer, type LlamaTokenizerOptions, type LlamaVocabulary } from './llama-tokenizer.ts';

const FOLDER = new URL('../../test/fixtures/text/llama-bytefallback-metaspace/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');

interface Case {
  from: 'files' | 'vocab';
  options: LlamaTokenizerOptions;
  add_bos_token: boolean;
  add_eos_token: boolean;
  ids: number[][];
  plain_ids: number[][];
  pairs: number[][];
  decoded: string[];
  mask: number[][];
}
const { texts, cases } = JSON.parse(read('llama_tokenizer.json')) as { texts: string[]; cases: Case[] };
const { vocab, merges } = JSON.parse(read('tokenizer.json')).model as LlamaVocabulary;

async function fromFiles(options?: LlamaTokenizerOptions): Promise<LlamaTokenizer> {
  const files = new Map<string, Blob>();
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    files.set(name, await openAsBlob(new URL(name, FOLDER)));
  return LlamaTokenizer.from_pretrained(files, options);
}

describe('LlamaTokenizer', () => {
  it.each(cases.filter(({ ids }) => ids))('gives what the reference gives: $from $options', async (known) => {
    const { from, options } = known;
    const tokenizer = from === 'files' ? await fromFiles(options) : new LlamaTokenizer({ vocab, merges }, options);
    expect(tokenizer.add_bos_token).toBe(known.add_bos_token);
    expect(tokenizer.add_eos_token).toBe(known.add_eos_token);
    texts.forEach((text, i) => {
      const ids = tokenizer.encode(text);
      expect(ids, text).toEqual(known.ids[i]);
      expect(tokenizer.encode(text, { text_pair: 'and more' }), text).toEqual(known.pairs[i]);
      const plain = tokenizer.encode(text, { add_special_tokens: false });
      expect(plain, text).toEqual(known.plain_ids[i]);
      expect(tokenizer.decode(plain), text).toBe(known.decoded[i]);
      expect(tokenizer.get_special_tokens_mask(ids, undefined, true), text).toEqual(known.mask[i]);
    });
  });

  it('reads merges as lines and a vocabulary as a list', () => {
    const byId = Object.entries(vocab as Record<string, number>).sort(([, a], [, b]) => a - b);
    const list = byId.map(([token]) => token);
    const lines = `#version: 0.2\n${(merges as [string, string][]).map((pair) => pair.join(' ')).join('\n')}\n`;
    expect(new LlamaTokenizer({ vocab: list, merges: lines }).encode('Hello world')).toEqual(cases[1]?.ids[1]);
  });

  it('reads vocab.json and merges.txt', async () => {
    const lines = (merges as [string, string][]).map((pair) => pair.join(' ')).join('\n');
    const files = new Map([
      ['vocab.json', new Blob([JSON.stringify(vocab)])],
      ['merges.txt', new Blob([lines])],
    ]);
    const tokenizer = await LlamaTokenizer.from_pretrained(files, { add_bos_token: true });
    expect(tokenizer.encode('Hello world')).toEqual([1, ...(cases[1]?.ids[1] ?? [])]);
    await expect(LlamaTokenizer.from_pretrained(new Map([['config.json', new Blob(['{}'])]]))).rejects.toThrow(
      SourceError,
    );
  });

  it('follows a changed special token once it is told to', () => {
    const tokenizer = new LlamaTokenizer({ vocab, merges }, { add_bos_token: true });
    const [, ...rest] = tokenizer.encode('Hello');
    tokenizer.bos_token = '</s>';
    expect(tokenizer.encode('Hello')).toEqual([1, ...rest]);
    tokenizer.update_post_processor();
    expect(tokenizer.encode('Hello')).toEqual([2, ...rest]);
    tokenizer.add_eos_token = true;
    expect(tokenizer.encode('Hello')).toEqual([2, ...rest, 2]);
    tokenizer.bos_token = undefined;
    tokenizer.update_post_processor();
    expect(tokenizer.add_bos_token).toBe(false);
    tokenizer.eos_token = 'nowhere';
    expect(() => tokenizer.update_post_processor()).toThrow(TokenizerError);
  });

  it('tells where special tokens go in texts without them', async () => {
    const tokenizer = new LlamaTokenizer({ vocab, merges }, { add_bos_token: true, add_eos_token: true });
    expect(tokenizer.get_special_tokens_mask([5, 6])).toEqual([1, 0, 0, 1]);
    expect(tokenizer.get_special_tokens_mask([5, 6], [7])).toEqual([1, 0, 0, 1, 1, 0, 1]);
    expect((await fromFiles()).get_special_tokens_mask([5, 6], [7])).toEqual([1, 0, 0, 1, 0]);
    expect(() => tokenizer.get_special_tokens_mask([1], [2], true)).toThrow(InputError);
  });

  it('refuses malformed merges', () => {
    expect(() => new LlamaTokenizer({ vocab, merges: ['a b c'] })).toThrow(TokenizerError);
    expect(() => new LlamaTokenizer({ vocab, merges: 7 as never })).toThrow(TokenizerError);
    expect(() => new LlamaTokenizer({ vocab: 7 as never, merges: [] })).toThrow(TokenizerError);
  });
});
