// The header of a GGUF file: the files of a model folder, the tensors under the names of a Hub checkpoint.
// A file in parts (`-00001-of-00003.gguf`) is opened by its first part.
import { InputError, SourceError } from '../errors.ts';
import { type GgufHeader, MAX_GGUF_HEADER_BYTES, parseGgufHeader } from '../formats/gguf.ts';
import { ggufConfig, ggufTensors, ROPE_FACTORS } from '../formats/gguf-model.ts';
import { ggufGenerationConfig, ggufTokenizer } from '../formats/gguf-tokenizer.ts';
import type { JsonObject } from '../formats/json.ts';
import type { TensorEntry } from '../formats/safetensors.ts';
import { collect } from './byte-stream.ts';
import { type Checkpoint, StreamedCheckpoint } from './checkpoint.ts';
import { HEAD_BYTES, type ModelSource } from './source.ts';

export interface OpenedGguf {
  checkpoint: Checkpoint;
  /** A file in Hub layout, as far as the header says what is in it. */
  json(file: string): JsonObject | undefined;
}

/** @throws {SourceError} {FormatError} {ConfigError} {UnsupportedError} as the files of a folder would. */
export async function openGguf(
  source: ModelSource,
  file: string,
  signal: AbortSignal | undefined,
): Promise<OpenedGguf> {
  const first = await readHeader(source, file, signal);
  const { metadata } = first;
  const rest = partNames(file).slice(1);
  const others = await Promise.all(rest.map((part) => readHeader(source, part, signal)));
  const tensors = [first, ...others].flatMap((header) => header.tensors);
  const factors = tensors.find(({ name }) => name === ROPE_FACTORS);
  const config = ggufConfig({ metadata, tensors }, file, factors && (await readFloats(source, factors, signal)));
  const checkpoint = new StreamedCheckpoint(source, ggufTensors(tensors, metadata, file));
  return {
    checkpoint,
    json(name) {
      switch (name) {
        case 'config.json':
          return config;
        case 'generation_config.json':
          return ggufGenerationConfig(metadata, file);
        case 'tokenizer.json':
          return ggufTokenizer(metadata, file)?.tokenizer;
        case 'tokenizer_config.json':
          return ggufTokenizer(metadata, file)?.config;
        default:
          return undefined;
      }
    },
  };
}

/** All parts of a file whose name says that it is the first of several. */
function partNames(file: string): string[] {
  const [, stem, count] = /^(.*)-00001-of-(\d{5})\.gguf$/.exec(file) ?? [];
  if (stem === undefined) return [file];
  return Array.from({ length: Number(count) }, (_, i) => `${stem}-${String(i + 1).padStart(5, '0')}-of-${count}.gguf`);
}

/** Asks for more of the file until its header is whole. */
async function readHeader(source: ModelSource, file: string, signal: AbortSignal | undefined): Promise<GgufHeader> {
  let bytes = new Uint8Array();
  for (let endBytes = HEAD_BYTES; ; endBytes = Math.min(endBytes * 8, MAX_GGUF_HEADER_BYTES)) {
    const opened = await source.stream(file, { startBytes: bytes.length, endBytes }, signal);
    if (opened === undefined) {
      throw new SourceError({
        what: `${file} is missing from ${source.name}`,
        remedy: 'check the name of the file, and that all its parts are there',
      });
    }
    const more = await collect(opened.bytes, file, signal);
    const all = new Uint8Array(bytes.length + more.length);
    all.set(bytes);
    all.set(more, bytes.length);
    bytes = all;
    const header = parseGgufHeader(bytes, file, bytes.length < endBytes ? bytes.length : opened.fileSizeBytes);
    if (header) return header;
  }
}

async function readFloats(
  source: ModelSource,
  entry: TensorEntry,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  if (entry.dtype !== 'F32') {
    throw new InputError({
      what: `${entry.file}: tensor ${entry.name} is not in F32`,
      actual: entry.dtype,
      remedy: 'convert the model again with a recent llama.cpp',
    });
  }
  const bytes = new Uint8Array(entry.sizeBytes);
  await new StreamedCheckpoint(source, [entry]).read((_, offset, piece) => bytes.set(piece, offset), { signal });
  return new Float32Array(bytes.buffer);
}
