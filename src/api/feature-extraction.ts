// The feature-extraction pipeline: texts in, a model's last hidden states out, pooled to one vector per text if wanted.
import { InputError } from '../errors.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { Tensor } from '../runtime/tensor.ts';
import type { LoadOptions } from './load.ts';
import { encodeText, joinIds, type TruncationOptions } from './model-text.ts';
import { type PipelineHandle, TaskModel, withHandle } from './task-model.ts';

export type Pooling = 'none' | 'mean' | 'last_token';

const POOLINGS: readonly Pooling[] = ['none', 'mean', 'last_token'];

export interface FeatureExtractionOptions extends TruncationOptions {
  /** One vector per token (`none`, the default), the mean over a text's tokens, or the vector of its last token. */
  pooling?: Pooling;
  /** Give each vector the length 1. */
  normalize?: boolean;
}

/** Gives [B, M]; without pooling [B, T, M], shorter texts filled up with zeros. */
export type FeatureExtractionPipeline = PipelineHandle &
  ((texts: string | readonly string[], options?: FeatureExtractionOptions) => Promise<Tensor>);

/** @throws as {@link TaskModel.open} */
export async function openFeatureExtraction(
  location: ModelLocation,
  options: LoadOptions,
): Promise<FeatureExtractionPipeline> {
  const model = await TaskModel.open('base', location, options);
  const width = model.model.hiddenSize;
  const call = async (input: string | readonly string[], options: FeatureExtractionOptions = {}) => {
    const { pooling = 'none', normalize = false } = options;
    checkPooling(pooling);
    const texts = typeof input === 'string' ? [input] : input;
    const rows = texts.map((text) => joinIds(encodeText(model.tokenizer, text, model.maxTokens, options)));
    const outputs = await model.forwardRows(rows, ['last_hidden_state']);
    const vectors = outputs.map(([states], b) => {
      const own = (states as Float32Array).subarray(0, (rows[b]?.length ?? 0) * width);
      const pooled = pool(own, width, pooling);
      return normalize ? normalizeRows(pooled, width) : pooled;
    });
    const size = Math.max(0, ...vectors.map((vector) => vector.length));
    const data = new Float32Array(vectors.length * size);
    vectors.forEach((vector, b) => {
      data.set(vector, b * size);
    });
    return new Tensor(data, pooling === 'none' ? [texts.length, size / width, width] : [texts.length, width]);
  };
  return withHandle(call, model);
}

/** @throws {InputError} */
function checkPooling(pooling: Pooling): void {
  if (POOLINGS.includes(pooling)) return;
  throw new InputError({
    what: 'There is no such pooling',
    expected: `one of ${POOLINGS.join(', ')}`,
    actual: JSON.stringify(pooling),
    remedy: 'correct the option',
  });
}

/** [T, M] to [M], or as it is. */
export function pool(states: Float32Array, width: number, pooling: Pooling): Float32Array {
  switch (pooling) {
    case 'none':
      return states;
    case 'last_token':
      return states.slice(-width);
    case 'mean': {
      const tokens = states.length / width;
      const sums = new Float64Array(width);
      states.forEach((value, i) => {
        sums[i % width] = (sums[i % width] as number) + value;
      });
      return Float32Array.from(sums, (sum) => sum / tokens);
    }
    default:
      return pooling satisfies never;
  }
}

/** Each row of `width` values divided by its Euclidean length; a row of zeros stays. */
export function normalizeRows(rows: Float32Array, width: number): Float32Array {
  const normalized = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += width) {
    const row = rows.subarray(at, at + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    normalized.set(
      row.map((value) => value / Math.max(length, 1e-12)),
      at,
    );
  }
  return normalized;
}
