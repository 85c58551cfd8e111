// The token-classification pipeline: texts in, labelled tokens or entities with their places in the text out.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { type TextSpan, tokenOffsets } from '../tokenizer/offsets.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import {
  type AggregationStrategy,
  type EntityGroup,
  groupTokens,
  type ScoredToken,
  type TokenEntity,
  tokenEntities,
} from './entities.ts';
import type { LoadOptions } from './load.ts';
import { encodeText, joinIds, type TextIds, type TruncationOptions } from './model-text.ts';
import { softmax } from './probabilities.ts';
import { type PipelineHandle, TaskModel, withHandle } from './task-model.ts';

const STRATEGIES: readonly AggregationStrategy[] = ['none', 'simple', 'first', 'average', 'max'];

export interface TokenClassificationOptions extends TruncationOptions {
  /**
   * `none`, the default, gives tokens. `simple` puts neighbours of one label together; `first`, `average` and `max` also give
   * all tokens of a word one label: the first token's, the one of the mean scores, the one of the highest score.
   */
  aggregation_strategy?: AggregationStrategy;
  /** Labels to leave out; `['O']` unless stated. */
  ignore_labels?: readonly string[];
}

type Tokens = TokenClassificationOptions & { aggregation_strategy?: 'none' };
type Groups = TokenClassificationOptions & { aggregation_strategy: Exclude<AggregationStrategy, 'none'> };

/** Offsets are derived from the tokens' text (tokenizer/offsets.ts, with its limits). */
export type TokenClassificationPipeline = PipelineHandle & {
  (text: string, options: Groups): Promise<EntityGroup[]>;
  (text: string, options?: Tokens): Promise<TokenEntity[]>;
  (texts: readonly string[], options: Groups): Promise<EntityGroup[][]>;
  (texts: readonly string[], options?: Tokens): Promise<TokenEntity[][]>;
};

/** @throws as {@link TaskModel.open} */
export async function openTokenClassification(
  location: ModelLocation,
  options: LoadOptions,
): Promise<TokenClassificationPipeline> {
  const model = await TaskModel.open('token-classification', location, options);
  const labels = model.model.classification?.labels ?? [];
  const call = async (input: string | readonly string[], options: TokenClassificationOptions = {}) => {
    const { aggregation_strategy: strategy = 'none', ignore_labels = ['O'] } = options;
    checkStrategy(strategy);
    const texts = typeof input === 'string' ? [input] : input;
    const encoded = texts.map((text) => encodeText(model.tokenizer, text, model.maxTokens, options));
    const outputs = await model.forwardRows(encoded.map(joinIds), ['logits']);
    const results = texts.map((text, i) => {
      const tokens = scoredTokens(model.tokenizer, text, encoded[i] as TextIds, outputs[i]?.[0] ?? [], labels.length);
      return strategy === 'none'
        ? tokenEntities(tokens, labels).filter(({ entity }) => !ignore_labels.includes(entity))
        : groupTokens(tokens, labels, strategy, text).filter(
            ({ entity_group }) => !ignore_labels.includes(entity_group),
          );
    });
    return typeof input === 'string' ? results[0] : results;
  };
  return withHandle(call as TokenClassificationPipeline, model);
}

/** @throws {InputError} */
function checkStrategy(strategy: AggregationStrategy): void {
  if (STRATEGIES.includes(strategy)) return;
  throw new InputError({
    what: 'There is no such aggregation_strategy',
    expected: `one of ${STRATEGIES.join(', ')}`,
    actual: JSON.stringify(strategy),
    remedy: 'correct the option',
  });
}

/** The text's own tokens with their places and the probabilities of their labels. */
function scoredTokens(
  tokenizer: Tokenizer,
  text: string,
  { before, body }: TextIds,
  logits: ArrayLike<number>,
  labels: number,
): ScoredToken[] {
  const spans = tokenOffsets(tokenizer, body, text);
  const rows = Array.from(logits);
  return body.flatMap((id, i) => {
    if (tokenizer.isSpecial(id)) return [];
    const index = before.length + i;
    const { start, end } = spans[i] as TextSpan;
    const decoded = tokenizer.decode([id]);
    const word = decoded.includes('\ufffd') ? text.slice(start, end) : decoded;
    return [{ scores: softmax(rows.slice(index * labels, (index + 1) * labels)), index, word, start, end }];
  });
}
