// The pipelines' tasks and options, shared by the page's side and the worker's.
import type { LoadOptions } from './load.ts';

export interface PipelineOptions extends LoadOptions {
  /** A worker that called `serve()` of `intab/worker`: the pipeline runs there, and the page stays free. */
  worker?: Worker;
  /**
   * Of text generation: most tokens of prompt and answer together; what the model was trained for, but at most 4096, where left
   * out.
   */
  max_context?: number;
}

export const PIPELINE_TASKS = [
  'text-generation',
  'text-classification',
  'token-classification',
  'question-answering',
  'zero-shot-classification',
  'feature-extraction',
] as const;
export type PipelineTask = (typeof PIPELINE_TASKS)[number];

/** Other names of tasks, which the reference knows too. */
export const TASK_ALIASES = {
  ner: 'token-classification',
  'sentiment-analysis': 'text-classification',
} as const satisfies Record<string, PipelineTask>;
export type TaskAlias = keyof typeof TASK_ALIASES;
