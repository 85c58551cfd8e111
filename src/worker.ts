// The worker entry `intab/worker`: `serve()` in a worker runs the pipelines of the page that names it by the option `worker`.
import { type Pipelines, pipeline } from './api/pipeline.ts';
import type { TextGenerationPipeline } from './api/text-generation.ts';
import { postError, type WorkerAnswer, type WorkerRequest } from './api/worker-protocol.ts';
import { DisposedError } from './errors.ts';

type AnyPipeline = Pipelines[keyof Pipelines];

const running = new Map<number, AbortController>();
/** By the call that opened them. */
const open = new Map<number, AnyPipeline>();

function answer(message: WorkerAnswer): void {
  self.postMessage(message);
}

function pipelineOf(call: number): AnyPipeline {
  const found = open.get(call);
  if (found) return found;
  throw new DisposedError({ what: 'The pipeline was disposed', remedy: 'open it again' });
}

async function handle(request: Exclude<WorkerRequest, { kind: 'abort' }>, signal: AbortSignal): Promise<void> {
  const { call } = request;
  switch (request.kind) {
    case 'open': {
      const { task, model, options } = request;
      answer({ kind: 'opening', call });
      const opened = await pipeline(task, model, {
        ...options,
        signal,
        progress_callback: ({ error, ...event }) =>
          answer({ kind: 'progress', call, event, ...(error ? { error: postError(error) } : {}) }),
      });
      open.set(call, opened);
      return answer({ kind: 'done', call });
    }
    case 'stream': {
      const generator = pipelineOf(request.pipeline) as TextGenerationPipeline;
      for await (const text of generator.stream(request.input, { ...request.options, signal })) {
        answer({ kind: 'text', call, text, stats: generator.stats });
      }
      return answer({ kind: 'done', call, stats: generator.stats });
    }
    case 'run': {
      const run = pipelineOf(request.pipeline) as (...args: readonly unknown[]) => Promise<unknown>;
      answer({ kind: 'result', call, value: await run(...request.args) });
      return answer({ kind: 'done', call });
    }
    case 'dispose':
      await open.get(request.pipeline)?.dispose();
      open.delete(request.pipeline);
      return answer({ kind: 'done', call });
    default:
      return request satisfies never;
  }
}

/** Answers the page for as long as the worker lives. Call it once, at the top of the worker's module. */
export function serve(): void {
  self.addEventListener('message', ({ data }: MessageEvent<WorkerRequest>) => {
    if (data.kind === 'abort') {
      running.get(data.call)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(data.call, controller);
    handle(data, controller.signal)
      .catch((error: unknown) => answer({ kind: 'failed', call: data.call, error: postError(error) }))
      .finally(() => running.delete(data.call));
  });
}
