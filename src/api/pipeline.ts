// pipeline(task, model, options): the short way from a model's name to results.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { loadTokenizer } from './auto-tokenizer.ts';
import { type LoadOptions, openModel } from './load.ts';
import { asPipeline, LocalTextGenerator, type TextGenerationPipeline } from './text-generation.ts';
import { WorkerTextGenerator } from './worker-client.ts';

export interface PipelineOptions extends LoadOptions {
  /** Most tokens of prompt and answer together; what the model was trained for, but at most 4096, where left out. */
  max_context?: number;
  /** A worker that imported `intab/worker`: the pipeline runs there, and the page stays free. */
  worker?: Worker;
}

export const PIPELINE_TASKS = ['text-generation'] as const;
export type PipelineTask = (typeof PIPELINE_TASKS)[number];

/**
 * Loads a model and its tokenizer for a task.
 * @throws {InputError} an unknown task; what loading throws.
 */
export async function pipeline(
  task: PipelineTask,
  model: ModelLocation,
  options: PipelineOptions = {},
): Promise<TextGenerationPipeline> {
  if (!PIPELINE_TASKS.includes(task)) {
    throw new InputError({
      what: 'There is no such pipeline',
      expected: `one of ${PIPELINE_TASKS.join(', ')}`,
      actual: JSON.stringify(task),
      remedy: 'correct the task',
    });
  }
  const { worker, ...local } = options;
  if (worker) return asPipeline(await WorkerTextGenerator.open(worker, task, model, local));
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
