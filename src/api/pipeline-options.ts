// The pipelines' tasks and options, shared by the page's side and the worker's.
import type { LoadOptions } from './load.ts';

/** Options of the text-generation pipeline; the others take those of loading a model. */
export interface PipelineOptions extends LoadOptions {
  /** Most tokens of prompt and answer together; what the model was trained for, but at most 4096, where left out. */
  max_context?: number;
  /** A worker that called `serve()` of `intab/worker`: the pipeline runs there, and the page stays free. */
  worker?: Worker;
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
/** The tasks that a worker serves. */
export type WorkerTask = 'text-generation';
