// Files over HTTP: text and byte ranges of one address, for the sources that have addresses. A broken, stalled or early ended
// connection is taken up again where it stopped. Deals with servers that ignore ranges or answer a missing file with HTML.

import { IntabError, SourceError } from '../errors.ts';
import { decodeUtf8 } from '../formats/utf8.ts';
import { asSourceError, collect, readerOf, streamOf } from './byte-stream.ts';
import { delay } from './delay.ts';
import type { ByteRange, ByteStream, FileFacts } from './source.ts';

export interface HttpRequest {
  url: string;
  /** What messages call the file. */
  file: string;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Past the browser's own cache, for files that are kept elsewhere. */
  noStore?: boolean;
  /** Attempts that may fail one after another without a new byte, after the first; 6 unless stated. */
  retries?: number;
  /** A chance for the source to explain a status in its own words; undefined falls back to the general message. */
  explain?: (response: Response) => SourceError | undefined;
}

const RETRIES = 6;
/** Each further retry waits twice as long. */
const FIRST_WAIT_MS = 100;
/** Retries of one stream in all: this many, and one more for each MiB that came. */
const RETRIES_IN_ALL = 20;
const LONGEST_WAIT_MS = 30_000;
/** A connection that is silent for this long is given up. */
const STALL_MS = 20_000;

/** Errors that may not come again, with the time to wait that the server asked for. */
const temporary = new WeakMap<object, number>();

/** True for failures of the network or the server that another attempt, or a cached file, can get around. */
export function isTemporary(error: unknown): boolean {
  return typeof error === 'object' && error !== null && temporary.has(error);
}

/**
 * What the server says about a file; undefined when it does not have it. Asks for one byte: unlike HEAD, every server that serves
 * the file answers that, signed addresses included.
 * @throws SourceError, or the signal's reason.
 */
export async function fetchFacts(request: HttpRequest): Promise<FileFacts | undefined> {
  const answer = await askPatiently(request, { startBytes: 0, endBytes: 1 }, undefined);
  answer?.close();
  return answer?.facts;
}

/**
 * A whole text file; undefined when the server does not have it.
 * @throws SourceError, FormatError (not UTF-8), or the signal's reason.
 */
export async function fetchText(request: HttpRequest): Promise<string | undefined> {
  const opened = await fetchRange(request, { startBytes: 0 });
  if (opened === undefined) return undefined;
  return decodeUtf8(await collect(opened.bytes, request.url, request.signal), request.file);
}

/**
 * The bytes of a range; undefined when the server does not have the file.
 * @param version refuse other versions of the file; by default the first answer's, for the answers that continue it.
 * @throws SourceError, or the signal's reason.
 */
export async function fetchRange(
  request: HttpRequest,
  range: ByteRange,
  version?: string,
): Promise<ByteStream | undefined> {
  const first = await askPatiently(request, range, version);
  if (first === undefined) return undefined;
  const bytes = streamOf((signal) => {
    signal.addEventListener('abort', first.close, { once: true });
    return continued({ ...request, signal }, range, first, version);
  }, request.signal);
  return { bytes, fileSizeBytes: first.facts.sizeBytes };
}

/** The bytes of a range, from as many answers as it takes. */
async function* continued(
  request: HttpRequest,
  range: ByteRange,
  first: Answer,
  version: string | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const { url, signal, retries = RETRIES } = request;
  const { sizeBytes, version: firstVersion } = first.facts;
  const endBytes = Math.min(range.endBytes ?? Number.POSITIVE_INFINITY, sizeBytes ?? Number.POSITIVE_INFINITY);
  let atBytes = range.startBytes;
  let failures = 0;
  let failuresInAll = 0;
  let answer: Answer | undefined = first;
  try {
    while (atBytes < endBytes) {
      try {
        answer ??= await ask(request, { ...range, startBytes: atBytes }, version ?? firstVersion);
        if (answer === undefined) throw new SourceError({ what: `${url} is gone`, remedy: 'load the model again' });
        for await (const piece of answer.pieces(atBytes, endBytes)) {
          atBytes += piece.length;
          failures = 0;
          yield piece;
        }
        // Only the end of the answer tells where a file of unknown size ends.
        if (sizeBytes === undefined && atBytes >= (answer.endBytes ?? 0)) return;
        if (atBytes < endBytes) throw endedEarly(url, endBytes, atBytes);
      } catch (error) {
        signal?.throwIfAborted();
        const mostInAll = RETRIES_IN_ALL + (atBytes - range.startBytes) / 2 ** 20;
        if (!isTemporary(error) || failures >= retries || failuresInAll >= mostInAll) throw error;
        await waitAfter(error, failures++, signal);
        failuresInAll++;
      }
      answer?.close();
      answer = undefined;
    }
  } finally {
    answer?.close();
  }
}

/** One answer of the server. */
interface Answer {
  facts: FileFacts;
  /** Where its body ends in the file, where the server says so. */
  endBytes: number | undefined;
  /** Those bytes of the body that lie between two offsets in the file. */
  pieces(fromBytes: number, toBytes: number): AsyncGenerator<Uint8Array, void, void>;
  close(): void;
}

async function askPatiently(
  request: HttpRequest,
  range: ByteRange,
  version: string | undefined,
): Promise<Answer | undefined> {
  const { retries = RETRIES } = request;
  for (let failures = 0; ; failures++) {
    try {
      return await ask(request, range, version);
    } catch (error) {
      // Without any network, trying again only takes time.
      if (!isTemporary(error) || failures >= retries || globalThis.navigator?.onLine === false) throw error;
      await waitAfter(error, failures, request.signal);
    }
  }
}

function waitAfter(error: unknown, failures: number, signal: AbortSignal | undefined): Promise<void> {
  const askedForMs = temporary.get(error as object) ?? 0;
  const waitMs = FIRST_WAIT_MS * 2 ** failures * (0.75 + Math.random() / 2);
  return delay(Math.min(Math.max(waitMs, askedForMs), LONGEST_WAIT_MS), signal);
}

/** One request; undefined when the file does not exist. */
async function ask(request: HttpRequest, range: ByteRange, version: string | undefined): Promise<Answer | undefined> {
  const { url, file, signal } = request;
  signal?.throwIfAborted();
  const { startBytes, endBytes } = range;
  const headers: Record<string, string> = {
    ...request.headers,
    // A range makes browsers ask for the file as it is, uncompressed, so that offsets and ETags mean the same every time.
    Range: `bytes=${startBytes}-${endBytes === undefined ? '' : endBytes - 1}`,
  };
  if (version !== undefined && /^"|GMT$/.test(version) && isOwnOrigin(url)) headers['If-Range'] = version;
  const closing = new AbortController();
  const response = await inTime(
    fetch(url, {
      headers,
      signal: signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
      ...(request.noStore ? { cache: 'no-store' } : {}),
    }),
    url,
    signal,
    closing,
  );
  const close = () => closing.abort();
  try {
    const part = partOf(response, request, range);
    if (part === undefined) {
      close();
      return undefined;
    }
    const facts = factsOf(response, part.sizeBytes);
    if (version !== undefined && facts.version !== undefined && facts.version !== version) {
      throw new SourceError({
        what: `${file} was changed on the server while it was being read`,
        expected: `version ${version}`,
        actual: facts.version,
        remedy: 'load the model again',
      });
    }
    const pieces = (fromBytes: number, toBytes: number) =>
      piecesOf(response, fromBytes - part.startBytes, toBytes - part.startBytes, (read) =>
        inTime(read, url, signal, closing),
      );
    return { facts, endBytes: part.endBytes, pieces, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The bytes of a response's body between two offsets in it, in pieces that are gone when the next is asked for. */
async function* piecesOf(
  response: Response,
  fromBytes: number,
  toBytes: number,
  inTime: <T>(read: Promise<T>) => Promise<T>,
): AsyncGenerator<Uint8Array, void, void> {
  const read = response.body && readerOf(response.body);
  let atBytes = 0;
  while (read && atBytes < toBytes) {
    const bytes = await inTime(read());
    if (bytes === undefined) return;
    const piece = bytes.subarray(Math.max(fromBytes - atBytes, 0), toBytes - atBytes);
    atBytes += bytes.length;
    if (piece.length > 0) yield piece;
  }
}

/**
 * What `work` gives, if it comes before the connection counts as stalled.
 * @throws the signal's reason, or a temporary SourceError.
 */
async function inTime<T>(
  work: Promise<T>,
  url: string,
  signal: AbortSignal | undefined,
  closing: AbortController,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stall = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      closing.abort();
      reject(new Error(`nothing came for ${STALL_MS / 1000} seconds`));
    }, STALL_MS);
  });
  try {
    return await Promise.race([work, stall]);
  } catch (cause) {
    const error = asSourceError(cause, url, signal);
    if (error instanceof IntabError) temporary.set(error, 0);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface Part {
  /** Where the body begins and ends in the file. */
  startBytes: number;
  endBytes: number | undefined;
  /** Size of the file. */
  sizeBytes: number | undefined;
}

/** Which part of the file a response gives; undefined when the file does not exist. */
function partOf(response: Response, { url, file, explain }: HttpRequest, range: ByteRange): Part | undefined {
  const { startBytes } = range;
  if (response.ok && isHtmlInstead(response, file)) return undefined;
  const contentRange = response.headers.get('content-range') ?? '';
  const isEncoded = (response.headers.get('content-encoding') ?? 'identity') !== 'identity';
  const length = isEncoded ? undefined : numberOf(response.headers.get('content-length'));
  if (response.status === 206) {
    const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange) ?? [];
    if (start !== undefined && Number(start) !== startBytes) {
      throw new SourceError({
        what: `${url} answered with another part of the file`,
        expected: `bytes from ${startBytes}`,
        actual: contentRange,
        remedy: 'a proxy or service worker rewrites ranges: turn it off for model files',
      });
    }
    // Content-Range is readable across origins only where the server exposes it; Content-Length always is.
    const endBytes = end === undefined ? length && startBytes + length : Number(end) + 1;
    return { startBytes, endBytes, sizeBytes: numberOf(size) };
  }
  if (response.ok) return { startBytes: 0, endBytes: length, sizeBytes: length };
  if (response.status === 416 && contentRange === `bytes */${startBytes}`) {
    return { startBytes, endBytes: startBytes, sizeBytes: startBytes };
  }
  const explained = explain?.(response);
  if (explained) throw explained;
  if (response.status === 404 || response.status === 410) return undefined;
  const error = new SourceError({
    what: `${url} cannot be read`,
    expected: 'HTTP status 200 or 206',
    actual: `${response.status} ${response.statusText}`.trim(),
    remedy: remedyFor(response.status),
  });
  if (response.status >= 500 || [408, 425, 429].includes(response.status)) {
    temporary.set(error, 1000 * (numberOf(response.headers.get('retry-after')) ?? 0));
  }
  throw error;
}

function numberOf(text: string | null | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

function factsOf(response: Response, sizeBytes: number | undefined): FileFacts {
  const etag = response.headers.get('etag');
  // The Hub's ETag of a large file is its SHA-256.
  const hash = /^"?([0-9a-f]{64})"?$/.exec(response.headers.get('x-linked-etag') ?? etag ?? '');
  const version =
    etag ?? response.headers.get('last-modified') ?? (sizeBytes === undefined ? undefined : `${sizeBytes} bytes`);
  return { sizeBytes, version, sha256: hash?.[1] };
}

/** Across origins, headers beyond plain ranges need a preflight, which the Hub's file servers refuse. */
function isOwnOrigin(url: string): boolean {
  const own = globalThis.location?.origin;
  return own === undefined || own === new URL(url).origin;
}

function endedEarly(url: string, endBytes: number, atBytes: number): SourceError {
  const error = new SourceError({
    what: `${url} ended early`,
    expected: `bytes up to ${endBytes}`,
    actual: `an end at byte ${atBytes}`,
    remedy: 'the connection dropped or the file is incomplete: load the model again, or upload the file again',
  });
  temporary.set(error, 0);
  return error;
}

/** A development server answers a missing file with its start page and status 200. */
function isHtmlInstead(response: Response, file: string): boolean {
  return /^text\/html\b/i.test(response.headers.get('content-type') ?? '') && !/\.html?$/i.test(file);
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return 'check that this address may be read without signing in';
  if (status === 416) return 'the file is empty or shorter than its header states: upload it again';
  if (status === 429) return 'the server asks for fewer requests: wait a few minutes and try again';
  return status >= 500 ? 'the server has a problem: try again later' : 'check the address';
}
