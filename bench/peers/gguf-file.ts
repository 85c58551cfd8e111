// A GGUF file of a shape for llama.cpp: matrices in Q4_0 or F16, vectors in F32, and a vocabulary of as many made-up words.
import { blockBytes } from '../../src/quant/gguf-blocks.ts';
import { alignUp, elementCount } from '../../src/tensor/dtype.ts';
import { GGML_TYPES, type GgufValue, ggufHeader } from '../../test/gguf-file.ts';
import { ARCHITECTURES, ggufName, metadataOf } from '../../test/gguf-model.ts';
import { type FilePart, onePart, partsBytes } from '../serve-parts.ts';
import { wordOf } from './gguf-words.ts';
import type { PeerShape } from './peer-shape.ts';

const ALIGNMENT = 32;
const ONE = new Uint8Array(Float32Array.of(1).buffer);

/** A byte-level vocabulary without an end token, of a kind whose words are looked up whole. A space is written as that kind does it. */
function vocabulary({ vocab }: PeerShape): Record<string, GgufValue> {
  return {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'llama-bpe',
    'tokenizer.ggml.tokens': Array.from({ length: vocab }, (_, id) => wordOf(id).replace(' ', 'Ġ')),
    'tokenizer.ggml.token_type': Array<number>(vocab).fill(1),
    'tokenizer.ggml.merges': ['a b'],
    'tokenizer.ggml.add_bos_token': false,
  };
}

export function ggufParts(shape: PeerShape, dtype: 'q4' | 'f16'): FilePart[] {
  const { config, headDim, weights } = shape;
  // llama.cpp has no architecture of Mistral's own.
  const architecture = config.model_type === 'mistral' ? 'llama' : (ARCHITECTURES[config.model_type] as string);
  const tensors = [...shape.tensors].map(([hubName, { number, dims }]) => {
    const name = ggufName(hubName);
    const count = elementCount(dims);
    const isVector = dims.length === 1;
    const type = isVector ? GGML_TYPES.F32 : dtype === 'q4' ? GGML_TYPES.Q4_0 : GGML_TYPES.F16;
    const encoding = isVector ? 'f32' : dtype === 'q4' ? 'q4_0' : 'f16';
    const parts = /norm/.test(name)
      ? [{ cycle: ONE, startAt: 0, sizeBytes: count * ONE.length }]
      : architecture === 'llama' && /attn_[qk]\.weight/.test(name)
        ? pairedRows(dims, headDim).map((row) => weights.part(encoding, number, dims[1] ?? 1, row * (dims[1] ?? 1)))
        : [weights.part(encoding, number, count)];
    const sizeBytes = isVector ? count * 4 : dtype === 'q4' ? blockBytes('Q4_0', count) : count * 2;
    return { name, type, shape: dims, sizeBytes, parts };
  });
  const header = ggufHeader({ ...metadataOf(config, architecture), ...vocabulary(shape) }, tensors);
  return [onePart(header), ...tensors.flatMap(({ parts }) => padded(parts))];
}

/** The rows of a checkpoint's q or k in the order of llama.cpp's `llama`: the two halves of each head in turn. */
function pairedRows([rows = 0]: readonly number[], headDim: number): number[] {
  return Array.from({ length: rows }, (_, row) => {
    const inHead = row % headDim;
    return row - inHead + (inHead % 2) * (headDim / 2) + Math.floor(inHead / 2);
  });
}

function padded(parts: readonly FilePart[]): FilePart[] {
  const sizeBytes = partsBytes(parts);
  const missing = alignUp(sizeBytes, ALIGNMENT) - sizeBytes;
  return missing === 0 ? [...parts] : [...parts, onePart(new Uint8Array(missing))];
}
