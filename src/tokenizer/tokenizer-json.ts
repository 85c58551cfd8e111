// Reads tokenizer.json and tokenizer_config.json into what @huggingface/tokenizers takes, and rewrites the few parts
// that version 0.2.0 reads differently from the reference (Rust tokenizers 0.23 under transformers 5). Each rewrite
// says the same thing in terms the package gets right; drop one when the package does.

import { TokenizerError } from '../errors.ts';

type JsonObject = Record<string, unknown>;

/** A token with an id outside the model's own rules: matched as a whole before anything else. */
export interface AddedToken {
  id: number;
  content: string;
  special: boolean;
}

export interface TokenizerDefinition {
  /** For the constructor of the package. */
  tokenizer: JsonObject;
  addedTokens: AddedToken[];
  /** The `decoder` field as it stands. */
  decoder: unknown;
}

/** The named special tokens of transformers. */
export const SPECIAL_TOKEN_NAMES = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const;
export type SpecialTokenName = (typeof SPECIAL_TOKEN_NAMES)[number];

/**
 * Parses a JSON object.
 * @throws TokenizerError naming `file`.
 */
export function parseTokenizerFile(text: string, file: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    throw malformed(file, 'JSON', cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause), cause);
  }
  if (!isObject(value)) throw malformed(file, 'a JSON object', typeof value);
  return value;
}

/** Special tokens named in tokenizer_config.json; each is a string there, or an object with `content`. */
export function specialTokensOf(config: JsonObject): Map<SpecialTokenName, string> {
  const tokens = new Map<SpecialTokenName, string>();
  for (const name of SPECIAL_TOKEN_NAMES) {
    const content = contentOf(Object.hasOwn(config, name) ? config[name] : undefined);
    if (content !== undefined) tokens.set(name, content);
  }
  return tokens;
}

/**
 * Checks tokenizer.json and prepares it for the package.
 * @throws TokenizerError when a part that intab relies on is missing or malformed.
 */
export function prepareTokenizer(json: JsonObject, config: JsonObject): TokenizerDefinition {
  const file = 'tokenizer.json';
  const model = json.model;
  if (!isObject(model) || !(isObject(model.vocab) || Array.isArray(model.vocab))) {
    throw malformed(file, 'a model with a vocab', isObject(model) ? 'a model without vocab' : 'no model');
  }
  if (isObject(model.vocab)) {
    const wrong = Object.entries(model.vocab).find(([, id]) => !isId(id));
    if (wrong)
      throw malformed(`${file}: model.vocab`, 'ids that are whole numbers', `${JSON.stringify(wrong).slice(0, 80)}`);
  }
  if (model.type === 'BPE' && !Array.isArray(model.merges))
    throw malformed(file, 'a list of merges', typeof model.merges);
  const added = addedTokensOf(json, config, model, file);
  return {
    tokenizer: {
      model,
      added_tokens: added,
      normalizer: rewriteNormalizer(json.normalizer ?? null),
      pre_tokenizer: rewritePreTokenizer(json.pre_tokenizer ?? null),
      post_processor: json.post_processor ?? null,
      // Never asked to decode, see decode-stages.ts.
      decoder: null,
    },
    addedTokens: added.map(({ id, content, special }) => ({ id, content, special: special === true })),
    decoder: json.decoder,
  };
}

type RawAddedToken = JsonObject & { id: number; content: string };

/**
 * The added tokens of tokenizer.json, with those of tokenizer_config.json over them, as transformers does: entries of
 * `added_tokens_decoder` replace those of the same content, and named special tokens that are only in the vocabulary
 * become added tokens.
 */
function addedTokensOf(json: JsonObject, config: JsonObject, model: JsonObject, file: string): RawAddedToken[] {
  const byContent = new Map<string, RawAddedToken>();
  const list = json.added_tokens ?? [];
  if (!Array.isArray(list)) throw malformed(`${file}: added_tokens`, 'a list', typeof list);
  for (const token of list as unknown[]) {
    if (!isObject(token) || typeof token.content !== 'string' || !isId(token.id)) {
      throw malformed(`${file}: added_tokens`, 'entries with id and content', JSON.stringify(token)?.slice(0, 80));
    }
    byContent.set(token.content, token as RawAddedToken);
  }
  const vocabId = (content: string): number | undefined => {
    if (Array.isArray(model.vocab)) {
      const i = model.vocab.findIndex((entry: unknown) => Array.isArray(entry) && entry[0] === content);
      return i === -1 ? undefined : i;
    }
    const vocab = model.vocab as JsonObject;
    return Object.hasOwn(vocab, content) ? (vocab[content] as number) : undefined;
  };
  if (isObject(config.added_tokens_decoder)) {
    for (const [key, token] of Object.entries(config.added_tokens_decoder)) {
      const id = Number(key);
      if (!isObject(token) || typeof token.content !== 'string' || token.content === '' || !isId(id)) continue;
      byContent.set(token.content, {
        ...token,
        content: token.content,
        id: byContent.get(token.content)?.id ?? vocabId(token.content) ?? id,
      });
    }
  }
  const extra = Array.isArray(config.additional_special_tokens) ? config.additional_special_tokens.map(contentOf) : [];
  for (const content of [...specialTokensOf(config).values(), ...extra]) {
    const id = content === undefined ? undefined : vocabId(content);
    if (content === undefined || content === '' || id === undefined || byContent.has(content)) continue;
    byContent.set(content, { id, content, special: true, normalized: false });
  }
  return [...byContent.values()].sort((a, b) => a.id - b.id);
}

/** The package reads `$&` and the like in a replacement; the reference takes it literally. */
function rewriteNormalizer(normalizer: unknown): unknown {
  if (!isObject(normalizer)) return normalizer;
  if (normalizer.type === 'Sequence' && Array.isArray(normalizer.normalizers)) {
    return { ...normalizer, normalizers: normalizer.normalizers.map(rewriteNormalizer) };
  }
  if (normalizer.type === 'Replace' && typeof normalizer.content === 'string') {
    return { ...normalizer, content: normalizer.content.replaceAll('$', '$$$$') };
  }
  return normalizer;
}

/** GPT-2's split, which the package runs with JavaScript's idea of `\s` (U+FEFF in, U+0085 out). */
const GPT2_SPLIT = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const ASCII_PUNCTUATION = '!-/:-@\\[-`{-~';

function rewritePreTokenizer(pre: unknown): unknown {
  if (!isObject(pre)) return pre;
  switch (pre.type) {
    case 'Sequence':
      return Array.isArray(pre.pretokenizers)
        ? { ...pre, pretokenizers: pre.pretokenizers.map(rewritePreTokenizer) }
        : pre;
    case 'Metaspace': {
      // The package knows neither `add_prefix_space: false` nor `split`, which is on unless it is switched off.
      const replacement = typeof pre.replacement === 'string' ? pre.replacement : '\u2581';
      const metaspace = pre.add_prefix_space === false ? { ...pre, prepend_scheme: 'never' } : pre;
      if (pre.split === false) return metaspace;
      return sequence(metaspace, mergedSplit(escapeRegex(replacement), 'MergedWithNext'));
    }
    case 'ByteLevel':
      if (pre.use_regex === false || pre.add_prefix_space === true) return pre;
      return sequence(split(GPT2_SPLIT), { ...pre, use_regex: false });
    case 'Digits':
      // The package splits at ASCII digits only; the reference at every numeric character.
      return split(pre.individual_digits === true ? '\\p{N}' : '\\p{N}+');
    case 'Punctuation':
      // The package keeps runs of punctuation together whatever `behavior` says; the reference isolates by default.
      return mergedSplit(`[\\p{P}${ASCII_PUNCTUATION}]`, pre.behavior ?? 'Isolated');
    case 'Whitespace':
      // The package's \w is ASCII.
      return { type: 'Split', pattern: { Regex: '\\w+|[^\\w\\s]+' }, behavior: 'Removed', invert: true };
    case 'Split': {
      const pattern = isObject(pre.pattern) ? pre.pattern : {};
      const regex = typeof pattern.String === 'string' ? escapeRegex(pattern.String) : pattern.Regex;
      if (typeof regex !== 'string') return pre;
      // The package captures a String pattern, and so keeps what it should remove.
      if (pre.behavior === 'Removed') return { ...pre, pattern: { Regex: regex } };
      // To isolate the matches or what is between them is the same; the package drops what is between them.
      if (pre.behavior === 'Isolated') return pre.invert === true ? { ...pre, invert: false } : pre;
      return pre.invert === true ? pre : mergedSplit(regex, pre.behavior);
    }
    default:
      return pre;
  }
}

/** A Split whose matches join their neighbours, which the package isolates, as a Split whose matches are the pieces. */
function mergedSplit(regex: string, behavior: unknown): JsonObject {
  const others = `(?:(?!${regex})[\\s\\S])`;
  switch (behavior) {
    case 'MergedWithNext':
      return split(`(?:${regex})${others}*|${others}+`);
    case 'MergedWithPrevious':
      return split(`${others}+(?:${regex})?|(?:${regex})`);
    case 'Contiguous':
      return split(`(?:${regex})+`);
    case 'Removed':
      return { type: 'Split', pattern: { Regex: regex }, behavior: 'Removed', invert: false };
    default:
      return split(regex);
  }
}

function split(regex: string): JsonObject {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false };
}

function sequence(...pretokenizers: unknown[]): JsonObject {
  return { type: 'Sequence', pretokenizers };
}

function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function contentOf(token: unknown): string | undefined {
  const content = isObject(token) ? token.content : token;
  return typeof content === 'string' ? content : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}

function malformed(what: string, expected: string, actual: string | undefined, cause?: unknown): TokenizerError {
  return new TokenizerError({
    what: `${what} is malformed`,
    expected,
    actual: actual ?? 'nothing',
    remedy: 'download the file again, or save the tokenizer again with the transformers library',
    cause,
  });
}
