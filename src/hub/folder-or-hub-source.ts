// `owner/name` is both a Hub id and a folder beside the page (`models/intab-chat`). This source asks the page's server
// for the folder's config.json once, and goes to the Hub only when the folder is not there.

import type { ByteRange, ByteStream, ModelSource } from './source.ts';

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

  async text(file: string, signal?: AbortSignal): Promise<string | undefined> {
    return (await this.#choose(signal)).text(file, signal);
  }

  async stream(file: string, range: ByteRange, signal?: AbortSignal): Promise<ByteStream | undefined> {
    return (await this.#choose(signal)).stream(file, range, signal);
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
