import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BadServer } from '../../test/bad-server.ts';
import { SourceError } from '../errors.ts';
import { collect } from './byte-stream.ts';
import { fetchFacts, fetchRange, fetchText, type HttpRequest } from './http.ts';
import type { ByteRange } from './source.ts';

const content = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 31) ^ (i >> 8));
let server: BadServer;

beforeAll(async () => {
  server = await BadServer.start();
  server.add('w', content, '"v1"');
  server.add('empty', '');
});
afterEach(() => {
  server.fault = () => undefined;
  server.requests.length = 0;
});
afterAll(() => server.close());

const request = (file: string): HttpRequest => ({ url: `${server.url}${file}`, file });

async function read(file: string, range: ByteRange, version?: string): Promise<Buffer> {
  const opened = await fetchRange(request(file), range, version);
  return Buffer.from(await collect(opened?.bytes as ReadableStream<Uint8Array>, file, undefined));
}

/** Faults for the first answers, one each. */
function faults(...list: ReturnType<BadServer['fault']>[]): void {
  let next = 0;
  server.fault = () => list[next++];
}

describe('fetchRange', () => {
  it('takes up a connection that breaks where it stopped, guarded by If-Range', async () => {
    faults({ cutAfterBytes: 100_000 }, { cutAfterBytes: 1 }, { cutAfterBytes: 0 }, { liesAboutLength: true });
    const bytes = await read('w', { startBytes: 10, endBytes: 900_000 });
    expect(bytes.equals(content.subarray(10, 900_000))).toBe(true);
    expect(server.requests.length).toBe(5);
    expect(server.requests[1]?.ifRange).toBe('"v1"');
    const starts = server.requests.map(({ range }) => Number(/\d+/.exec(range ?? '')?.[0]));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(server.sentBytes('w')).toBe(bytes.length);
  });

  it('goes on at a server that ignores ranges', async () => {
    faults(
      { ignoresRange: true, cutAfterBytes: 300_000 },
      { ignoresRange: true, cutAfterBytes: 600_000 },
      { ignoresRange: true },
    );
    expect((await read('w', { startBytes: 5 })).equals(content.subarray(5))).toBe(true);
  });

  it('waits and tries again when the server is busy, as long as it asks for', async () => {
    faults({ status: 503 }, { status: 429, headers: { 'retry-after': '1' } }, undefined);
    const start = performance.now();
    expect([...(await read('w', { startBytes: 0, endBytes: 3 }))]).toEqual([...content.slice(0, 3)]);
    expect(performance.now() - start).toBeGreaterThan(1000);
  });

  it('notices a file that changes while it is read', async () => {
    faults({ cutAfterBytes: 200_000 });
    const opened = await fetchRange(request('w'), { startBytes: 0 });
    server.add(
      'w',
      content.map((byte) => byte ^ 255),
      '"v2"',
    );
    const reading = collect(opened?.bytes as ReadableStream<Uint8Array>, 'w', undefined);
    await expect(reading).rejects.toThrow(/changed on the server.*"v1".*"v2"/);
    await expect(read('w', { startBytes: 7 }, '"v1"')).rejects.toThrow(SourceError);
    server.add('w', content, '"v1"');
  });

  it('gives up in the end', async () => {
    server.fault = () => ({ cutAfterBytes: 0 });
    const start = performance.now();
    await expect(read('w', { startBytes: 0 })).rejects.toThrow(SourceError);
    expect(server.requests.length).toBe(7);
    expect(performance.now() - start).toBeGreaterThan(4000);
  }, 20_000);

  it('gives up on a server that never gives more than a byte', async () => {
    server.fault = () => ({ cutAfterBytes: 1 });
    await expect(read('w', { startBytes: 0 })).rejects.toThrow(SourceError);
    expect(server.requests.length).toBeLessThan(40);
  }, 20_000);

  it('reads files without bytes, and not beyond the end', async () => {
    expect(await fetchText(request('empty'))).toBe('');
    expect(await read('w', { startBytes: content.length })).toHaveLength(0);
    await expect(read('w', { startBytes: content.length + 1 })).rejects.toThrow(/416/);
  });
});

describe('fetchFacts', () => {
  it('says size, version and hash', async () => {
    const hash = 'ab'.repeat(32);
    server.add('hashed', 'x', `"${hash}"`);
    server.add('linked', 'x', '"short"');
    expect(await fetchFacts(request('w'))).toEqual({ sizeBytes: content.length, version: '"v1"', sha256: undefined });
    expect((await fetchFacts(request('hashed')))?.sha256).toBe(hash);
    server.fault = () => ({ headers: { 'x-linked-etag': `"${hash}"` } });
    expect(await fetchFacts(request('linked'))).toEqual({ sizeBytes: 1, version: '"short"', sha256: hash });
    expect(await fetchFacts(request('nothing'))).toBeUndefined();
    server.fault = () => ({ headers: { 'last-modified': 'Wed, 21 Oct 2015 07:28:00 GMT' } });
    expect((await fetchFacts(request('empty')))?.sizeBytes).toBe(0);
  });

  it('does not try again when told so', async () => {
    server.fault = () => ({ status: 503 });
    await expect(fetchFacts({ ...request('w'), retries: 0 })).rejects.toThrow(SourceError);
    expect(server.requests.length).toBe(1);
  });
});
