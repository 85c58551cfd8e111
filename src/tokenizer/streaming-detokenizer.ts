// Ids to text while they are generated. What has been emitted is final: the pieces joined equal `decode` of all ids,
// and no piece ends inside a character. The cost of a push does not grow with the text.

import type { DecodeStage } from './decode-stages.ts';
import type { DecodeOptions, Tokenizer } from './tokenizer.ts';

export class StreamingDetokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #skipSpecial: boolean;
  #stage: DecodeStage;

  constructor(tokenizer: Tokenizer, { skip_special_tokens = false }: DecodeOptions = {}) {
    this.#tokenizer = tokenizer;
    this.#skipSpecial = skip_special_tokens;
    this.#stage = tokenizer.createDecodeStage();
  }

  /** The text that is certain after one more id; often '' in the middle of a character or of a run of byte tokens. */
  push(id: number): string {
    const token = this.#tokenizer.tokenOf(id);
    if (token === undefined || (this.#skipSpecial && this.#tokenizer.isSpecial(id))) return '';
    return this.#stage.push(token).join('');
  }

  /** The rest of the text; bytes that never became a character give U+FFFD. Afterwards a new text may begin. */
  flush(): string {
    const rest = this.#stage.flush().join('');
    this.#stage = this.#tokenizer.createDecodeStage();
    return rest;
  }
}
