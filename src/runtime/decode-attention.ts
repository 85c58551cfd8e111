// The attention of a model for each token it decodes: what the tuner measures stands for it.
import type { AttentionShape, KvDType } from '../kernels/attention.ts';

/** Attention of one shape over so many cached slots. */
export interface DecodeAttention {
  shape: AttentionShape;
  dtype: KvDType;
  slots: number;
}

/** A context that is long enough for attention to count beside the matrices. */
const LONG_CONTEXT = 8192;

/** The shape that most layers have, behind a long context, or the model's longest; undefined without layers. */
export function typicalAttention(
  layers: readonly AttentionShape[],
  dtype: KvDType,
  maxPositions: number,
): DecodeAttention | undefined {
  const counts = new Map<string, number>();
  for (const shape of layers) counts.set(JSON.stringify(shape), (counts.get(JSON.stringify(shape)) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most && { shape: JSON.parse(most[0]) as AttentionShape, dtype, slots: Math.min(LONG_CONTEXT, maxPositions) };
}
