// AutoTokenizer, shaped as transformers.js shapes it.
import { SourceError } from '../errors.ts';
import { type ModelSourceOptions, openModelSource } from '../hub/gguf-source.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import type { ModelSource } from '../hub/source.ts';
import { createTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';

/** @throws {SourceError} there is no tokenizer.json; {TokenizerError} it is malformed. */
export async function loadTokenizer(source: ModelSource, signal?: AbortSignal): Promise<Tokenizer> {
  const [tokenizerJson, tokenizerConfig, chatTemplate] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'].map((file) => source.text(file, signal)),
  );
  if (tokenizerJson === undefined) {
    throw new SourceError({
      what: `${source.name} has no tokenizer.json`,
      expected: 'a tokenizer in the format of the tokenizers library',
      remedy: 'save it with AutoTokenizer.save_pretrained of transformers',
    });
  }
  return createTokenizer({ tokenizerJson, tokenizerConfig, chatTemplate });
}

export const AutoTokenizer = {
  /** @throws as {@link loadTokenizer} */
  from_pretrained: (location: ModelLocation, options: ModelSourceOptions & { signal?: AbortSignal } = {}) =>
    loadTokenizer(openModelSource(location, options), options.signal),
};
