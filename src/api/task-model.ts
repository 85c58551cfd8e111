// What the pipelines that read whole texts share: a model for a task with its tokenizer, run over rows of ids in padded batches.
import type { ModelLocation } from '../hub/open-source.ts';
import type { Model, Task } from '../models/model.ts';
import { type ForwardInputs, type ForwardOutputs, forward } from '../runtime/forward.ts';
import type { LoadedModel } from '../runtime/loaded-model.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { loadTokenizer } from './auto-tokenizer.ts';
import { type LoadOptions, openModel } from './load.ts';
import { batchesOf, padRight } from './model-text.ts';

/** What every pipeline is besides a function. */
export interface PipelineHandle {
  /** Frees the model's memory on the GPU; later calls throw a DisposedError. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const BATCH_ROWS = 16;
const BATCH_TOKENS = 4096;

/** Outputs of the forward pass that have a part for each sequence. */
type RowOutput = 'logits' | 'start_logits' | 'end_logits' | 'last_hidden_state';

export class TaskModel implements PipelineHandle {
  readonly tokenizer: Tokenizer;
  readonly #loaded: LoadedModel;

  private constructor(loaded: LoadedModel, tokenizer: Tokenizer) {
    this.#loaded = loaded;
    this.tokenizer = tokenizer;
  }

  /** @throws as {@link openModel} and {@link loadTokenizer} */
  static async open(task: Task, location: ModelLocation, options: LoadOptions): Promise<TaskModel> {
    const { loaded, source } = await openModel(location, task, options);
    try {
      return new TaskModel(loaded, await loadTokenizer(source, options.signal));
    } catch (error) {
      loaded.dispose();
      throw error;
    }
  }

  get model(): Model {
    return this.#loaded.model;
  }

  /** Most tokens of one input. */
  get maxTokens(): number {
    return this.model.maxPositions;
  }

  /** One forward pass over rows of any length, filled up on the right. */
  async forwardBatch(
    rows: readonly (readonly number[])[],
    options: Pick<ForwardInputs, 'logits_to_keep'> = {},
  ): Promise<ForwardOutputs> {
    const padId = this.model.classification?.padTokenId ?? this.tokenizer.padTokenId ?? 0;
    const { input_ids, attention_mask } = padRight(rows, padId);
    const isPadded = attention_mask.some((mask) => mask.includes(0));
    return forward(this.#loaded, { input_ids, ...(isPadded ? { attention_mask } : {}), ...options });
  }

  /**
   * The outputs of each row, as many as `names`: `[width]` or `[T, width]`, where T is the length of the longest row of the batch
   * and the row's own tokens come first.
   */
  async forwardRows(rows: readonly (readonly number[])[], names: readonly RowOutput[]): Promise<Float32Array[][]> {
    const { task, classification } = this.model;
    // Which token is a sequence's last one is told by the padding id.
    const isAlone = task === 'sequence-classification' && classification?.padTokenId === undefined;
    const results: Float32Array[][] = [];
    for (const batch of batchesOf(rows, isAlone ? 1 : BATCH_ROWS, BATCH_TOKENS)) {
      const outputs = await this.forwardBatch(batch);
      for (let b = 0; b < batch.length; b++) {
        results.push(names.map((name) => rowOf(outputs[name]?.data as Float32Array, b, batch.length)));
      }
    }
    return results;
  }

  async dispose(): Promise<void> {
    this.#loaded.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

function rowOf(data: Float32Array, row: number, rows: number): Float32Array {
  const size = data.length / rows;
  return data.subarray(row * size, (row + 1) * size);
}

/** Gives a pipeline's call the methods of its model. */
export function withHandle<F extends object>(call: F, model: TaskModel): F & PipelineHandle {
  return Object.assign(call, {
    dispose: () => model.dispose(),
    [Symbol.asyncDispose]: () => model.dispose(),
  });
}
