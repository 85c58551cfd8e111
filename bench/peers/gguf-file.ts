// A GGUF file of a shape for llama.cpp: matrices in Q4_0 or F16, vectors and routers in F32, and a vocabulary of as many made-up words.
import { alignUp, elementCount } from '../../src/tensor/dtype.ts';
import { GGML_TYPES, type GgufValue, ggufHeader } from '../../tools/gguf/gguf-file.ts';
import { ARCHITECTURES, ggufName, ggufShape, metadataOf } from '../../tools/gguf/gguf-names.ts';
import { type FilePart, onePart, partsBytes } from '../serve-parts.ts';
import { wordOf } from './gguf-words.ts';
import type { PeerShape, PeerTensor } from './peer-shape.ts';

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

/** A tensor of the file: one of the checkpoint, or one of each expert, one behind the other. */
interface Stack {
  name: string;
  dims: readonly number[];
  tensors: PeerTensor[];
}

export function ggufParts(shape: PeerShape, dtype: 'q4' | 'f16'): FilePart[] {
  const { config, headDim, weights } = shape;
  // llama.cpp has no architecture of Mistral's own.
  const architecture = config.model_type === 'mistral' ? 'llama' : (ARCHITECTURES[config.model_type] as string);
  const matrices =
    dtype === 'q4' ? ({ type: 'Q4_0', encoding: 'q4_0' } as const) : ({ type: 'F16', encoding: 'f16' } as const);
  const tensors = stacksOf(shape).map(({ name, dims, tensors: stacked }) => {
    const { type, encoding } =
      dims.length === 1 || /ffn_gate_inp/.test(name) ? ({ type: 'F32', encoding: 'f32' } as const) : matrices;
    const parts = stacked.flatMap((tensor) => {
      const [rows = 0, width = 1] = tensor.dims;
      if (/norm/.test(name)) return { cycle: ONE, startAt: 0, sizeBytes: rows * ONE.length };
      return architecture === 'llama' && /attn_[qk]\.weight/.test(name)
        ? pairedRows(rows, headDim).map((row) => weights.part(encoding, tensor.number, width, row * width))
        : weights.part(encoding, tensor.number, elementCount(tensor.dims));
    });
    return { name, type: GGML_TYPES[type], shape: dims, sizeBytes: partsBytes(parts), parts };
  });
  const header = ggufHeader({ ...metadataOf(config, architecture), ...vocabulary(shape) }, tensors);
  return [onePart(header), ...tensors.flatMap(({ parts }) => padded(parts))];
}

function stacksOf({ tensors }: PeerShape): Stack[] {
  const stacks = new Map<string, PeerTensor[]>();
  for (const [hubName, tensor] of tensors) {
    const name = ggufName(hubName);
    stacks.set(name, [...(stacks.get(name) ?? []), tensor]);
  }
  return Array.from(stacks, ([name, stacked]) => {
    const dims = ggufShape(name, stacked[0]?.dims ?? []);
    return { name, dims: name.includes('_exps') ? [stacked.length, ...dims] : dims, tensors: stacked };
  });
}

/** The rows of a checkpoint's q or k in the order of llama.cpp's `llama`: the two halves of each head in turn. */
function pairedRows(rows: number, headDim: number): number[] {
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
