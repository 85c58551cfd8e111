// The zero-shot-classification pipeline on causal language models: each label is put into a hypothesis behind the text, and its score
// is how likely the model finds that continuation. The reference asks an entailment classifier; the outputs have the same fields.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { LoadOptions } from './load.ts';
import { batchesOf, tooLong } from './model-text.ts';
import { byScore, logProbability, sigmoid, softmax } from './probabilities.ts';
import { type PipelineHandle, TaskModel, withHandle } from './task-model.ts';

export interface ZeroShotOptions {
  /** `{}` stands for the label; `'This example is {}.'` unless stated. */
  hypothesis_template?: string;
  /**
   * Several labels may hold: each score is on its own, the logistic function of how much more likely the text makes the
   * hypothesis than it is by itself. Otherwise the scores are the labels' likelihoods and sum to 1.
   */
  multi_label?: boolean;
}

/** Labels from the best down. */
export interface ZeroShotResult {
  sequence: string;
  labels: string[];
  scores: number[];
}

export type ZeroShotClassificationPipeline = PipelineHandle & {
  (text: string, labels: string | readonly string[], options?: ZeroShotOptions): Promise<ZeroShotResult>;
  (texts: readonly string[], labels: string | readonly string[], options?: ZeroShotOptions): Promise<ZeroShotResult[]>;
};

const BATCH_ROWS = 16;
const BATCH_TOKENS = 4096;
/** Most logits of one forward pass: 64 MiB. */
const BATCH_LOGITS = 2 ** 24;

/** @throws as {@link TaskModel.open} */
export async function openZeroShotClassification(
  location: ModelLocation,
  options: LoadOptions,
): Promise<ZeroShotClassificationPipeline> {
  const model = await TaskModel.open('causal', location, options);
  const one = async (text: string, labels: readonly string[], template: string, isMulti: boolean) => {
    const given = await logLikelihoods(model, hypotheses(model.tokenizer, text, labels, template));
    let scores = softmax(given);
    if (isMulti || labels.length === 1) {
      const alone = await logLikelihoods(model, hypotheses(model.tokenizer, '', labels, template));
      scores = given.map((value, i) => sigmoid(value - (alone[i] ?? 0)));
    }
    const sorted = byScore(labels.map((label, i) => ({ label, score: scores[i] ?? 0 })));
    return { sequence: text, labels: sorted.map(({ label }) => label), scores: sorted.map(({ score }) => score) };
  };
  const call = async (
    input: string | readonly string[],
    candidates: string | readonly string[],
    options: ZeroShotOptions = {},
  ) => {
    const { hypothesis_template = 'This example is {}.', multi_label = false } = options;
    const labels = typeof candidates === 'string' ? [candidates] : candidates;
    checkHypotheses(labels, hypothesis_template);
    const texts = typeof input === 'string' ? [input] : input;
    const results = [];
    for (const text of texts) results.push(await one(text, labels, hypothesis_template, multi_label));
    return typeof input === 'string' ? results[0] : results;
  };
  return withHandle(call as ZeroShotClassificationPipeline, model);
}

/** @throws {InputError} no labels, or no place for them. */
function checkHypotheses(labels: readonly string[], template: string): void {
  const wrong = labels.length === 0 ? 'candidate_labels' : template.includes('{}') ? undefined : 'hypothesis_template';
  if (wrong === undefined) return;
  throw new InputError({
    what: `${wrong} is not valid`,
    expected: labels.length === 0 ? 'at least one label' : 'a text with {} where the label goes',
    actual: JSON.stringify(labels.length === 0 ? labels : template),
    remedy: 'correct the argument',
  });
}

/** Rows of ids to compare: one per label. */
interface Hypotheses {
  rows: number[][];
  /** The first token that counts; those before it are the same in all rows. */
  from: number;
}

/** The text, a line break and the template with each label. */
export function hypotheses(
  tokenizer: Tokenizer,
  text: string,
  labels: readonly string[],
  template: string,
): Hypotheses {
  const [beforeLabel = ''] = template.split('{}', 1);
  const rows = labels.map((label) => tokenizer.encode(`${text}\n${template.replaceAll('{}', () => label)}`));
  const shared = tokenizer.encode(`${text}\n${beforeLabel.trimEnd()}`);
  const common = rows.map((row) => {
    const differs = shared.findIndex((id, i) => row[i] !== id);
    return differs === -1 ? shared.length : differs;
  });
  // The first token of all has nothing that predicts it.
  return { rows, from: Math.max(Math.min(...common), 1) };
}

/**
 * Σ log p(token | tokens before it) over the tokens that count, for each row.
 * @throws {InputError} a row longer than the model's positions.
 */
async function logLikelihoods(model: TaskModel, { rows, from }: Hypotheses): Promise<number[]> {
  const longest = Math.max(...rows.map((row) => row.length));
  if (longest > model.maxTokens) {
    throw tooLong(longest, model.maxTokens, 'shorten the text, the labels or hypothesis_template');
  }
  const vocab = model.model.vocabSize;
  const perRow = Math.max(longest - from, 1) * vocab;
  const most = Math.min(BATCH_ROWS, Math.max(Math.floor(BATCH_LOGITS / perRow), 1));
  const results: number[] = [];
  for (const batch of batchesOf(rows, most, BATCH_TOKENS)) {
    const last = Math.max(...batch.map((row) => row.length));
    const kept = Array.from({ length: last - from }, (_, i) => from - 1 + i);
    if (kept.length === 0) {
      results.push(...batch.map(() => 0));
      continue;
    }
    const { logits } = await model.forwardBatch(batch, { logits_to_keep: kept });
    batch.forEach((row, b) => {
      const logitsAt = (position: number) => {
        const at = (b * kept.length + position - from) * vocab;
        return logits?.data.subarray(at, at + vocab) ?? [];
      };
      results.push(row.reduce((sum, id, t) => (t < from ? sum : sum + logProbability(logitsAt(t), id)), 0));
    });
  }
  return results;
}
