// Chat templates: from messages to the prompt text, as transformers renders them (same variables, same functions).

import { Template } from '@huggingface/jinja';
import { TokenizerError } from '../errors.ts';

export interface ChatMessage {
  role: string;
  content?: unknown;
  name?: string;
  tool_calls?: unknown;
  tool_call_id?: string;
}

/** A template by name; most models have only `default`. */
export type NamedTemplates = ReadonlyMap<string, string>;

/**
 * The templates of a model: `chat_template.jinja` wins over the `chat_template` field of tokenizer_config.json, which
 * is a string or a list of `{ name, template }`.
 */
export function chatTemplatesOf(field: unknown, file: string | undefined): NamedTemplates {
  const templates = new Map<string, string>();
  if (typeof field === 'string') templates.set('default', field);
  if (Array.isArray(field)) {
    for (const item of field as unknown[]) {
      const { name, template } = (item ?? {}) as { name?: unknown; template?: unknown };
      if (typeof name === 'string' && typeof template === 'string') templates.set(name, template);
    }
  }
  if (file !== undefined) templates.set('default', file);
  return templates;
}

export class ChatTemplate {
  readonly #template: Template;

  /** @throws TokenizerError when the template is not valid Jinja, or uses what the Jinja package does not know. */
  constructor(source: string) {
    try {
      this.#template = new Template(source);
    } catch (cause) {
      throw templateError('The chat template cannot be parsed', cause);
    }
  }

  /**
   * Renders a chat.
   * @param variables what the template may use besides `messages`: special tokens, `tools`, `documents`, …
   * @throws TokenizerError when the template raises an exception (for example about the order of roles) or fails.
   */
  render(messages: readonly ChatMessage[], variables: Record<string, unknown>): string {
    try {
      return this.#template.render({ ...variables, messages });
    } catch (cause) {
      throw templateError('The chat template refuses these messages', cause);
    }
  }
}

function templateError(what: string, cause: unknown): TokenizerError {
  return new TokenizerError({
    what,
    actual: (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, ''),
    remedy: 'check the roles and their order against the model card, or pass another `chat_template`',
    cause,
  });
}
