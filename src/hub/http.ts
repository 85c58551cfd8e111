// Files over HTTP: text and byte ranges of one address, for the sources that have addresses. Deals with servers that
// ignore ranges, answer a missing file with their HTML start page, or end early; retries are left to the caller.

import { SourceError } from '../errors.ts';
import { decodeUtf8 } from '../formats/utf8.ts';
import { asSourceError, cutStream } from './byte-stream.ts';
import type { ByteRange, ByteStream } from './source.ts';

export interface HttpRequest {
  url: string;
  /** What messages call the file. */
  file: string;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** A chance for the source to explain a status in its own words; undefined falls back to the general message. */
  explain?: (response: Response) => SourceError | undefined;
}

/**
 * A whole text file; undefined when the server does not have it.
 * @throws SourceError, FormatError (not UTF-8), or the signal's reason.
 */
export async function fetchText(request: HttpRequest): Promise<string | undefined> {
  const response = await send(request, {});
  if (response === undefined) return undefined;
  let bytes: ArrayBuffer;
  try {
    bytes = await response.arrayBuffer();
  } catch (cause) {
    throw asSourceError(cause, request.url, request.signal);
  }
  return decodeUtf8(new Uint8Array(bytes), request.file);
}

/**
 * The bytes of a range; undefined when the server does not have the file.
 * @throws SourceError, or the signal's reason.
 */
export async function fetchRange(request: HttpRequest, range: ByteRange): Promise<ByteStream | undefined> {
  const { startBytes, endBytes } = range;
  const isWhole = startBytes === 0 && endBytes === undefined;
  const last = endBytes === undefined ? '' : String(endBytes - 1);
  const response = await send(request, isWhole ? {} : { Range: `bytes=${startBytes}-${last}` });
  if (response === undefined) return undefined;
  const lengthBytes = endBytes === undefined ? Number.POSITIVE_INFINITY : endBytes - startBytes;
  const body = response.body ?? new Response(null).body ?? new Blob([]).stream();
  if (response.status === 206) {
    const contentRange = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    if (contentRange && Number(contentRange[1]) !== startBytes) {
      await body.cancel().catch(() => undefined);
      throw new SourceError({
        what: `${request.url} answered with another part of the file`,
        expected: `bytes from ${startBytes}`,
        actual: response.headers.get('content-range') ?? '',
        remedy: 'a proxy or service worker rewrites ranges: turn it off for model files',
      });
    }
    const total = contentRange?.[2];
    // Content-Range is readable across origins only where the server exposes it.
    const fileSizeBytes = total === undefined || total === '*' ? undefined : Number(total);
    return { bytes: cutStream(body, 0, lengthBytes), fileSizeBytes };
  }
  const contentLength = response.headers.get('content-length');
  const isEncoded = (response.headers.get('content-encoding') ?? 'identity') !== 'identity';
  const fileSizeBytes = contentLength === null || isEncoded ? undefined : Number(contentLength);
  return { bytes: cutStream(body, startBytes, lengthBytes), fileSizeBytes };
}

/** A successful response, or undefined when the file does not exist. */
async function send(request: HttpRequest, headers: Record<string, string>): Promise<Response | undefined> {
  const { url, file, signal } = request;
  signal?.throwIfAborted();
  let response: Response;
  try {
    response = await fetch(url, { headers: { ...request.headers, ...headers }, signal: signal ?? null });
  } catch (cause) {
    throw asSourceError(cause, url, signal);
  }
  if (response.ok && !isHtmlInstead(response, file)) return response;
  await response.body?.cancel().catch(() => undefined);
  if (response.ok) return undefined;
  const explained = request.explain?.(response);
  if (explained) throw explained;
  if (response.status === 404 || response.status === 410) return undefined;
  throw new SourceError({
    what: `${url} cannot be read`,
    expected: 'HTTP status 200 or 206',
    actual: `${response.status} ${response.statusText}`.trim(),
    remedy: remedyFor(response.status),
  });
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
