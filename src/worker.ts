// The worker entry `intab/worker`: `serve()` in a worker runs the pipeline of the page that names it by the option `worker`.
import { pipeline } from './api/pipeline.ts';
import type { TextGenerationPipeline } from './api/text-generation.ts';
import { postError, type WorkerAnswer, type WorkerRequest } from './api/worker-protocol.ts';

const running = new Map<number, AbortController>();
let current: TextGenerationPipeline | undefined;

function answer(message: WorkerAnswer): void {
  self.postMessage(message);
}

async function handle(request: Exclude<WorkerRequest, { kind: 'abort' }>, signal: AbortSignal): Promise<void> {
  const { call } = request;
  switch (request.kind) {
    case 'open': {
      await current?.dispose();
      const { task, model, options } = request;
      current = await pipeline(task, model, {
        ...options,
        signal,
        progress_callback: (event) => answer({ kind: 'progress', call, event }),
      });
      return answer({ kind: 'done', call });
    }
    case 'stream': {
      if (!current) throw new Error('no pipeline is open in this worker');
      for await (const text of current.stream(request.input, { ...request.options, signal })) {
        answer({ kind: 'text', call, text, stats: current.stats });
      }
      return answer({ kind: 'done', call, stats: current.stats });
    }
    case 'dispose':
      await current?.dispose();
      current = undefined;
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
