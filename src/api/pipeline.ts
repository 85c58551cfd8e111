// pipeline(task, model, options): the short way from a model's name to results.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { loadTokenizer } from './auto-tokenizer.ts';
import { openModel } from './load.ts';
import { PIPELINE_TASKS, type PipelineOptions, type PipelineTask } from './pipeline-options.ts';
import { asPipeline, LocalTextGenerator, type TextGenerationPipeline } from './text-generation.ts';
import { WorkerTextGenerator } from './worker-client.ts';

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
