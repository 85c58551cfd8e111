// The messages between a page and the worker that runs a pipeline for it, and how errors cross between them.
import * as errors from '../errors.ts';
import type { PipelineOptions, PipelineTask } from './pipeline-options.ts';
import type { ProgressEvent } from './progress-events.ts';
import type { GenerationStats, TextGenerationOptions, TextInput } from './text-generation.ts';

/** What can be posted of the options: all but callbacks, signals and devices. */
export type PostableOptions<T> = Omit<T, 'signal' | 'progress_callback' | 'device' | 'worker'>;

/** `call` tells the answers to different requests apart; `pipeline` is the call that opened the pipeline. */
export type WorkerRequest =
  | {
      kind: 'open';
      call: number;
      task: PipelineTask;
      model: string | readonly File[];
      options: PostableOptions<PipelineOptions>;
    }
  | {
      kind: 'stream';
      call: number;
      pipeline: number;
      input: TextInput;
      options: PostableOptions<TextGenerationOptions>;
    }
  | { kind: 'run'; call: number; pipeline: number; args: readonly unknown[] }
  | { kind: 'abort'; call: number }
  | { kind: 'dispose'; call: number; pipeline: number };

export type WorkerAnswer =
  /** To `open`, at once. */
  | { kind: 'opening'; call: number }
  | { kind: 'progress'; call: number; event: ProgressEvent; error?: PostedError }
  | { kind: 'text'; call: number; text: string; stats: GenerationStats | undefined }
  | { kind: 'result'; call: number; value: unknown }
  | { kind: 'done'; call: number; stats?: GenerationStats | undefined }
  | { kind: 'failed'; call: number; error: PostedError };

export interface PostedError {
  name: string;
  message: string;
  parts?: errors.ErrorParts;
}

/** An error in a form that can be posted. */
export function postError(error: unknown): PostedError {
  if (error instanceof errors.IntabError) {
    const { what, expected, actual, remedy } = error;
    const parts = {
      what,
      remedy,
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
    };
    return { name: error.name, message: error.message, parts };
  }
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

type ErrorClass = new (parts: errors.ErrorParts) => errors.IntabError;

/** The error as it was thrown in the worker, of the same class. */
export function receiveError({ name, message, parts }: PostedError): Error {
  const Class = Object.hasOwn(errors, name) ? (errors as unknown as Record<string, ErrorClass>)[name] : undefined;
  if (parts && Class) return new Class(parts);
  if (name === 'AbortError') return new DOMException(message, name);
  return Object.assign(new Error(message), { name });
}
