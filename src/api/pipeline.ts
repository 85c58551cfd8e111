// pipeline(task, model, options): the short way from a model's name to results.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import type { ModelSource } from '../hub/source.ts';
import { loadPart } from '../load-part.ts';
import { loadTokenizer } from './auto-tokenizer.ts';
import type { FeatureExtractionPipeline } from './feature-extraction.ts';
import { openModel } from './load.ts';
import {
  PIPELINE_TASKS,
  type PipelineOptions,
  type PipelineTask,
  TASK_ALIASES,
  type TaskAlias,
} from './pipeline-options.ts';
import type { QuestionAnsweringPipeline } from './question-answering.ts';
import type { TextClassificationPipeline } from './text-classification.ts';
import { asPipeline, LocalTextGenerator, type TextGenerationPipeline } from './text-generation.ts';
import type { TokenClassificationPipeline } from './token-classification.ts';
import type { ZeroShotClassificationPipeline } from './zero-shot-classification.ts';

/** What each task's pipeline is. */
export interface Pipelines {
  'text-generation': TextGenerationPipeline;
  'text-classification': TextClassificationPipeline;
  'token-classification': TokenClassificationPipeline;
  'question-answering': QuestionAnsweringPipeline;
  'zero-shot-classification': ZeroShotClassificationPipeline;
  'feature-extraction': FeatureExtractionPipeline;
}

/** Generation is what most pages are for; each of the others is loaded by those that ask for it. */
const OPENERS: { [T in PipelineTask]: (model: ModelLocation, options: PipelineOptions) => Promise<Pipelines[T]> } = {
  'text-generation': openTextGeneration,
  'text-classification': async (...args) =>
    (await loadPart(import('./text-classification.ts'))).openTextClassification(...args),
  'token-classification': async (...args) =>
    (await loadPart(import('./token-classification.ts'))).openTokenClassification(...args),
  'question-answering': async (...args) =>
    (await loadPart(import('./question-answering.ts'))).openQuestionAnswering(...args),
  'zero-shot-classification': async (...args) =>
    (await loadPart(import('./zero-shot-classification.ts'))).openZeroShotClassification(...args),
  'feature-extraction': async (...args) =>
    (await loadPart(import('./feature-extraction.ts'))).openFeatureExtraction(...args),
};

/** The task that a name stands for. */
export type TaskOf<T extends PipelineTask | TaskAlias> = T extends TaskAlias ? (typeof TASK_ALIASES)[T] : T;

/**
 * Loads a model and its tokenizer for a task.
 * @throws {InputError} an unknown task; what loading throws.
 */
export async function pipeline<T extends PipelineTask | TaskAlias>(
  task: T,
  model: ModelLocation,
  options: PipelineOptions = {},
): Promise<Pipelines[TaskOf<T>]> {
  const name = (Object.hasOwn(TASK_ALIASES, task) ? TASK_ALIASES[task as TaskAlias] : task) as TaskOf<T>;
  if (!PIPELINE_TASKS.includes(name)) {
    throw new InputError({
      what: 'There is no such pipeline',
      expected: `one of ${PIPELINE_TASKS.join(', ')}`,
      actual: JSON.stringify(task),
      remedy: 'correct the task',
    });
  }
  const { worker, ...local } = options;
  if (!worker) return OPENERS[name](model, local);
  const { WorkerPipeline, WorkerTextGenerator, workerCall } = await loadPart(import('./worker-client.ts'));
  const remote = await WorkerPipeline.open(worker, name, model, local);
  const opened = name === 'text-generation' ? asPipeline(new WorkerTextGenerator(remote)) : workerCall(remote);
  return opened as unknown as Pipelines[TaskOf<T>];
}

async function openTextGeneration(model: ModelLocation, options: PipelineOptions): Promise<TextGenerationPipeline> {
  const { signal, max_context } = options;
  let tokenizer: ReturnType<typeof loadTokenizer> | undefined;
  // Beside the weights: a large vocabulary takes a while to read.
  const onSource = (source: ModelSource) => {
    tokenizer = loadTokenizer(source, signal);
    tokenizer.catch(() => undefined);
  };
  const opened = await openModel(model, 'causal', options, { generates: true, onSource });
  let generator: LocalTextGenerator | undefined;
  try {
    generator = new LocalTextGenerator(opened, await (tokenizer ?? loadTokenizer(opened.source, signal)), max_context);
    await generator.open(signal);
    return asPipeline(generator);
  } catch (error) {
    await generator?.dispose();
    opened.loaded.dispose();
    throw error;
  }
}
