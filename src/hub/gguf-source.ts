// A GGUF file as a model folder in Hub layout: config.json, the tokenizer's files and the tensors' names are made from its header.
// A file in parts (`-00001-of-00003.gguf`) is opened by its first part.
import { InputError, SourceError, type StorageError } from '../errors.ts';
import { type GgufHeader, MAX_GGUF_HEADER_BYTES, parseGgufHeader } from '../formats/gguf.ts';
import { ggufConfig, ggufTensors, ROPE_FACTORS } from '../formats/gguf-model.ts';
import { ggufGenerationConfig, ggufTokenizer } from '../formats/gguf-tokenizer.ts';
import type { JsonObject } from '../formats/json.ts';
import type { TensorEntry } from '../formats/safetensors.ts';
import { collect } from './byte-stream.ts';
import { type Checkpoint, openCheckpoint, StreamedCheckpoint } from './checkpoint.ts';
import { type ModelLocation, openSource, type SourceOptions } from './open-source.ts';
import { type ByteRange, type ByteStream, HEAD_BYTES, type ModelSource } from './source.ts';

export interface ModelSourceOptions extends SourceOptions {
  /** Name of the GGUF file in the folder, the repository, or among the picked files. */
  file?: string | undefined;
}

/**
 * Opens a model by name, as {@link openSource}; also an address, or a Hub id and a file, that ends in `.gguf`.
 * @param onCacheError as of {@link openSource}
 * @throws InputError for a location that can be none of these, and where one of several picked GGUF files has to be named.
 */
export function openModelSource(
  model: ModelLocation,
  options: ModelSourceOptions = {},
  onCacheError?: (error: StorageError) => void,
): ModelSource {
  const [folder, file = options.file] = splitAddress(model);
  const source = openSource(folder, options, onCacheError);
  const gguf = file ?? pickedFile(source);
  return gguf === undefined ? source : new GgufSource(source, gguf);
}

/**
 * The tensors of such a source.
 * @throws as {@link openCheckpoint}
 */
export function openModelCheckpoint(source: ModelSource, signal: AbortSignal | undefined): Promise<Checkpoint> {
  return source instanceof GgufSource ? source.checkpoint(signal) : openCheckpoint(source, { signal });
}

/** The folder and the file of an address of a GGUF file. */
function splitAddress(model: ModelLocation): [folder: ModelLocation, file?: string] {
  const [, folder = './', name, query = ''] =
    typeof model === 'string' || model instanceof URL
      ? (/^(.*\/)?([^/?#]+\.gguf)([?#].*)?$/i.exec(String(model)) ?? [])
      : [];
  if (name === undefined) return [model];
  const file = decodeURIComponent(name);
  if (model instanceof URL) return [new URL(folder + query), file];
  // An id stays one: owner/name/file.gguf
  return [/^[^/.:][^/:]*\/[^/]+\/$/.test(folder) ? folder.slice(0, -1) : folder + query, file];
}

/** The GGUF file among picked files without safetensors. */
function pickedFile({ fileNames = [], name }: ModelSource): string | undefined {
  if (fileNames.some((file) => file.endsWith('.safetensors'))) return undefined;
  const isFirst = (file: string) => !/-\d{5}-of-\d{5}\.gguf$/.test(file) || file.includes('-00001-of-');
  const files = fileNames.filter((file) => /\.gguf$/i.test(file) && !file.startsWith('mmproj') && isFirst(file));
  if (files.length < 2) return files[0];
  throw new InputError({
    what: `${name} has several GGUF files`,
    expected: 'one, or its name as `file`',
    actual: files.join(', '),
    remedy: 'pick one of them',
  });
}

interface OpenedGguf {
  metadata: JsonObject;
  config: JsonObject;
  checkpoint: Checkpoint;
}

export class GgufSource implements ModelSource {
  readonly name: string;
  readonly #source: ModelSource;
  readonly #file: string;
  #opened: Promise<OpenedGguf> | undefined;

  constructor(source: ModelSource, file: string) {
    this.name = `${source.name} (${file})`;
    this.#source = source;
    this.#file = file;
  }

  get fileNames(): readonly string[] | undefined {
    return this.#source.fileNames;
  }

  async text(file: string, signal?: AbortSignal): Promise<string | undefined> {
    const { metadata, config } = await this.#open(signal);
    const made = () => {
      switch (file) {
        case 'config.json':
          return config;
        case 'generation_config.json':
          return ggufGenerationConfig(metadata, this.#file);
        case 'tokenizer.json':
          return ggufTokenizer(metadata, this.#file)?.tokenizer;
        case 'tokenizer_config.json':
          return ggufTokenizer(metadata, this.#file)?.config;
        default:
          return undefined;
      }
    };
    const object = made();
    return object === undefined ? this.#source.text(file, signal) : JSON.stringify(object);
  }

  stream(file: string, range: ByteRange, signal?: AbortSignal): Promise<ByteStream | undefined> {
    return this.#source.stream(file, range, signal);
  }

  async prefetch(
    file: string,
    range: ByteRange,
    signal: AbortSignal,
    onBytes: (sizeBytes: number) => void,
  ): Promise<void> {
    await this.#source.prefetch?.(file, range, signal, onBytes);
  }

  /** The tensors, under the names of a Hub checkpoint. */
  async checkpoint(signal?: AbortSignal): Promise<Checkpoint> {
    return (await this.#open(signal)).checkpoint;
  }

  #open(signal: AbortSignal | undefined): Promise<OpenedGguf> {
    this.#opened ??= this.#read(signal).catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #read(signal: AbortSignal | undefined): Promise<OpenedGguf> {
    const first = await readHeader(this.#source, this.#file, signal);
    const { metadata } = first;
    const rest = partNames(this.#file).slice(1);
    const others = await Promise.all(rest.map((file) => readHeader(this.#source, file, signal)));
    const tensors = [first, ...others].flatMap((header) => header.tensors);
    const factors = tensors.find(({ name }) => name === ROPE_FACTORS);
    const config = ggufConfig(
      { metadata, tensors },
      this.#file,
      factors && (await readFloats(this.#source, factors, signal)),
    );
    const checkpoint = new StreamedCheckpoint(this.#source, ggufTensors(tensors, metadata, this.#file));
    return { metadata, config, checkpoint };
  }
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
