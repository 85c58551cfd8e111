// The tokenizer in a GGUF file's metadata as tokenizer.json and tokenizer_config.json say it, so that the same tokenizer reads both.
// Keys as in llama.cpp's gguf-py/gguf/constants.py, splits as in its llama-vocab.cpp; merges of SentencePiece vocabularies as
// transformers 5.17 makes them (integrations/ggml.py).
import { UnsupportedError } from '../errors.ts';
import { Fields } from './fields.ts';
import type { JsonObject } from './json.ts';

/** Types of tokens. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const withDigits = (digits: string) =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const LLAMA3 = withDigits('\\p{N}{1,3}');
const QWEN2 = withDigits('\\p{N}');
const DEEPSEEK3 = [
  '\\p{N}{1,3}',
  '[一-龥぀-ゟ゠-ヿ]+',
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
];

/** How byte-level vocabularies split text into words, by `tokenizer.ggml.pre`. */
const SPLITS: Readonly<Record<string, readonly string[]>> = {
  default: [GPT2],
  'gpt-2': [GPT2],
  'llama-bpe': [LLAMA3],
  llama3: [LLAMA3],
  'llama-v3': [LLAMA3],
  'smaug-bpe': [LLAMA3],
  qwen2: [QWEN2],
  'deepseek-r1-qwen': [QWEN2],
  hunyuan: [QWEN2],
  'hunyuan-dense': DEEPSEEK3,
  'deepseek-v3': DEEPSEEK3,
  smollm: ['\\p{N}', GPT2],
};

/** Splits whose tokenizers take a word that is a token as it is. */
const WHOLE_WORDS = new Set(['llama-bpe', 'llama3', 'llama-v3']);
/** Splits of tokenizers that compose characters first. */
const COMPOSED = new Set(['qwen2', 'deepseek-r1-qwen']);

/** Names of the tokens that end an answer, in whatever vocabulary they are. */
const END_OF_TURN = ['<|im_end|>', '<|eot_id|>', '<|end|>', '<|endoftext|>', '<|end_of_text|>', '<|eom_id|>'];

interface GgufVocabulary {
  key: Fields;
  tokens: string[];
  /** Empty where all are ordinary. */
  types: number[];
}

function vocabularyOf(metadata: JsonObject, file: string): GgufVocabulary | undefined {
  const key = new Fields(metadata, file);
  if (!key.has('tokenizer.ggml.model')) return undefined;
  const tokens = key.stringList('tokenizer.ggml.tokens');
  const types = key.numberList('tokenizer.ggml.token_type', { length: tokens.length, default: [] });
  return { key, tokens, types };
}

const tokenId = (key: Fields, name: string) => key.int(`tokenizer.ggml.${name}_token_id`, { default: undefined });

/**
 * The tokenizer's files.
 * @returns undefined where the file has no tokenizer.
 * @throws {UnsupportedError} a kind of vocabulary or a split that intab does not know. {ConfigError} a key is malformed.
 */
export function ggufTokenizer(
  metadata: JsonObject,
  file: string,
): { tokenizer: JsonObject; config: JsonObject } | undefined {
  const vocabulary = vocabularyOf(metadata, file);
  if (!vocabulary) return undefined;
  const { key, tokens, types } = vocabulary;
  const model = key.string('tokenizer.ggml.model');
  const known: Record<string, (vocabulary: GgufVocabulary) => JsonObject> = { gpt2: byteLevel, llama: sentencePiece };
  const build = Object.hasOwn(known, model) ? known[model] : undefined;
  if (!build) {
    throw new UnsupportedError({
      what: `${key.label('tokenizer.ggml.model')} is not supported`,
      expected: Object.keys(known).join(', '),
      actual: model,
      remedy: 'use a checkpoint in Hub layout, with its tokenizer.json',
    });
  }
  const token = (name: string) => {
    const id = tokenId(key, name);
    return id === undefined ? undefined : tokens[id];
  };
  const tokenizer = {
    version: '1.0',
    added_tokens: tokens.flatMap((content, id) =>
      content !== '' && [UNKNOWN, CONTROL, USER_DEFINED].includes(types[id] ?? 1)
        ? [{ id, content, special: types[id] !== USER_DEFINED, normalized: false }]
        : [],
    ),
    ...build(vocabulary),
    post_processor: postProcessor(vocabulary, model),
  };
  return {
    tokenizer,
    config: {
      bos_token: token('bos'),
      eos_token: token('eos'),
      unk_token: token('unknown'),
      pad_token: token('padding'),
      chat_template: chatTemplates(key),
    },
  };
}

/** The default template, and others by name. */
function chatTemplates(key: Fields): unknown {
  const main = key.string('tokenizer.chat_template', { default: undefined });
  const names = key.stringList('tokenizer.chat_templates', { default: [] });
  if (names.length === 0) return main;
  const named = names.map((name) => ({
    name,
    template: key.string(`tokenizer.chat_template.${name}`, { default: '' }),
  }));
  return main === undefined ? named : [{ name: 'default', template: main }, ...named];
}

/** Tokens around a text. */
function postProcessor({ key, tokens }: GgufVocabulary, model: string): JsonObject | null {
  const pre = key.string('tokenizer.ggml.pre', { default: 'default' });
  const bos = tokenId(key, 'bos');
  const eos = tokenId(key, 'eos');
  const isUsed = { bos: model === 'llama' || WHOLE_WORDS.has(pre), eos: false };
  const around = (['bos', 'eos'] as const).map((name) => {
    const id = name === 'bos' ? bos : eos;
    const added = key.bool(`tokenizer.ggml.add_${name}_token`, { default: isUsed[name] });
    const token = id === undefined ? undefined : tokens[id];
    return added && id !== undefined && token !== undefined ? { id, token } : undefined;
  });
  const [first, last] = around;
  if (!first && !last) return null;
  const special = (token: typeof first, type_id: number) =>
    token ? [{ SpecialToken: { id: token.token, type_id } }] : [];
  const sequence = (id: string, type_id: number) => [
    ...special(first, type_id),
    { Sequence: { id, type_id } },
    ...special(last, type_id),
  ];
  return {
    type: 'TemplateProcessing',
    single: sequence('A', 0),
    pair: [...sequence('A', 0), ...sequence('B', 1)],
    special_tokens: Object.fromEntries(
      around.flatMap((token) =>
        token ? [[token.token, { id: token.token, ids: [token.id], tokens: [token.token] }]] : [],
      ),
    ),
  };
}

const vocabOf = (tokens: readonly string[]) => Object.fromEntries(tokens.map((token, id) => [token, id]));

/** Byte-level BPE, as GPT-2 has it. */
function byteLevel({ key, tokens }: GgufVocabulary): JsonObject {
  const pre = key.string('tokenizer.ggml.pre', { default: 'default' });
  const splits = Object.hasOwn(SPLITS, pre) ? SPLITS[pre] : undefined;
  if (!splits) {
    throw new UnsupportedError({
      what: `${key.label('tokenizer.ggml.pre')} is not supported`,
      expected: Object.keys(SPLITS).join(', '),
      actual: pre,
      remedy: 'use a checkpoint in Hub layout, with its tokenizer.json',
    });
  }
  const split = (Regex: string) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false });
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    model: {
      type: 'BPE',
      vocab: vocabOf(tokens),
      merges: key.stringList('tokenizer.ggml.merges'),
      ignore_merges: WHOLE_WORDS.has(pre),
      byte_fallback: false,
    },
    normalizer: COMPOSED.has(pre) ? { type: 'NFC' } : null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [...splits.map(split), bytes] },
    decoder: bytes,
  };
}

/** SentencePiece's BPE: its scores say in which order pieces merge. */
function sentencePiece({ key, tokens }: GgufVocabulary): JsonObject {
  const scores = key.numberList('tokenizer.ggml.scores', { length: tokens.length });
  const hasPrefix = key.bool('tokenizer.ggml.add_space_prefix', { default: true });
  const unknown = tokens[tokenId(key, 'unknown') ?? 0];
  return {
    model: {
      type: 'BPE',
      vocab: vocabOf(tokens),
      merges: mergesOf(tokens, scores),
      unk_token: unknown,
      fuse_unk: true,
      byte_fallback: true,
    },
    normalizer: {
      type: 'Sequence',
      normalizers: [
        ...(hasPrefix ? [{ type: 'Prepend', prepend: '▁' }] : []),
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(hasPrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
  };
}

/** Every way to put a token together from two others, best score first, then by the scores of the two. */
function mergesOf(tokens: readonly string[], scores: readonly number[]): [string, string][] {
  const scoreOf = new Map(tokens.map((token, id) => [token, scores[id] as number]));
  const merges: { pair: [string, string]; score: number }[] = [];
  for (const [token, score] of scoreOf) {
    const ways: { pair: [string, string]; left: number; right: number }[] = [];
    for (let at = 1; at < token.length; at++) {
      const pair: [string, string] = [token.slice(0, at), token.slice(at)];
      const [left, right] = [scoreOf.get(pair[0]), scoreOf.get(pair[1])];
      if (left !== undefined && right !== undefined) ways.push({ pair, left, right });
    }
    ways.sort((a, b) => b.left - a.left || b.right - a.right);
    for (const { pair } of ways) merges.push({ pair, score });
  }
  return merges.sort((a, b) => b.score - a.score).map(({ pair }) => pair);
}

/** Which tokens end an answer: those that the file names, and those that are for nothing else in chats. */
export function ggufGenerationConfig(metadata: JsonObject, file: string): JsonObject {
  const vocabulary = vocabularyOf(metadata, file);
  if (!vocabulary) return {};
  const { key, tokens, types } = vocabulary;
  const named = ['eos', 'eot', 'eom'].map((name) => tokenId(key, name));
  const found = END_OF_TURN.map((token) => tokens.indexOf(token)).filter((id) => types[id] === CONTROL);
  return {
    bos_token_id: tokenId(key, 'bos'),
    eos_token_id: [...new Set([...named, ...found].filter((id) => id !== undefined))],
    pad_token_id: tokenId(key, 'padding'),
  };
}
