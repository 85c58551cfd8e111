// The page's side of a pipeline that runs in a worker: the same interface, every call a message.
import { InputError, type IntabError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { Tensor } from '../runtime/tensor.ts';
import type { PipelineOptions, PipelineTask } from './pipeline-options.ts';
import type { GenerationStats, TextGenerationOptions, TextGenerator, TextInput } from './text-generation.ts';
import { receiveError, type WorkerAnswer, type WorkerRequest } from './worker-protocol.ts';

/** A worker answers at once that it opens a pipeline. One that is silent for so long has not called `serve()`. */
const SILENT_MS = 60_000;

let calls = 0;

/**
 * Sends a request and yields the answers to it up to the last. Aborting, or leaving the loop, stops the call.
 * @throws {InputError} the worker is silent; what the call throws in the worker.
 */
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
  let silence: ReturnType<typeof setTimeout> | undefined;
  try {
    const message = make(call);
    worker.postMessage(message);
    if (message.kind === 'open') silence = setTimeout(() => arrive(silentWorker()), SILENT_MS);
    for (;;) {
      while (arrived.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      clearTimeout(silence);
      const answer = arrived.shift() as WorkerAnswer | Error;
      // A worker that answers late after all must not go on with what nobody waits for.
      if (answer instanceof Error) throw signal?.aborted ? signal.reason : answer;
      if (answer.kind === 'failed') {
        finished = true;
        throw signal?.aborted ? signal.reason : receiveError(answer.error);
      }
      if (answer.kind === 'done') finished = true;
      yield answer;
      if (finished) return;
    }
  } finally {
    if (!finished) abort();
    clearTimeout(silence);
    worker.removeEventListener('message', onMessage);
    worker.removeEventListener('error', onError);
    signal?.removeEventListener('abort', abort);
  }
}

function silentWorker(): InputError {
  return new InputError({
    what: 'The worker does not answer',
    expected: "a worker that calls serve() of 'intab/worker'",
    actual: `no message within ${SILENT_MS / 1000} s`,
    remedy: "call serve() at the top of the worker's module, before anything is awaited",
  });
}

/** A pipeline of any task in a worker that called `serve()` of `intab/worker`. */
export class WorkerPipeline {
  readonly #worker: Worker;
  readonly #pipeline: number;

  private constructor(worker: Worker, pipeline: number) {
    this.#worker = worker;
    this.#pipeline = pipeline;
  }

  /** @throws {InputError} a device was given, which cannot be handed over, or the worker serves no pipelines; what loading throws. */
  static async open(
    worker: Worker,
    task: PipelineTask,
    model: ModelLocation,
    options: Omit<PipelineOptions, 'worker'>,
  ): Promise<WorkerPipeline> {
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
    let pipeline = -1;
    for await (const answer of request(
      worker,
      (call) => {
        pipeline = call;
        return { kind: 'open', call, task, model: posted, options: { ...rest, base_url } };
      },
      signal,
    )) {
      if (answer.kind !== 'progress') continue;
      const error = answer.error && receiveError(answer.error);
      progress_callback?.({ ...answer.event, ...(error ? { error: error as IntabError } : {}) });
    }
    return new WorkerPipeline(worker, pipeline);
  }

  /** The answers to a generation. */
  stream(
    input: TextInput,
    { signal, ...options }: TextGenerationOptions,
  ): AsyncGenerator<WorkerAnswer, void, undefined> {
    const pipeline = this.#pipeline;
    return request(this.#worker, (call) => ({ kind: 'stream', call, pipeline, input, options }), signal);
  }

  /** What the pipeline's function gives for these arguments. */
  async run(args: readonly unknown[]): Promise<unknown> {
    const pipeline = this.#pipeline;
    let value: unknown;
    for await (const answer of request(this.#worker, (call) => ({ kind: 'run', call, pipeline, args }), undefined)) {
      if (answer.kind === 'result') value = answer.value;
    }
    return value;
  }

  async dispose(): Promise<void> {
    const pipeline = this.#pipeline;
    for await (const _ of request(this.#worker, (call) => ({ kind: 'dispose', call, pipeline }), undefined)) {
      // only for its effect
    }
  }
}

/** A text generator in a worker. */
export class WorkerTextGenerator implements TextGenerator {
  readonly #pipeline: WorkerPipeline;
  #stats: GenerationStats | undefined;

  constructor(pipeline: WorkerPipeline) {
    this.#pipeline = pipeline;
  }

  get stats(): GenerationStats | undefined {
    return this.#stats;
  }

  async *stream(input: TextInput, options: TextGenerationOptions = {}): AsyncGenerator<string, void, undefined> {
    for await (const answer of this.#pipeline.stream(input, options)) {
      if (answer.kind === 'text' || answer.kind === 'done') this.#stats = answer.stats ?? this.#stats;
      if (answer.kind === 'text') yield answer.text;
    }
  }

  dispose(): Promise<void> {
    return this.#pipeline.dispose();
  }
}

/** A pipeline's function in a worker, for the tasks other than text generation. */
export function workerCall(pipeline: WorkerPipeline) {
  const call = async (...args: unknown[]) => {
    const value = await pipeline.run(args);
    // What was a Tensor arrives without its class.
    return isTensorLike(value) ? new Tensor(value.data, value.dims) : value;
  };
  return Object.assign(call, {
    dispose: () => pipeline.dispose(),
    [Symbol.asyncDispose]: () => pipeline.dispose(),
  });
}

function isTensorLike(value: unknown): value is Pick<Tensor, 'data' | 'dims'> {
  return typeof value === 'object' && value !== null && 'data' in value && 'dims' in value;
}

/** A model's name in a form that can be posted. */
function postableModel(model: ModelLocation): string | readonly File[] {
  if (typeof model === 'string') return model;
  if (model instanceof URL) return model.href;
  if (model instanceof Map) return [...model].map(([name, blob]) => new File([blob], name));
  return [...(model as Iterable<File>)];
}
