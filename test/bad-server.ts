// An HTTP server in Node that misbehaves as real ones do: cuts connections, stalls, ignores ranges, changes files, lies about lengths,
// flips bits. Counts what it was asked for and what it sent.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  sizeBytes: number;
  /** The bytes of a range; made on the fly, so that files may be larger than memory. */
  read(startBytes: number, endBytes: number): Uint8Array;
  etag?: string;
  type?: string;
}

/** What goes wrong with one answer. Byte counts are from the start of the answer. */
export interface Fault {
  /** Status instead of an answer, with its headers. */
  status?: number;
  headers?: Record<string, string>;
  /** Cuts the connection after so many bytes. */
  cutAfterBytes?: number;
  /** Sends no more after so many bytes, and keeps the connection. */
  stallAfterBytes?: number;
  /** Answers 200 with the whole file. */
  ignoresRange?: boolean;
  /** Ends after half of the bytes that the headers promise. */
  liesAboutLength?: boolean;
  /** Says nothing about the length of its answer. */
  hidesLength?: boolean;
  /** Offset in the file of a byte whose lowest bit is flipped. */
  flipsByte?: number;
}

export interface SeenRequest {
  file: string;
  range: string | undefined;
  ifRange: string | undefined;
  status: number;
  sentBytes: number;
}

const SLICE_BYTES = 64 * 2 ** 10;

export class BadServer {
  readonly files = new Map<string, ServedFile>();
  readonly requests: SeenRequest[] = [];
  /** What goes wrong with a request; nothing where it gives undefined. */
  fault: (file: string, request: IncomingMessage) => Fault | undefined = () => undefined;
  /** Bytes a second; unlimited unless set. */
  speed = Number.POSITIVE_INFINITY;
  /** Answers that are being sent now, and the most there were at once. */
  active = 0;
  mostActive = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<BadServer> {
    const server = createServer();
    const bad = new BadServer(server);
    server.on('request', (request, response) => void bad.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return bad;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Serves bytes under a name. */
  add(file: string, bytes: Uint8Array | string, etag?: string): void {
    const content = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    this.files.set(file, {
      sizeBytes: content.length,
      read: (start, end) => content.slice(start, end),
      ...(etag === undefined ? {} : { etag }),
    });
  }

  /** Bytes of a file that were sent. */
  sentBytes(file: string): number {
    return this.requests.reduce((sum, seen) => sum + (seen.file === file ? seen.sentBytes : 0), 0);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = decodeURIComponent(new URL(request.url ?? '/', this.url).pathname.slice(1));
    const { range, 'if-range': ifRange } = request.headers;
    const seen: SeenRequest = { file, range, ifRange: ifRange as string | undefined, status: 0, sentBytes: 0 };
    this.requests.push(seen);
    const served = this.files.get(file);
    const fault = this.fault(file, request) ?? {};
    const open = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'etag, content-range' };
    if (fault.cutAfterBytes === 0) {
      response.destroy();
      return;
    }
    const status = fault.status ?? (served ? undefined : 404);
    if (status !== undefined || served === undefined) {
      seen.status = status ?? 404;
      response.writeHead(seen.status, { ...open, ...fault.headers }).end();
      return;
    }
    const { sizeBytes, etag, type = 'application/octet-stream' } = served;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    const isWhole = first === undefined || fault.ignoresRange || (ifRange !== undefined && ifRange !== etag);
    const start = isWhole ? 0 : Number(first);
    const end = isWhole || !last ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
    if (start >= sizeBytes && !isWhole) {
      seen.status = 416;
      response.writeHead(416, { ...open, 'content-range': `bytes */${sizeBytes}` }).end();
      return;
    }
    seen.status = isWhole ? 200 : 206;
    response.writeHead(seen.status, {
      ...open,
      'content-type': type,
      ...(fault.hidesLength ? {} : { 'content-length': end - start }),
      ...(etag === undefined ? {} : { etag }),
      ...(isWhole ? {} : { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` }),
      ...fault.headers,
    });
    this.active++;
    this.mostActive = Math.max(this.mostActive, this.active);
    await this.#send(served, start, end, fault, seen, response).finally(() => this.active--);
  }

  async #send(
    served: ServedFile,
    start: number,
    end: number,
    fault: Fault,
    seen: SeenRequest,
    response: ServerResponse,
  ): Promise<void> {
    const { cutAfterBytes, stallAfterBytes, liesAboutLength, flipsByte = -1 } = fault;
    const most = Math.min(cutAfterBytes ?? Number.POSITIVE_INFINITY, stallAfterBytes ?? Number.POSITIVE_INFINITY);
    const stop = Math.min(start + most, liesAboutLength ? start + Math.floor((end - start) / 2) : end, end);
    for (let at = start; at < stop && !response.destroyed; ) {
      const to = Math.min(at + SLICE_BYTES, stop);
      const slice = served.read(at, to);
      if (at <= flipsByte && flipsByte < to) slice[flipsByte - at] = (slice[flipsByte - at] ?? 0) ^ 1;
      // Once it is on its way: a cut must not take back what was sent before.
      await new Promise<unknown>((resolve) => {
        response.once('close', resolve);
        response.write(slice, () => {
          response.off('close', resolve);
          resolve(undefined);
        });
      });
      if (this.speed < Number.POSITIVE_INFINITY) {
        await new Promise((resolve) => setTimeout(resolve, (1000 * (to - at)) / this.speed));
      }
      seen.sentBytes += to - at;
      at = to;
    }
    if (stallAfterBytes !== undefined && start + stallAfterBytes < end) return;
    if (stop < end) response.destroy();
    else response.end();
  }
}
