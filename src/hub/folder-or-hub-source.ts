// `owner/name` is both a Hub id and a folder beside the page (`models/intab-chat`). This source asks the page's server
// for the folder's config.json once, and goes to the Hub only when the folder is not there.

import { SourceError } from '../errors.ts';
import type { ByteRange, ByteStream, DerivedBytes, ModelSource, Origin } from './source.ts';

const PROBE_FILE = 'config.json';

export class FolderOrHubSource implements ModelSource {
  readonly name: string;
  readonly #folder: ModelSource;
  readonly #hub: ModelSource;
  #chosen: ModelSource | undefined;

  constructor(name: string, folder: ModelSource, hub: ModelSource) {
    this.name = name;
    this.#folder = folder;
    this.#hub = hub;
  }

  text(file: string, signal?: AbortSignal): Promise<string | undefined> {
    return this.#with(signal, (source) => source.text(file, signal));
  }

  stream(file: string, range: ByteRange, signal?: AbortSignal): Promise<ByteStream | undefined> {
    return this.#with(signal, (source) => source.stream(file, range, signal));
  }

  async prefetch(
    file: string,
    range: ByteRange,
    signal: AbortSignal,
    onBytes: (sizeBytes: number) => void,
  ): Promise<void> {
    await this.#chosen?.prefetch?.(file, range, signal, onBytes);
  }

  async derived(name: string, from: readonly Origin[]): Promise<DerivedBytes | undefined> {
    return this.#chosen?.derived?.(name, from);
  }

  async #with<T>(signal: AbortSignal | undefined, use: (source: ModelSource) => Promise<T>): Promise<T> {
    const source = await this.#choose(signal);
    try {
      return await use(source);
    } catch (error) {
      if (source !== this.#hub || !(error instanceof SourceError)) throw error;
      throw new SourceError({
        what: `${this.name} is not a folder beside this page, and the Hub did not give it`,
        actual: error.actual === undefined ? error.what : `${error.what} (${error.actual})`,
        remedy: `for a folder, check that ${this.name}/${PROBE_FILE} is served; for the Hub, ${error.remedy}`,
        cause: error,
      });
    }
  }

  async #choose(signal: AbortSignal | undefined): Promise<ModelSource> {
    if (this.#chosen === undefined) {
      const probe = await this.#folder.text(PROBE_FILE, signal).catch((error: unknown) => {
        if (signal?.aborted) throw error;
        return undefined;
      });
      this.#chosen ??= probe === undefined ? this.#hub : this.#folder;
    }
    return this.#chosen;
  }
}
