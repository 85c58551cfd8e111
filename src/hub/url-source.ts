// A model folder at a web address: absolute, or relative to the page.

import { InputError } from '../errors.ts';
import { fetchFacts, fetchRange, fetchText } from './http.ts';
import type { ByteRange, ByteStream, FileFacts, RemoteSource } from './source.ts';

export class UrlSource implements RemoteSource {
  readonly name: string;
  readonly #folder: URL;

  /**
   * @param folder address of the folder, with or without the slash at its end; a query is kept for every file.
   * @param base what a relative address counts from; the page where left out.
   * @throws InputError when the address cannot be resolved.
   */
  constructor(folder: string | URL, base: string | undefined = pageAddress()) {
    this.name = String(folder);
    this.#folder = resolveFolder(folder, base);
  }

  text(file: string, signal?: AbortSignal): Promise<string | undefined> {
    return fetchText({ url: this.#urlOf(file), file, signal });
  }

  stream(file: string, range: ByteRange, signal?: AbortSignal): Promise<ByteStream | undefined> {
    return fetchRange({ url: this.#urlOf(file), file, signal }, range);
  }

  get address(): string {
    return this.#folder.href;
  }

  describe(file: string, retry: boolean, signal?: AbortSignal): Promise<FileFacts | undefined> {
    return fetchFacts({ url: this.#urlOf(file), file, signal, noStore: true, ...(retry ? {} : { retries: 0 }) });
  }

  download(
    file: string,
    range: ByteRange,
    version: string | undefined,
    signal?: AbortSignal,
  ): Promise<ByteStream | undefined> {
    return fetchRange({ url: this.#urlOf(file), file, signal, noStore: true }, range, version);
  }

  #urlOf(file: string): string {
    const url = new URL(this.#folder);
    url.pathname += encodeURIComponent(file);
    return url.href;
  }
}

/** The address relative addresses count from: the page's, or in a worker from a blob the origin. Undefined in Node. */
export function pageAddress(): string | undefined {
  const address = globalThis.document?.baseURI ?? globalThis.location?.href;
  return address?.startsWith('blob:') ? globalThis.location.origin : address;
}

function resolveFolder(folder: string | URL, base: string | undefined): URL {
  let url: URL;
  try {
    url = new URL(folder, base);
  } catch (cause) {
    throw new InputError({
      what: `The model address ${JSON.stringify(String(folder))} cannot be resolved`,
      expected: 'an absolute address, or one relative to the page',
      remedy: 'pass an address such as https://example.org/models/name/',
      cause,
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InputError({
      what: `The model address ${JSON.stringify(String(folder).slice(0, 100))} is not a folder that can be fetched`,
      expected: 'an http: or https: address',
      actual: url.protocol,
      remedy: 'serve the folder over HTTP, or pass its files as File or Blob objects',
    });
  }
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
