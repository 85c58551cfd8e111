// A GGUF file as a model folder in Hub layout: config.json, the tokenizer's files and the tensors' names are made from its header.
// What reads the header (opened-gguf.ts) is loaded with the first such file: most pages have none.
import { InputError, type StorageError } from '../errors.ts';
import { loadPart } from '../load-part.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { type ModelLocation, openSource, type SourceOptions } from './open-source.ts';
import type { OpenedGguf } from './opened-gguf.ts';
import type { ByteRange, ByteStream, ModelSource } from './source.ts';

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
    const object = (await this.#open(signal)).json(file);
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
    const { openGguf } = await loadPart(import('./opened-gguf.ts'));
    return openGguf(this.#source, this.#file, signal);
  }
}
