// A model repository on the Hugging Face Hub: files through its `resolve` addresses, what they are through its list of files.

import { InputError, SourceError } from '../errors.ts';
import { isJsonObject } from '../formats/json.ts';
import { fetchFacts, fetchRange, fetchText, type HttpRequest } from './http.ts';
import { type ByteRange, type ByteStream, type FileFacts, OBJECT_ID, type RemoteSource } from './source.ts';

export interface HubOptions {
  /** Branch, tag or commit; `main` when left out. */
  revision?: string | undefined;
  /** Access token for gated and private repositories. Sent to the Hub only. */
  token?: string | undefined;
}

const HUB_ORIGIN = 'https://huggingface.co';
const MAIN = 'main';
/** The list of files comes in pages of this many. */
const LISTING_PAGE = 1000;
const ID_PART = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;

/** True for `owner/name` as the Hub allows it. */
export function isHubId(text: string): boolean {
  const parts = text.split('/');
  return parts.length === 2 && parts.every((part) => ID_PART.test(part) && !/--|\.\./.test(part));
}

interface Listing {
  files: ReadonlyMap<string, FileFacts>;
  /** False where there may be files beyond it. */
  isWhole: boolean;
}

/** Reads the answer of the Hub's `tree` address: `oid` is git's id of a file, `lfs.oid` the SHA-256 of a large one. */
function readListing(text: string): Listing {
  const entries = (JSON.parse(text) as unknown[]).filter(isJsonObject);
  const files = new Map<string, FileFacts>();
  for (const { type, path, oid, size, lfs } of entries) {
    if (type !== 'file') continue;
    const sha256 = isJsonObject(lfs) ? String(lfs.oid) : undefined;
    files.set(String(path), { sizeBytes: Number(size), version: `${OBJECT_ID}${sha256 ?? oid}`, sha256 });
  }
  return { files, isWhole: entries.length < LISTING_PAGE };
}

export class HubSource implements RemoteSource {
  readonly name: string;
  readonly #revision: string;
  readonly #token: string | undefined;
  #listing: Promise<Listing | undefined> | undefined;

  /** @throws InputError for an id or revision that the Hub would not accept. */
  constructor(id: string, { revision = MAIN, token }: HubOptions = {}) {
    if (!isHubId(id)) {
      throw new InputError({
        what: `${JSON.stringify(id)} is not a Hub repository`,
        expected: 'owner/name with letters, digits, dots, dashes and underscores',
        remedy: 'copy the id from the page of the model',
      });
    }
    if (!/^[\w./-]{1,250}$/.test(revision) || /\.\.|\/\/|^[/.]|[/.]$/.test(revision)) {
      throw new InputError({
        what: `${JSON.stringify(revision)} is not a revision`,
        expected: 'a branch, tag or commit',
        remedy: 'leave `revision` out, or copy it from the list of commits',
      });
    }
    if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
      throw new InputError({
        what: 'The Hub token holds characters that a token cannot have',
        remedy: 'copy the token again from the settings of your Hub account',
      });
    }
    this.name = id;
    this.#revision = revision;
    this.#token = token;
  }

  text(file: string, signal?: AbortSignal): Promise<string | undefined> {
    return fetchText(this.#request(file, signal));
  }

  stream(file: string, range: ByteRange, signal?: AbortSignal): Promise<ByteStream | undefined> {
    return fetchRange(this.#request(file, signal), range);
  }

  get address(): string {
    return this.#revision === MAIN ? this.name : `${this.name}@${this.#revision}`;
  }

  /** Prefers the list of files, one request for all: pages cannot see the headers that tell of a large file's SHA-256. */
  async describe(file: string, retry: boolean, signal?: AbortSignal): Promise<FileFacts | undefined> {
    const listing = await this.#list(signal);
    signal?.throwIfAborted();
    const facts = listing?.files.get(file);
    if (facts !== undefined || listing?.isWhole) return facts;
    return fetchFacts({ ...this.#request(file, signal), noStore: true, ...(retry ? {} : { retries: 0 }) });
  }

  download(
    file: string,
    range: ByteRange,
    version: string | undefined,
    signal?: AbortSignal,
  ): Promise<ByteStream | undefined> {
    // The file servers' answers do not show object ids.
    const comparable = version?.startsWith(OBJECT_ID) ? undefined : version;
    return fetchRange({ ...this.#request(file, signal), noStore: true }, range, comparable);
  }

  /** The files of the repository; undefined where the Hub does not give the list: a file's own answer then says why. */
  #list(signal: AbortSignal | undefined): Promise<Listing | undefined> {
    const url = `${HUB_ORIGIN}/api/models/${this.name}/tree/${encodeURIComponent(this.#revision)}`;
    this.#listing ??= fetchText({ ...this.#request('the list of files', signal), url, retries: 0 })
      .then((text) => (text === undefined ? undefined : readListing(text)))
      .catch(() => undefined);
    return this.#listing;
  }

  #request(file: string, signal: AbortSignal | undefined): HttpRequest {
    return {
      url: `${HUB_ORIGIN}/${this.name}/resolve/${encodeURIComponent(this.#revision)}/${encodeURIComponent(file)}`,
      file,
      headers: this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` },
      signal,
      explain: (response) => this.#explain(response),
    };
  }

  /** The Hub says 401 for a repository that does not exist, and puts the reason into a header. */
  #explain(response: Response): SourceError | undefined {
    const reason = response.headers.get('x-error-code');
    const actual = `HTTP status ${response.status}${reason === null ? '' : `, ${reason}`}`;
    if (response.status === 404 && reason === 'RevisionNotFound') {
      return new SourceError({
        what: `${this.name} has no revision ${JSON.stringify(this.#revision)}`,
        actual,
        remedy: 'leave `revision` out, or copy it from the list of commits',
      });
    }
    if (response.status !== 401 && response.status !== 403 && reason !== 'RepoNotFound') return undefined;
    const isGated = reason === 'GatedRepo' || response.status === 403;
    return new SourceError({
      what: isGated ? `${this.name} is a gated repository` : `${this.name} is not a public repository of the Hub`,
      actual,
      remedy: isGated
        ? `accept its terms at ${HUB_ORIGIN}/${this.name}, then pass an access token as \`token\``
        : 'check the id; for a private repository pass an access token as `token`',
    });
  }
}
