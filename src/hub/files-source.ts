// Files a person picked or dropped, or blobs a program holds: found by their base name, whatever folder they came from.

import { InputError } from '../errors.ts';
import { decodeUtf8 } from '../formats/utf8.ts';
import { asSourceError } from './byte-stream.ts';
import type { ByteRange, ByteStream, ModelSource } from './source.ts';

export class FilesSource implements ModelSource {
  readonly name: string;
  readonly #blobs = new Map<string, Blob>();

  /**
   * @param files picked files (a whole folder is fine), or name → blob. Of two files with one name, the one nearest to
   * the top of the picked folder counts.
   * @throws InputError when there are none.
   */
  constructor(files: Iterable<File> | ReadonlyMap<string, Blob>) {
    const named: [string, Blob][] =
      files instanceof Map
        ? [...(files as ReadonlyMap<string, Blob>)]
        : [...(files as Iterable<File>)].map((file) => [file.webkitRelativePath || file.name, file]);
    if (named.length === 0) {
      throw new InputError({
        what: 'No model files were given',
        expected: 'config.json, model.safetensors and tokenizer.json',
        remedy: 'pick the folder of the model, or all of its files',
      });
    }
    const depth = (path: string) => path.split('/').length;
    const byDepth = named.toSorted(([a], [b]) => depth(a) - depth(b));
    for (const [path, blob] of byDepth) {
      const base = path.split('/').at(-1) ?? path;
      if (!this.#blobs.has(base)) this.#blobs.set(base, blob);
    }
    const top = byDepth[0]?.[0].split('/') ?? [];
    this.name = top.length > 1 ? (top[0] ?? '') : `${named.length} picked file${named.length === 1 ? '' : 's'}`;
  }

  get fileNames(): readonly string[] {
    return [...this.#blobs.keys()];
  }

  async text(file: string, signal?: AbortSignal): Promise<string | undefined> {
    signal?.throwIfAborted();
    const blob = this.#blobs.get(file);
    if (blob === undefined) return undefined;
    let bytes: ArrayBuffer;
    try {
      bytes = await blob.arrayBuffer();
    } catch (cause) {
      throw asSourceError(cause, file, signal);
    }
    signal?.throwIfAborted();
    return decodeUtf8(new Uint8Array(bytes), file);
  }

  async stream(file: string, range: ByteRange, signal?: AbortSignal): Promise<ByteStream | undefined> {
    signal?.throwIfAborted();
    const blob = this.#blobs.get(file);
    if (blob === undefined) return undefined;
    return { bytes: blob.slice(range.startBytes, range.endBytes).stream(), fileSizeBytes: blob.size };
  }
}
