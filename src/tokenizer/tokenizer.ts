// A model's tokenizer: text to ids through @huggingface/tokenizers, ids to text through decode-stages.ts, chats to
// prompts through chat-template.ts. Gives what the reference (transformers 5, tokenizers 0.23) gives.

import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { TokenizerError } from '../errors.ts';
import { type ChatMessage, ChatTemplate, chatTemplatesOf, type NamedTemplates } from './chat-template.ts';
import { createDecodeStage, type DecodeStage } from './decode-stages.ts';
import {
  parseTokenizerFile,
  prepareTokenizer,
  type SpecialTokenName,
  specialTokensOf,
  type TokenizerDefinition,
} from './tokenizer-json.ts';

/** The texts of a model's tokenizer files. */
export interface TokenizerFiles {
  /** tokenizer.json */
  tokenizerJson: string;
  /** tokenizer_config.json */
  tokenizerConfig?: string | undefined;
  /** chat_template.jinja */
  chatTemplate?: string | undefined;
}

export interface EncodeOptions {
  /** Add what the model's post-processor adds (for example a begin token); on unless switched off. */
  add_special_tokens?: boolean;
  /** A second text, which the model's post-processor puts behind the first. */
  text_pair?: string;
}

export interface DecodeOptions {
  /** Leave special tokens out of the text; off unless switched on. */
  skip_special_tokens?: boolean;
}

export interface ChatTemplateOptions {
  /** End the prompt where the assistant's answer begins; on unless switched off. */
  add_generation_prompt?: boolean;
  /** Give ids; on unless switched off. */
  tokenize?: boolean;
  tools?: readonly unknown[] | undefined;
  documents?: readonly unknown[] | undefined;
  /** Name of one of the model's templates, or a template of one's own. */
  chat_template?: string | undefined;
  /** Anything else the template may use. */
  [variable: string]: unknown;
}

/**
 * Builds a tokenizer from its files.
 * @throws TokenizerError when a file is malformed or asks for what intab does not know.
 */
export function createTokenizer(files: TokenizerFiles): Tokenizer {
  const json = parseTokenizerFile(files.tokenizerJson, 'tokenizer.json');
  const config =
    files.tokenizerConfig === undefined ? {} : parseTokenizerFile(files.tokenizerConfig, 'tokenizer_config.json');
  const specialTokens = specialTokensOf(config);
  const definition = prepareTokenizer(json, config);
  const templates = chatTemplatesOf(config.chat_template, files.chatTemplate);
  return new Tokenizer(definition, specialTokens, templates, config.additional_special_tokens);
}

export class Tokenizer {
  readonly #encoder: HubTokenizer;
  readonly #vocab: readonly (string | undefined)[];
  readonly #idOf: ReadonlyMap<string, number>;
  readonly #special = new Set<string>();
  readonly #specialTokens: Map<SpecialTokenName, string>;
  readonly #additionalSpecialTokens: unknown;
  readonly #templates: NamedTemplates;
  readonly #compiled = new Map<string, ChatTemplate>();
  readonly #decoder: unknown;

  constructor(
    definition: TokenizerDefinition,
    specialTokens: ReadonlyMap<SpecialTokenName, string>,
    templates: NamedTemplates,
    additionalSpecialTokens: unknown,
  ) {
    try {
      this.#encoder = new HubTokenizer(definition.tokenizer, { eos_token: specialTokens.get('eos_token') });
    } catch (cause) {
      throw new TokenizerError({
        what: 'tokenizer.json cannot be used',
        actual: cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause),
        remedy: 'save the tokenizer again with a recent version of the transformers library',
        cause,
      });
    }
    const model = this.#encoder.model;
    this.#vocab = model?.vocab ?? [];
    this.#idOf = model?.tokens_to_ids ?? new Map();
    this.#decoder = definition.decoder;
    for (const { content, special } of definition.addedTokens) if (special) this.#special.add(content);
    this.#specialTokens = new Map(specialTokens);
    this.#additionalSpecialTokens = additionalSpecialTokens;
    this.#templates = templates;
    this.createDecodeStage(); // an unknown decoder is told now, not in the middle of an answer
  }

  /** Number of ids: one past the largest. */
  get vocabSize(): number {
    return this.#vocab.length;
  }

  get bosTokenId(): number | undefined {
    return this.specialTokenId('bos_token');
  }

  get eosTokenId(): number | undefined {
    return this.specialTokenId('eos_token');
  }

  get padTokenId(): number | undefined {
    return this.specialTokenId('pad_token');
  }

  /** Id of a named special token of tokenizer_config.json. */
  specialTokenId(name: SpecialTokenName): number | undefined {
    const token = this.specialToken(name);
    return token === undefined ? undefined : this.#idOf.get(token);
  }

  /** Another token in the place of a named special one, or none; no text is encoded differently for it. */
  protected setSpecialToken(name: SpecialTokenName, token: string | undefined): void {
    if (token === undefined) this.#specialTokens.delete(name);
    else this.#specialTokens.set(name, token);
  }

  protected specialToken(name: SpecialTokenName): string | undefined {
    return this.#specialTokens.get(name);
  }

  idOf(token: string): number | undefined {
    return this.#idOf.get(token);
  }

  tokenOf(id: number): string | undefined {
    return this.#vocab[id];
  }

  /** True for tokens that `skip_special_tokens` leaves out. */
  isSpecial(id: number): boolean {
    const token = this.#vocab[id];
    return token !== undefined && this.#special.has(token);
  }

  /**
   * Text to ids.
   * @throws TokenizerError when the text is no string, or has a part without an id.
   */
  encode(text: string, { add_special_tokens = true, text_pair }: EncodeOptions = {}): number[] {
    if (typeof text !== 'string' || (text_pair !== undefined && typeof text_pair !== 'string')) {
      throw new TokenizerError({
        what: 'The text to encode is not a string',
        actual: typeof text === 'string' ? typeof text_pair : typeof text,
        remedy: 'pass a string; encode the texts of a list one by one',
      });
    }
    // Without a post-processor there is nothing to add.
    const { ids, tokens } = this.#encoder.encode(text, { add_special_tokens, text_pair: text_pair ?? null });
    const missing = ids.findIndex((id) => !Number.isInteger(id));
    if (missing === -1) return ids;
    throw new TokenizerError({
      what: `The tokenizer has no id for ${JSON.stringify(tokens[missing] ?? '')}`,
      expected: 'a vocabulary with every token, or an unknown token',
      remedy: 'save the tokenizer again with the transformers library',
    });
  }

  /** Ids to text. Ids the vocabulary does not have are left out, as the reference does. */
  decode(ids: Iterable<number>, { skip_special_tokens = false }: DecodeOptions = {}): string {
    const stage = this.createDecodeStage();
    let text = '';
    for (const id of ids) {
      const token = this.#vocab[id];
      if (token === undefined || (skip_special_tokens && this.#special.has(token))) continue;
      text += stage.push(token).join('');
    }
    return text + stage.flush().join('');
  }

  /** A fresh decoder for the tokens of one text; see StreamingDetokenizer. */
  createDecodeStage(): DecodeStage {
    return createDecodeStage(this.#decoder);
  }

  get hasChatTemplate(): boolean {
    return this.#templates.size > 0;
  }

  /**
   * Messages to the prompt of a chat model: ids, or with `tokenize: false` text. Nothing is added to what the template
   * writes.
   * @throws TokenizerError when the model has no template, or the template refuses the messages.
   */
  applyChatTemplate(messages: readonly ChatMessage[], options: ChatTemplateOptions & { tokenize: false }): string;
  applyChatTemplate(messages: readonly ChatMessage[], options?: ChatTemplateOptions & { tokenize?: true }): number[];
  applyChatTemplate(messages: readonly ChatMessage[], options: ChatTemplateOptions = {}): number[] | string {
    const { add_generation_prompt = true, tokenize = true, tools, documents, chat_template, ...variables } = options;
    if (!Array.isArray(messages)) {
      throw new TokenizerError({
        what: 'A chat is not a list of messages',
        expected: "[{ role: 'user', content: '…' }]",
        actual: typeof messages,
        remedy: 'pass a list of { role, content }',
      });
    }
    const text = this.#template(chat_template, tools !== undefined).render(messages, {
      ...Object.fromEntries(this.#specialTokens),
      ...(Array.isArray(this.#additionalSpecialTokens)
        ? { additional_special_tokens: this.#additionalSpecialTokens }
        : {}),
      ...variables,
      tools: tools ?? null,
      documents: documents ?? null,
      add_generation_prompt,
    });
    return tokenize ? this.encode(text, { add_special_tokens: false }) : text;
  }

  #template(name: string | undefined, hasTools: boolean): ChatTemplate {
    const chosen =
      name === undefined
        ? ((hasTools ? this.#templates.get('tool_use') : undefined) ?? this.#templates.get('default'))
        : (this.#templates.get(name) ?? name);
    if (chosen === undefined) {
      const names = [...this.#templates.keys()].join(', ');
      throw new TokenizerError({
        what: 'The model has no default chat template',
        expected: 'chat_template.jinja, or chat_template in tokenizer_config.json',
        actual: names === '' ? 'none' : `templates named ${names}`,
        remedy: 'pass a plain text prompt, or a template as `chat_template`',
      });
    }
    let template = this.#compiled.get(chosen);
    if (template === undefined) {
      template = new ChatTemplate(chosen);
      this.#compiled.set(chosen, template);
    }
    return template;
  }
}
