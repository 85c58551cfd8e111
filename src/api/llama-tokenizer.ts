// LlamaTokenizer with the options of the reference's class of that name (transformers 5.17, tokenization_llama.py). Like that class it
// takes the vocabulary and merges and makes the rest itself: byte fallback, `▁` for spaces, no normalisation.
import { InputError, SourceError, TokenizerError } from '../errors.ts';
import { type ModelLocation, openSource, type SourceOptions } from '../hub/open-source.ts';
import { chatTemplatesOf } from '../tokenizer/chat-template.ts';
import { type EncodeOptions, Tokenizer } from '../tokenizer/tokenizer.ts';
import { parseTokenizerFile, prepareTokenizer, specialTokensOf } from '../tokenizer/tokenizer-json.ts';

export interface LlamaTokenizerOptions {
  /** Put `bos_token` before each text. Stating this or `add_eos_token` replaces what tokenizer.json says; the other is then off. */
  add_bos_token?: boolean;
  /** Put `eos_token` behind each text. */
  add_eos_token?: boolean;
  /** Put a space before the text, so that its first word is a word like the others; on unless switched off. */
  add_prefix_space?: boolean;
  /** Put that space behind each special token, too; off unless switched on. */
  legacy?: boolean;
  unk_token?: string;
  bos_token?: string;
  eos_token?: string;
  pad_token?: string;
}

export interface LlamaVocabulary {
  /** Ids by token, or tokens in the order of their ids. */
  vocab: Readonly<Record<string, number>> | readonly string[];
  /** Pairs, or the lines of merges.txt. */
  merges: readonly (readonly [string, string] | string)[] | string;
}

/** The parts of tokenizer.json and tokenizer_config.json that are kept; empty where there are no such files. */
interface LlamaTokenizerFiles {
  added_tokens?: unknown;
  post_processor?: unknown;
  config?: Record<string, unknown>;
  chatTemplate?: string | undefined;
}

const SPACE = '▁';
const NAMED = ['unk_token', 'bos_token', 'eos_token', 'pad_token'] as const;

export class LlamaTokenizer extends Tokenizer {
  #addBosToken: boolean;
  #addEosToken: boolean;
  /** What comes before and behind each text; undefined where tokenizer.json says it. */
  #around: { before: number[]; behind: number[] } | undefined;

  /** @throws {TokenizerError} the vocabulary or the merges are malformed, or a special token is not in the vocabulary. */
  constructor(
    vocabulary: LlamaVocabulary,
    options: LlamaTokenizerOptions = {},
    { added_tokens, post_processor, config = {}, chatTemplate }: LlamaTokenizerFiles = {},
  ) {
    const { add_prefix_space = true, legacy = false } = options;
    const vocab = Array.isArray(vocabulary.vocab)
      ? Object.fromEntries(vocabulary.vocab.map((token, id) => [token, id]))
      : vocabulary.vocab;
    const stated = Object.fromEntries(NAMED.flatMap((name) => (options[name] ? [[name, options[name]]] : [])));
    const named = { unk_token: '<unk>', bos_token: '<s>', eos_token: '</s>', ...config, ...stated };
    const decoders = [
      { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      ...(add_prefix_space ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
    ];
    const scheme = legacy ? 'always' : 'first';
    const definition = prepareTokenizer(
      {
        model: {
          type: 'BPE',
          vocab,
          merges: mergePairs(vocabulary.merges),
          unk_token: specialTokensOf(named).get('unk_token'),
          fuse_unk: true,
          byte_fallback: true,
        },
        added_tokens: added_tokens ?? [],
        normalizer: null,
        pre_tokenizer: {
          type: 'Metaspace',
          replacement: SPACE,
          prepend_scheme: add_prefix_space ? scheme : 'never',
          split: false,
        },
        post_processor: post_processor ?? null,
        decoder: { type: 'Sequence', decoders },
      },
      named,
    );
    const templates = chatTemplatesOf(config.chat_template, chatTemplate);
    super(definition, specialTokensOf(named), templates, config.additional_special_tokens);
    const isStated = options.add_bos_token !== undefined || options.add_eos_token !== undefined;
    this.#addBosToken = options.add_bos_token ?? false;
    this.#addEosToken = options.add_eos_token ?? false;
    if (isStated || !post_processor) this.update_post_processor();
  }

  /**
   * From a folder with tokenizer.json, or with vocab.json and merges.txt.
   * @throws {SourceError} neither is there; {TokenizerError} a file is malformed.
   */
  static async from_pretrained(
    location: ModelLocation,
    options: LlamaTokenizerOptions & SourceOptions & { signal?: AbortSignal } = {},
  ): Promise<LlamaTokenizer> {
    const source = openSource(location, options);
    const files = ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja', 'vocab.json', 'merges.txt'];
    const [whole, configText, chatTemplate, vocab, merges] = await Promise.all(
      files.map((file) => source.text(file, options.signal)),
    );
    const config = configText === undefined ? {} : parseTokenizerFile(configText, 'tokenizer_config.json');
    if (whole !== undefined) {
      const { model, added_tokens, post_processor } = parseTokenizerFile(whole, 'tokenizer.json');
      return new LlamaTokenizer(model as LlamaVocabulary, options, {
        added_tokens,
        post_processor,
        config,
        chatTemplate,
      });
    }
    if (vocab !== undefined && merges !== undefined) {
      const tokens = parseTokenizerFile(vocab, 'vocab.json') as Record<string, number>;
      return new LlamaTokenizer({ vocab: tokens, merges }, options, { config, chatTemplate });
    }
    throw new SourceError({
      what: `${source.name} has no tokenizer`,
      expected: 'tokenizer.json, or vocab.json and merges.txt',
      remedy: 'save it with AutoTokenizer.save_pretrained of transformers',
    });
  }

  get add_bos_token(): boolean {
    return this.#addBosToken;
  }

  set add_bos_token(value: boolean) {
    this.#addBosToken = value;
    this.update_post_processor();
  }

  get add_eos_token(): boolean {
    return this.#addEosToken;
  }

  set add_eos_token(value: boolean) {
    this.#addEosToken = value;
    this.update_post_processor();
  }

  /** Call {@link update_post_processor} after changing it. */
  get bos_token(): string | undefined {
    return this.specialToken('bos_token');
  }

  set bos_token(token: string | undefined) {
    this.setSpecialToken('bos_token', token);
  }

  /** Call {@link update_post_processor} after changing it. */
  get eos_token(): string | undefined {
    return this.specialToken('eos_token');
  }

  set eos_token(token: string | undefined) {
    this.setSpecialToken('eos_token', token);
  }

  /**
   * Makes `encode` add what `add_bos_token`, `add_eos_token` and the special tokens say now. An option whose token is not set is
   * switched off.
   * @throws {TokenizerError} the token to add is not in the vocabulary.
   */
  update_post_processor(): void {
    this.#addBosToken &&= this.bos_token !== undefined;
    this.#addEosToken &&= this.eos_token !== undefined;
    this.#around = {
      before: this.#addBosToken ? [this.#idOfSpecial('bos_token')] : [],
      behind: this.#addEosToken ? [this.#idOfSpecial('eos_token')] : [],
    };
  }

  #idOfSpecial(name: 'bos_token' | 'eos_token'): number {
    const id = this.specialTokenId(name);
    if (id !== undefined) return id;
    throw new TokenizerError({
      what: `The ${name} is not in the vocabulary`,
      expected: 'a token of the vocabulary',
      actual: JSON.stringify(this.specialToken(name)),
      remedy: `set ${name} to a token of the vocabulary, or switch add_${name} off`,
    });
  }

  override encode(text: string, options: EncodeOptions = {}): number[] {
    if (!this.#around || options.add_special_tokens === false) return super.encode(text, options);
    const { before, behind } = this.#around;
    const texts = options.text_pair === undefined ? [text] : [text, options.text_pair];
    return texts.flatMap((part) => [...before, ...super.encode(part, { add_special_tokens: false }), ...behind]);
  }

  /**
   * 1 for special tokens, 0 for others.
   * @param ids one text without the tokens that `encode` adds, or, with `already_has_special_tokens`, all that it gave
   * @param second the second text of a pair
   * @throws {InputError} a second text together with `already_has_special_tokens`.
   */
  get_special_tokens_mask(ids: readonly number[], second?: readonly number[], already_has_special_tokens = false) {
    if (already_has_special_tokens) {
      if (second === undefined) return ids.map((id) => (this.isSpecial(id) ? 1 : 0));
      throw new InputError({
        what: 'A pair whose special tokens are there already is one list',
        expected: 'no second text',
        actual: 'a second text',
        remedy: 'pass all ids as the first argument, or leave already_has_special_tokens out',
      });
    }
    const { before, behind } = this.#around ?? this.#filesAround();
    const texts = second === undefined ? [ids] : [ids, second];
    return texts.flatMap((part) => [...before.map(() => 1), ...part.map(() => 0), ...behind.map(() => 1)]);
  }

  /** What tokenizer.json's own post-processor adds to a text. */
  #filesAround(): { before: number[]; behind: number[] } {
    const plain = super.encode('a', { add_special_tokens: false });
    const all = super.encode('a');
    const at = all.findIndex((_, i) => plain.every((id, j) => all[i + j] === id));
    return { before: all.slice(0, at), behind: all.slice(at + plain.length) };
  }
}

/** @throws {TokenizerError} a line that is no pair. */
function mergePairs(merges: LlamaVocabulary['merges']): unknown {
  if (!Array.isArray(merges) && typeof merges !== 'string') return merges;
  const lines =
    typeof merges === 'string' ? merges.split('\n').filter((line) => line && !line.startsWith('#')) : merges;
  return (lines as readonly unknown[]).map((line) => {
    const pair = typeof line === 'string' ? line.trimEnd().split(' ') : line;
    if (Array.isArray(pair) && pair.length === 2) return pair;
    throw new TokenizerError({
      what: 'The merges are malformed',
      expected: 'pairs of tokens',
      actual: JSON.stringify(line),
      remedy: 'use the merges that belong to the vocabulary',
    });
  });
}
