// pipeline(task, model, options): the short way from a model's name to results.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { loadTokenizer } from './auto-tokenizer.ts';
import { type FeatureExtractionPipeline, openFeatureExtraction } from './feature-extraction.ts';
import { type LoadOptions, openModel } from './load.ts';
import { PIPELINE_TASKS, type PipelineOptions, type PipelineTask } from './pipeline-options.ts';
import { openQuestionAnswering, type QuestionAnsweringPipeline } from './question-answering.ts';
import { openTextClassification, type TextClassificationPipeline } from './text-classification.ts';
import { asPipeline, LocalTextGenerator, type TextGenerationPipeline } from './text-generation.ts';
import { openTokenClassification, type TokenClassificationPipeline } from './token-classification.ts';
import { WorkerTextGenerator } from './worker-client.ts';
import { openZeroShotClassification, type ZeroShotClassificationPipeline } from './zero-shot-classification.ts';

/** What each task's pipeline is. */
export interface Pipelines {
  'text-generation': TextGenerationPipeline;
  'text-classification': TextClassificationPipeline;
  'token-classification': TokenClassificationPipeline;
  'question-answering': QuestionAnsweringPipeline;
  'zero-shot-classification': ZeroShotClassificationPipeline;
  'feature-extraction': FeatureExtractionPipeline;
}

type Openers = {
  [T in PipelineTask]: (
    model: ModelLocation,
    options: T extends 'text-generation' ? PipelineOptions : LoadOptions,
  ) => Promise<Pipelines[T]>;
};

const OPENERS: Openers = {
  'text-generation': openTextGeneration,
  'text-classification': openTextClassification,
  'token-classification': openTokenClassification,
  'question-answering': openQuestionAnswering,
  'zero-shot-classification': openZeroShotClassification,
  'feature-extraction': openFeatureExtraction,
};

/**
 * Loads a model and its tokenizer for a task.
 * @throws {InputError} an unknown task, or an option that the task does not have; what loading throws.
 */
export async function pipeline<T extends PipelineTask>(
  task: T,
  model: ModelLocation,
  options: (T extends 'text-generation' ? PipelineOptions : LoadOptions) & LoadOptions = {},
): Promise<Pipelines[T]> {
  if (!PIPELINE_TASKS.includes(task)) {
    throw new InputError({
      what: 'There is no such pipeline',
      expected: `one of ${PIPELINE_TASKS.join(', ')}`,
      actual: JSON.stringify(task),
      remedy: 'correct the task',
    });
  }
  if (task !== 'text-generation' && (options as PipelineOptions).worker) {
    throw new InputError({
      what: `The ${task} pipeline does not run in a worker of intab/worker`,
      expected: 'text-generation',
      actual: 'the option worker',
      remedy: 'leave out the option, or call pipeline() in a worker of your own',
    });
  }
  return OPENERS[task](model, options);
}

async function openTextGeneration(model: ModelLocation, options: PipelineOptions): Promise<TextGenerationPipeline> {
  const { worker, ...local } = options;
  if (worker) return asPipeline(await WorkerTextGenerator.open(worker, 'text-generation', model, local));
  const opened = await openModel(model, 'causal', options);
  try {
    const tokenizer = await loadTokenizer(opened.source, options.signal);
    const generator = new LocalTextGenerator(opened, tokenizer, options.max_context);
    await generator.warmUp();
    return asPipeline(generator);
  } catch (error) {
    opened.loaded.dispose();
    throw error;
  }
}
