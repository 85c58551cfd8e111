import { describe, expect, it } from 'vitest';
import { TokenizerError } from '../errors.ts';
import { StreamingDetokenizer } from './streaming-detokenizer.ts';
import { createTokenizer, type TokenizerFiles } from './tokenizer.ts';

const vocabOf = (tokens: string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));

/** A tokenizer over whole-word tokens, with the given fields of tokenizer.json. */
function build(tokens: string[], fields: Record<string, unknown> = {}, files: Partial<TokenizerFiles> = {}) {
  const tokenizerJson = JSON.stringify({
    version: '1.0',
    added_tokens: [],
    model: { type: 'BPE', vocab: vocabOf(tokens), merges: [], ignore_merges: true, unk_token: null },
    ...fields,
  });
  return createTokenizer({ tokenizerJson, ...files });
}

const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
const llamaDecoder = {
  type: 'Sequence',
  decoders: [
    { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    { type: 'Strip', content: ' ', start: 1, stop: 0 },
  ],
};

describe('decoding as the reference does', () => {
  it('gives one U+FFFD per byte of a run that is not UTF-8, and drops unknown ids', () => {
    const tokenizer = build([...bytes, '▁a', 'b'], { decoder: llamaDecoder });
    expect(tokenizer.decode([256, 0xc3, 0xa9, 257])).toBe('aéb');
    expect(tokenizer.decode([256, 0xc3, 257])).toBe('a\ufffdb');
    expect(tokenizer.decode([0xc3, 0xa9, 0xe2, 0x82, 257])).toBe('\ufffd\ufffd\ufffd\ufffdb');
    expect(tokenizer.decode([256, 9999, 256])).toBe('a a');
    expect(tokenizer.decode([])).toBe('');
  });

  it('strips the space of the first piece only, also when it streams', () => {
    const tokenizer = build([...bytes, '▁a', '▁', 'b'], { decoder: llamaDecoder });
    const detokenizer = new StreamingDetokenizer(tokenizer);
    expect([257, 256, 256, 258].map((id) => detokenizer.push(id))).toEqual(['', ' a', ' a', 'b']);
    expect(detokenizer.flush()).toBe('');
    expect(detokenizer.push(256)).toBe('a'); // a new text
    expect(tokenizer.decode([257, 256])).toBe(' a');
  });

  it('never emits half a character', () => {
    const tokenizer = build([...bytes, 'x'], { decoder: llamaDecoder });
    const smile = new StreamingDetokenizer(tokenizer);
    expect([0xf0, 0x9f, 0x99, 0x82].map((id) => smile.push(id))).toEqual(['', '', '', '']);
    expect(smile.push(256)).toBe('🙂x');
    const alphabet = ['ð', 'Ł', 'ĻĤ', 'Ļ', 'ðŁ', 'a']; // f0 9f 99 82 in GPT-2's alphabet
    const byteLevel = build(alphabet, { decoder: { type: 'ByteLevel' } });
    const detokenizer = new StreamingDetokenizer(byteLevel);
    expect([5, 0, 1, 2, 5].map((id) => detokenizer.push(id))).toEqual(['a', '', '', '\u{1f642}', 'a']);
    expect([4, 5].map((id) => detokenizer.push(id))).toEqual(['', '\ufffda']);
    detokenizer.push(4);
    expect(detokenizer.flush()).toBe('\ufffd');
    expect(byteLevel.decode([0, 1, 2])).toBe('🙂');
  });

  it('takes byte-level tokens with characters outside the byte alphabet as they are', () => {
    const tokenizer = build(['Ġa', '  two', '你'], { decoder: { type: 'ByteLevel' } });
    expect(tokenizer.decode([0, 1, 2])).toBe(' a  two你');
  });

  it('knows the other decoders', () => {
    expect(build(['a', 'b']).decode([0, 1])).toBe('a b');
    const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' };
    expect(build(['▁a', '▁b'], { decoder: metaspace }).decode([0, 1])).toBe('a b');
    expect(build(['▁a'], { decoder: { ...metaspace, prepend_scheme: 'never' } }).decode([0])).toBe(' a');
    const wordPiece = { type: 'WordPiece', prefix: '##', cleanup: true };
    expect(build(['it', '##s', 'ok', '.'], { decoder: wordPiece }).decode([0, 1, 2, 3])).toBe('its ok.');
    const bpe = build(['a</w>', 'b</w>'], { decoder: { type: 'BPEDecoder', suffix: '</w>' } });
    expect(bpe.decode([0, 1])).toBe('a b');
    const strip = {
      type: 'Sequence',
      decoders: [{ type: 'Fuse' }, { type: 'Strip', content: '_', start: 1, stop: 2 }],
    };
    const stripped = build(['_', 'a_'], { decoder: strip });
    expect(stripped.decode([0, 0, 1, 0, 0])).toBe('_a_');
    const detokenizer = new StreamingDetokenizer(stripped);
    const streamed = [0, 0, 1, 0, 0].map((id) => detokenizer.push(id)).join('') + detokenizer.flush();
    expect(streamed).toBe('_a_');
    const regex = { type: 'Replace', pattern: { Regex: 'a+' }, content: '$&' };
    expect(build(['baab'], { decoder: regex }).decode([0])).toBe('b$&b');
  });
});

describe('encoding as the reference does, where the package does not', () => {
  const pieces = (tokenizer: ReturnType<typeof build>, text: string) =>
    tokenizer.encode(text).map((id) => tokenizer.tokenOf(id));

  it('splits at the Metaspace mark unless told not to', () => {
    const tokens = ['▁a', '▁b', '▁a▁b', 'a', 'b', '▁'];
    const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' };
    expect(pieces(build(tokens, { pre_tokenizer: metaspace }), 'a b')).toEqual(['▁a', '▁b']);
    expect(pieces(build(tokens, { pre_tokenizer: { ...metaspace, split: false } }), 'a b')).toEqual(['▁a▁b']);
    const never = { type: 'Metaspace', replacement: '▁', add_prefix_space: false };
    expect(pieces(build(tokens, { pre_tokenizer: never }), 'a b')).toEqual(['a', '▁b']);
  });

  it('merges split matches with their neighbours', () => {
    const split = (behavior: string, invert = false) => ({
      pre_tokenizer: { type: 'Split', pattern: { String: '-' }, behavior, invert },
    });
    const tokens = ['a', 'b', '-', '-b', 'a-', '--', 'a--b'];
    expect(pieces(build(tokens, split('Isolated')), 'a--b')).toEqual(['a', '-', '-', 'b']);
    expect(pieces(build(tokens, split('Isolated', true)), 'a--b')).toEqual(['a', '-', '-', 'b']);
    expect(pieces(build(tokens, split('MergedWithNext')), 'a--b')).toEqual(['a', '-', '-b']);
    expect(pieces(build(tokens, split('MergedWithPrevious')), 'a--b')).toEqual(['a-', '-', 'b']);
    expect(pieces(build(tokens, split('Contiguous')), 'a--b')).toEqual(['a', '--', 'b']);
    expect(pieces(build(tokens, split('Removed')), 'a--b')).toEqual(['a', 'b']);
  });

  it('isolates punctuation and digits of every script, words of every alphabet', () => {
    const tokens = ['a', '!', '!!', '.', '٣', '٣٣', 'é', 'éa'];
    const pre = (pre_tokenizer: unknown) => build(tokens, { pre_tokenizer });
    expect(pieces(pre({ type: 'Punctuation' }), 'a!!')).toEqual(['a', '!', '!']);
    expect(pieces(pre({ type: 'Punctuation', behavior: 'Contiguous' }), 'a!!')).toEqual(['a', '!!']);
    expect(pieces(pre({ type: 'Digits', individual_digits: true }), 'a٣٣')).toEqual(['a', '٣', '٣']);
    expect(pieces(pre({ type: 'Digits', individual_digits: false }), 'a٣٣')).toEqual(['a', '٣٣']);
    expect(pieces(pre({ type: 'Whitespace' }), 'éa !!')).toEqual(['éa', '!!']);
  });

  it('takes a dollar sign in a normalizer literally', () => {
    const normalizer = { type: 'Replace', pattern: { String: 'x' }, content: '$&' };
    expect(pieces(build(['$', '&', 'x'], { normalizer, pre_tokenizer: null }), 'x')).toEqual(['$', '&']);
  });
});

describe('special tokens', () => {
  const added = [{ id: 2, content: '<eos>', special: true, normalized: false }];
  const tokenizer = build(
    ['a', '<bos>', '<eos>', '<pad>'],
    { added_tokens: added },
    {
      tokenizerConfig: JSON.stringify({
        bos_token: { content: '<bos>', special: true },
        eos_token: '<eos>',
        pad_token: null,
        added_tokens_decoder: { 3: { content: '<pad>', special: true } },
      }),
    },
  );

  it('come from both files', () => {
    expect([tokenizer.bosTokenId, tokenizer.eosTokenId, tokenizer.padTokenId]).toEqual([1, 2, undefined]);
    expect([0, 1, 2, 3, 4].map((id) => tokenizer.isSpecial(id))).toEqual([false, true, true, true, false]);
    expect(tokenizer.encode('a<bos>a<pad>')).toEqual([0, 1, 0, 3]);
    expect(tokenizer.decode([0, 1, 2, 3], { skip_special_tokens: true })).toBe('a');
    expect([tokenizer.vocabSize, tokenizer.idOf('<eos>'), tokenizer.idOf('x'), tokenizer.tokenOf(9)]).toEqual([
      4,
      2,
      undefined,
      undefined,
    ]);
  });
});

describe('chat templates', () => {
  const template = '{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}';
  const config = (chat_template: unknown) => ({ tokenizerConfig: JSON.stringify({ bos_token: '<s>', chat_template }) });
  const chat = [{ role: 'user', content: 'a' }];
  const render = (files: Partial<TokenizerFiles>, options = {}) =>
    build(['a'], {}, files).applyChatTemplate(chat, { ...options, tokenize: false });

  it('come from the config, a list in it, or the file', () => {
    expect(render(config(template))).toBe('<s>[user]a');
    const list = [
      { name: 'default', template: 'D' },
      { name: 'tool_use', template: 'T{{ tools|length }}' },
    ];
    expect(render(config(list))).toBe('D');
    expect(render(config(list), { tools: [{}] })).toBe('T1');
    expect(render(config(list), { chat_template: 'tool_use', tools: [] })).toBe('T0');
    expect(render({ ...config(template), chatTemplate: 'F' })).toBe('F');
    expect(render(config(template), { chat_template: 'own {{ x }}', x: 3 })).toBe('own 3');
    expect(build(['a'], {}, config(template)).hasChatTemplate).toBe(true);
    expect(build(['a']).hasChatTemplate).toBe(false);
  });

  it('get what the reference passes', () => {
    const probe = '{{ tools is none }} {{ documents is none }} {{ add_generation_prompt }} {{ x is defined }}';
    expect(render(config(probe))).toBe('true true true false');
    expect(render(config("{{ strftime_now('%Y') }}"))).toMatch(/^20\d\d$/);
    expect(render(config('{% generation %}{{ messages[0].content }}{% endgeneration %}'))).toBe('a');
    expect(render(config('{{ messages|tojson }}'))).toBe('[{"role": "user", "content": "a"}]');
  });

  it('fail as errors of ours', () => {
    const failing: [Partial<TokenizerFiles>, RegExp][] = [
      [{}, /no default chat template/],
      [config("{{ raise_exception('roles must alternate') }}"), /refuses these messages.*roles must alternate/],
      [config('{% for %}'), /cannot be parsed/],
      [config([{ name: 'rag', template: 'R' }]), /templates named rag/],
    ];
    for (const [files, message] of failing) {
      expect(() => render(files)).toThrow(TokenizerError);
      expect(() => render(files)).toThrow(message);
    }
    const tokenizer = build(['a'], {}, config(template));
    expect(() => tokenizer.applyChatTemplate('hi' as never)).toThrow(TokenizerError);
  });
});

describe('malformed files', () => {
  it('give errors of ours', () => {
    const model = { type: 'BPE', vocab: { a: 0 }, merges: [] };
    const broken: unknown[] = [
      {},
      { model: {} },
      { model: { type: 'BPE', vocab: { a: 'x' }, merges: [] } },
      { model: { type: 'BPE', vocab: { a: 0 } } },
      { model: { type: 'Made up', vocab: null } },
      { model, added_tokens: [{ id: -1, content: 'x' }] },
      { model, added_tokens: {} },
      { model, normalizer: { type: 'Made up' } },
      { model, pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } },
      { model, post_processor: { type: 'Made up' } },
      { model, decoder: { type: 'CTC' } },
      { model, decoder: { type: 'Strip', content: 3 } },
      { model, decoder: [] },
    ];
    for (const json of broken) {
      expect(() => createTokenizer({ tokenizerJson: JSON.stringify(json) })).toThrow(TokenizerError);
    }
    for (const tokenizerJson of ['', '[]', '{', 'null']) {
      expect(() => createTokenizer({ tokenizerJson })).toThrow(TokenizerError);
    }
    expect(() => createTokenizer({ tokenizerJson: JSON.stringify({ model }), tokenizerConfig: '{' })).toThrow(
      /tokenizer_config\.json/,
    );
    expect(() => build(['a']).encode(3 as never)).toThrow(TokenizerError);
  });
});
