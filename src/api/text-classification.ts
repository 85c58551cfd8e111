// The text-classification pipeline: texts in, labels with scores out.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import type { Classification } from '../models/model.ts';
import type { LoadOptions } from './load.ts';
import { encodeText, joinIds, type TruncationOptions } from './model-text.ts';
import { byScore, sigmoid, softmax } from './probabilities.ts';
import { type PipelineHandle, TaskModel, withHandle } from './task-model.ts';

export interface TextClassificationOptions extends TruncationOptions {
  /** Labels to give, from the best down: 1 unless stated, null for all. */
  top_k?: number | null;
}

export interface LabelScore {
  label: string;
  /** A probability; of regression models the value itself. */
  score: number;
}

/** With `top_k` 1, one label per text in one list; with more, a list of labels per text. */
export type TextClassificationPipeline = PipelineHandle & {
  (text: string, options?: TextClassificationOptions): Promise<LabelScore[]>;
  (texts: readonly string[], options?: TextClassificationOptions & { top_k?: 1 }): Promise<LabelScore[]>;
  (texts: readonly string[], options: TextClassificationOptions): Promise<LabelScore[] | LabelScore[][]>;
};

/** @throws as {@link TaskModel.open} */
export async function openTextClassification(
  location: ModelLocation,
  options: LoadOptions,
): Promise<TextClassificationPipeline> {
  const model = await TaskModel.open('sequence-classification', location, options);
  const { classification } = model.model;
  const call = async (input: string | readonly string[], options: TextClassificationOptions = {}) => {
    const count = labelCount(options.top_k);
    const texts = typeof input === 'string' ? [input] : input;
    const rows = texts.map((text) => joinIds(encodeText(model.tokenizer, text, model.maxTokens, options)));
    const outputs = await model.forwardRows(rows, ['logits']);
    const results = outputs.map(([logits = []]) => labelScores(logits, classification).slice(0, count));
    if (count === 1) return results.flat();
    return typeof input === 'string' ? results[0] : results;
  };
  return withHandle(call as TextClassificationPipeline, model);
}

/** @throws {InputError} top_k is no count. */
export function labelCount(topK: number | null | undefined): number {
  if (topK === null) return Number.POSITIVE_INFINITY;
  const count = topK ?? 1;
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InputError({
    what: 'top_k is not valid',
    expected: 'a whole number of at least 1, or null for all labels',
    actual: String(topK),
    remedy: 'correct the option',
  });
}

/**
 * All labels from the best down. Regression gives the logits as they are, several labels or a single one sigmoids, else softmax
 * (the reference's text-classification pipeline).
 */
export function labelScores(logits: ArrayLike<number>, classification: Classification | undefined): LabelScore[] {
  const { problemType, labels = [] } = classification ?? {};
  const raw = Array.from(logits);
  let scores: number[];
  if (problemType === 'regression') scores = raw;
  else if (problemType === 'multi_label_classification' || raw.length === 1) scores = raw.map(sigmoid);
  else scores = softmax(raw);
  return byScore(scores.map((score, i) => ({ label: labels[i] ?? `LABEL_${i}`, score })));
}
