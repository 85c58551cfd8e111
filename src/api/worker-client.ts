// The page's side of a pipeline that runs in a worker: the same interface, every call a message.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import type { PipelineOptions, WorkerTask } from './pipeline-options.ts';
import type { GenerationStats, TextGenerationOptions, TextGenerator, TextInput } from './text-generation.ts';
import { receiveError, type WorkerAnswer, type WorkerRequest } from './worker-protocol.ts';

let calls = 0;

/** Sends a request and yields the answers to it up to the last. Aborting, or leaving the loop, stops the call. */
async function* request(
  worker: Worker,
  make: (call: number) => WorkerRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<WorkerAnswer, void, undefined> {
  signal?.throwIfAborted();
  const call = calls++;
  const arrived: (WorkerAnswer | Error)[] = [];
  let wake = () => {};
  const arrive = (item: WorkerAnswer | Error) => {
    arrived.push(item);
    wake();
  };
  const onMessage = ({ data }: MessageEvent<WorkerAnswer>) => {
    if (data.call === call) arrive(data);
  };
  const onError = (event: ErrorEvent) => arrive(new Error(event.message || 'the worker could not start'));
  const abort = () => worker.postMessage({ kind: 'abort', call } satisfies WorkerRequest);
  worker.addEventListener('message', onMessage);
  worker.addEventListener('error', onError);
  signal?.addEventListener('abort', abort);
  let finished = false;
  try {
    worker.postMessage(make(call));
    for (;;) {
      while (arrived.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const answer = arrived.shift() as WorkerAnswer | Error;
      if (answer instanceof Error || answer.kind === 'failed') {
        finished = true;
        if (signal?.aborted) throw signal.reason;
        throw answer instanceof Error ? answer : receiveError(answer.error);
      }
      if (answer.kind === 'done') finished = true;
      yield answer;
      if (finished) return;
    }
  } finally {
    if (!finished) abort();
    worker.removeEventListener('message', onMessage);
    worker.removeEventListener('error', onError);
    signal?.removeEventListener('abort', abort);
  }
}

/** A text generator in a worker that called `serve()` of `intab/worker`. */
export class WorkerTextGenerator implements TextGenerator {
  readonly #worker: Worker;
  #stats: GenerationStats | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async open(
    worker: Worker,
    task: WorkerTask,
    model: ModelLocation,
    options: Omit<PipelineOptions, 'worker'>,
  ): Promise<WorkerTextGenerator> {
    const { signal, progress_callback, device, ...rest } = options;
    if (device !== undefined && device !== 'webgpu') {
      throw new InputError({
        what: 'A device cannot be handed to a worker',
        expected: "device: 'webgpu'",
        actual: 'an opened device',
        remedy: 'leave the option device out: the worker opens its own',
      });
    }
    const posted = postableModel(model);
    const base_url = rest.base_url ?? document.baseURI;
    for await (const answer of request(
      worker,
      (call) => ({ kind: 'open', call, task, model: posted, options: { ...rest, base_url } }),
      signal,
    )) {
      if (answer.kind === 'progress') progress_callback?.(answer.event);
    }
    return new WorkerTextGenerator(worker);
  }

  get stats(): GenerationStats | undefined {
    return this.#stats;
  }

  async *stream(input: TextInput, options: TextGenerationOptions = {}): AsyncGenerator<string, void, undefined> {
    const { signal, ...rest } = options;
    for await (const answer of request(
      this.#worker,
      (call) => ({ kind: 'stream', call, input, options: rest }),
      signal,
    )) {
      if (answer.kind === 'text' || answer.kind === 'done') this.#stats = answer.stats ?? this.#stats;
      if (answer.kind === 'text') yield answer.text;
    }
  }

  async dispose(): Promise<void> {
    for await (const _ of request(this.#worker, (call) => ({ kind: 'dispose', call }), undefined)) {
      // only for its effect
    }
  }
}

/** A model's name in a form that can be posted. */
function postableModel(model: ModelLocation): string | readonly File[] {
  if (typeof model === 'string') return model;
  if (model instanceof URL) return model.href;
  if (model instanceof Map) return [...model].map(([name, blob]) => new File([blob], name));
  return [...(model as Iterable<File>)];
}
