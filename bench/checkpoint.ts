// A benchmark shape's checkpoint as it would be on the Hub: its tensors, and the header of its file.
import type { Model } from '../src/models/model.ts';
import { weightSpecs } from '../src/runtime/load-weights.ts';
import { fullGraph } from '../src/runtime/loaded-model.ts';
import { elementCount } from '../src/tensor/dtype.ts';
import { modelOf } from './bench.ts';

/** A checkpoint of a shape as bf16 tensors: its header, and the bytes of all tensors. */
export function checkpointOf(shape: string): { header: Uint8Array; dataBytes: number } {
  const header: Record<string, unknown> = {};
  let dataBytes = 0;
  for (const { name, dims } of tensorsOf(modelOf(shape))) {
    const end = dataBytes + elementCount(dims) * 2;
    header[name] = { dtype: 'BF16', shape: dims, data_offsets: [dataBytes, end] };
    dataBytes = end;
  }
  const json = JSON.stringify(header);
  // To a multiple of 8, as files of the Hub have it: tensors lie aligned.
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return { header: bytes, dataBytes };
}

/** The tensors of a model's checkpoint, by their names. */
export function tensorsOf(model: Model): { name: string; dims: readonly number[] }[] {
  return weightSpecs(fullGraph(model)).flatMap((spec) =>
    spec.sources.map(({ tensor, rows, shape }) => ({
      name: tensor,
      dims: shape ?? (spec.kind === 'matrix' ? [rows, spec.width] : [rows]),
    })),
  );
}
