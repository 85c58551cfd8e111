import { afterEach, describe, expect, it, vi } from 'vitest';
import { FormatError, InputError, SourceError } from '../errors.ts';
import { chunksOf } from './byte-stream.ts';
import { FilesSource } from './files-source.ts';
import { HubSource, isHubId } from './hub-source.ts';
import { openSource } from './open-source.ts';
import type { ByteRange, ModelSource } from './source.ts';
import { UrlSource } from './url-source.ts';

type Handler = (url: string, headers: Headers, signal: AbortSignal | null) => Response | Promise<Response>;

/** Installs a fetch that answers from `handler` and returns the requests it saw. */
function fakeFetch(handler: Handler): { url: string; range: string | null; authorization: string | null }[] {
  const seen: { url: string; range: string | null; authorization: string | null }[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    seen.push({ url, range: headers.get('range'), authorization: headers.get('authorization') });
    return handler(url, headers, init.signal ?? null);
  });
  return seen;
}

const content = Uint8Array.from({ length: 100 }, (_, i) => i);

/** A file server that honours ranges. */
const ranged: Handler = (_, headers) => {
  const range = /bytes=(\d+)-(\d*)/.exec(headers.get('range') ?? '');
  if (!range) return new Response(content);
  const start = Number(range[1]);
  const end = Math.min(content.length, range[2] ? Number(range[2]) + 1 : content.length);
  const headersOut = { 'content-range': `bytes ${start}-${end - 1}/${content.length}` };
  return new Response(content.slice(start, end), { status: 206, headers: headersOut });
};

async function read(source: ModelSource, file: string, range: ByteRange): Promise<number[] | undefined> {
  const opened = await source.stream(file, range);
  if (opened === undefined) return undefined;
  const bytes: number[] = [];
  for await (const chunk of chunksOf(opened.bytes, file, undefined)) bytes.push(...chunk);
  return bytes;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Runs work that waits between attempts without the waiting. */
async function hurried<T>(start: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let isRunning = true;
  const work = start().finally(() => {
    isRunning = false;
  });
  work.catch(() => undefined);
  while (isRunning) {
    await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(100);
  }
  return work;
}

describe('UrlSource', () => {
  const source = () => new UrlSource('https://example.org/models/my model?key=1');

  it('asks for ranges and keeps the query', async () => {
    const seen = fakeFetch(ranged);
    expect(await read(source(), 'a b.bin', { startBytes: 10, endBytes: 13 })).toEqual([10, 11, 12]);
    expect(await read(source(), 'w', { startBytes: 98 })).toEqual([98, 99]);
    expect((await source().stream('w', { startBytes: 1, endBytes: 2 }))?.fileSizeBytes).toBe(100);
    expect(seen[0]).toMatchObject({
      url: 'https://example.org/models/my%20model/a%20b.bin?key=1',
      range: 'bytes=10-12',
    });
    expect(seen[1]?.range).toBe('bytes=98-');
  });

  it('deals with a server that ignores ranges', async () => {
    fakeFetch(() => new Response(content, { headers: { 'content-length': '100' } }));
    expect(await read(source(), 'w', { startBytes: 10, endBytes: 13 })).toEqual([10, 11, 12]);
    expect((await read(source(), 'w', { startBytes: 0 }))?.length).toBe(100);
    expect((await source().stream('w', { startBytes: 1 }))?.fileSizeBytes).toBe(100);
  });

  it('does not trust the length of a compressed answer', async () => {
    fakeFetch(() => new Response(content, { headers: { 'content-length': '7', 'content-encoding': 'gzip' } }));
    expect((await source().stream('w', { startBytes: 0 }))?.fileSizeBytes).toBeUndefined();
  });

  it('refuses another range than it asked for', async () => {
    fakeFetch(() => new Response(content, { status: 206, headers: { 'content-range': 'bytes 0-99/100' } }));
    await expect(source().stream('w', { startBytes: 5 })).rejects.toThrow(SourceError);
  });

  it('gives undefined for what is missing', async () => {
    for (const status of [404, 410]) {
      fakeFetch(() => new Response('gone', { status }));
      expect(await source().text('config.json')).toBeUndefined();
      expect(await source().stream('model.safetensors', { startBytes: 0 })).toBeUndefined();
    }
    fakeFetch(() => new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } }));
    expect(await source().text('config.json')).toBeUndefined();
    expect(await source().stream('model.safetensors', { startBytes: 0, endBytes: 8 })).toBeUndefined();
  });

  it('explains other statuses, a broken network and text that is not UTF-8', async () => {
    for (const status of [401, 403, 416, 429, 500]) {
      fakeFetch(() => new Response('no', { status }));
      const reading = hurried(() => source().text('config.json'));
      await expect(reading).rejects.toThrow(SourceError);
      await expect(reading).rejects.toThrow(String(status));
    }
    fakeFetch(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(hurried(() => source().text('config.json'))).rejects.toThrow(/Failed to fetch.*CORS/);
    fakeFetch(() => new Response(Uint8Array.of(0xff)));
    await expect(source().text('config.json')).rejects.toThrow(FormatError);
  });

  it('turns a connection that breaks midway into a SourceError', async () => {
    let pulls = 0;
    const body = () =>
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          if (pulls++ === 0) controller.enqueue(content.slice(0, 5));
          else controller.error(new TypeError('network error'));
        },
      });
    fakeFetch(() => new Response(body()));
    const reading = hurried(() => read(source(), 'w', { startBytes: 0 }));
    await expect(reading).rejects.toThrow(/w\?key=1 failed.*network error/);
  });

  it('rejects with the reason of an abort, before and during', async () => {
    fakeFetch(ranged);
    const reason = new Error('enough');
    await expect(source().text('f', AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(source().stream('f', { startBytes: 0 }, AbortSignal.abort(reason))).rejects.toBe(reason);
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (!cancelled && controller.desiredSize !== null) return new Promise(() => undefined);
      },
      cancel() {
        cancelled = true;
      },
    });
    const abort = new AbortController();
    const reading = (async () => {
      for await (const _ of chunksOf(endless, 'f', abort.signal));
    })();
    setTimeout(() => abort.abort(reason), 5);
    await expect(reading).rejects.toBe(reason);
    expect(cancelled).toBe(true);
  });

  it('refuses addresses that are no folder', () => {
    for (const address of [
      'data:application/json,{}',
      'blob:https://example.org/1',
      'file:///x',
      'models/x',
      './x',
      'http://',
    ]) {
      expect(() => new UrlSource(address)).toThrow(InputError);
    }
  });
});

describe('HubSource', () => {
  it('builds resolve addresses, with revision and token', async () => {
    const seen = fakeFetch(() => new Response('{}'));
    await new HubSource('owner/name').text('config.json');
    await new HubSource('owner/name', { revision: 'refs/pr/1', token: 'hf_x' }).text('config.json');
    expect(seen[0]).toMatchObject({
      url: 'https://huggingface.co/owner/name/resolve/main/config.json',
      authorization: null,
    });
    expect(seen[1]).toMatchObject({
      url: 'https://huggingface.co/owner/name/resolve/refs%2Fpr%2F1/config.json',
      authorization: 'Bearer hf_x',
    });
  });

  it('says what to do about gated, private and missing repositories', async () => {
    const answer = (status: number, code: string) =>
      fakeFetch(() => new Response('', { status, headers: code === '' ? {} : { 'x-error-code': code } }));
    const text = () => new HubSource('owner/name').text('config.json');
    answer(403, 'GatedRepo');
    await expect(text()).rejects.toThrow(/gated.*accept its terms/);
    answer(401, 'RepoNotFound');
    await expect(text()).rejects.toThrow(/check the id.*`token`/);
    answer(401, '');
    await expect(text()).rejects.toThrow(SourceError);
    answer(404, 'RevisionNotFound');
    await expect(text()).rejects.toThrow(/no revision "main"/);
    answer(404, 'EntryNotFound');
    expect(await text()).toBeUndefined();
  });

  it('knows sizes and SHA-256 of files from the list, in one request', async () => {
    const list = JSON.stringify([
      { type: 'directory', path: 'onnx', oid: 'd' },
      { type: 'file', path: 'config.json', oid: 'c0', size: 7 },
      { type: 'file', path: 'w', oid: 'p0', size: 9, lfs: { oid: 'ab'.repeat(32), size: 9, pointerSize: 130 } },
    ]);
    const seen = fakeFetch((url, headers) => (url.includes('/api/') ? new Response(list) : ranged(url, headers, null)));
    const source = new HubSource('owner/name', { revision: 'v1', token: 'hf_x' });
    expect(await source.describe('w', true)).toEqual({
      sizeBytes: 9,
      version: `oid ${'ab'.repeat(32)}`,
      sha256: 'ab'.repeat(32),
    });
    expect(await source.describe('config.json', true)).toEqual({ sizeBytes: 7, version: 'oid c0', sha256: undefined });
    expect(await source.describe('nothing', true)).toBeUndefined();
    expect(seen).toMatchObject([
      { url: 'https://huggingface.co/api/models/owner/name/tree/v1', authorization: 'Bearer hf_x' },
    ]);
    expect(source.address).toBe('owner/name@v1');
    expect(new HubSource('owner/name').address).toBe('owner/name');
    // Object ids are not compared to what the file servers call a version.
    expect(await source.download('w', { startBytes: 1, endBytes: 3 }, 'oid c0')).toBeDefined();
  });

  it('asks for a file itself where the list cannot be had', async () => {
    for (const answer of [
      () => new Response('no', { status: 403 }),
      () => new Response('<html>'),
      () => Promise.reject(new TypeError('CORS')),
    ]) {
      fakeFetch((url, headers) => (url.includes('/api/') ? answer() : ranged(url, headers, null)));
      expect(await new HubSource('owner/name').describe('w', true)).toMatchObject({ sizeBytes: 100 });
    }
  });

  it('refuses ids, revisions and tokens that cannot be', () => {
    for (const id of [
      'a',
      'a/b/c',
      '../b',
      'a/..',
      'a/b?x',
      'a/b#c',
      'a b/c',
      '/a',
      'a/',
      'a/-b',
      'a/b--c',
      'https://x/y',
    ]) {
      expect(isHubId(id)).toBe(false);
      expect(() => new HubSource(id)).toThrow(InputError);
    }
    for (const revision of ['', '../x', 'a//b', '/a', 'a?b', 'a/']) {
      expect(() => new HubSource('a/b', { revision })).toThrow(InputError);
    }
    expect(() => new HubSource('a/b', { token: 'x\ny' })).toThrow(InputError);
  });
});

describe('FilesSource', () => {
  it('finds files by base name, nearest to the top first', async () => {
    const file = (path: string, text: string) =>
      Object.defineProperty(new File([text], path.split('/').at(-1) ?? ''), 'webkitRelativePath', { value: path });
    const source = new FilesSource([
      file('m/original/config.json', 'deep'),
      file('m/config.json', 'top'),
      file('m/w', 'abc'),
    ]);
    expect(source.name).toBe('m');
    expect(source.fileNames.toSorted()).toEqual(['config.json', 'w']);
    expect(await source.text('config.json')).toBe('top');
    expect(await source.text('nothing')).toBeUndefined();
    expect(await read(source, 'w', { startBytes: 1 })).toEqual([98, 99]);
    expect(await read(source, 'nothing', { startBytes: 1 })).toBeUndefined();
    expect(new FilesSource([new File([''], 'a')]).name).toBe('1 picked file');
    expect(() => new FilesSource([])).toThrow(InputError);
  });

  it('rejects with the reason of an abort', async () => {
    const source = new FilesSource(new Map([['a', new Blob(['x'])]]));
    await expect(source.text('a', AbortSignal.abort('no'))).rejects.toBe('no');
    await expect(source.stream('a', { startBytes: 0 }, AbortSignal.abort('no'))).rejects.toBe('no');
  });
});

describe('openSource', () => {
  it('chooses by the form of the name', () => {
    expect(openSource('owner/name')).toBeInstanceOf(HubSource);
    expect(openSource('https://example.org/m')).toBeInstanceOf(UrlSource);
    expect(openSource(new URL('https://example.org/m'))).toBeInstanceOf(UrlSource);
    expect(openSource(new Map([['config.json', new Blob([])]]))).toBeInstanceOf(FilesSource);
    expect(openSource([new File([], 'config.json')])).toBeInstanceOf(FilesSource);
    for (const model of ['', ' ', 3, undefined, null]) expect(() => openSource(model as string)).toThrow(InputError);
    expect(() => openSource('owner/name', { local_only: true })).toThrow(InputError); // nothing to be relative to
  });

  it('on a page, tries owner/name as a folder once, then the Hub', async () => {
    vi.stubGlobal('location', { href: 'https://page.example/app/', origin: 'https://page.example' });
    let seen = fakeFetch((url) => new Response('{}', { status: url.includes('page.example') ? 200 : 404 }));
    const local = openSource('models/chat');
    expect(await local.text('config.json')).toBe('{}');
    await local.text('tokenizer.json');
    expect(seen.map(({ url }) => url)).toEqual([
      'https://page.example/app/models/chat/config.json',
      'https://page.example/app/models/chat/config.json',
      'https://page.example/app/models/chat/tokenizer.json',
    ]);
    const html = { headers: { 'content-type': 'text/html' } };
    seen = fakeFetch((url) => (url.includes('page.example') ? new Response('<html>', html) : new Response('{}')));
    const remote = openSource('owner/name');
    await remote.text('config.json');
    await remote.stream('w', { startBytes: 0 });
    expect(seen.map(({ url }) => new URL(url).host)).toEqual(['page.example', 'huggingface.co', 'huggingface.co']);
    seen = fakeFetch((url) => new Response('', { status: url.includes('page.example') ? 404 : 401 }));
    await expect(openSource('owner/gone').text('config.json')).rejects.toThrow(
      /not a folder beside this page.*HTTP status 401.*owner\/gone\/config\.json is served.*check the id/,
    );
    seen = fakeFetch(() => new Response('', { status: 404 }));
    expect(await openSource('owner/name', { local_only: true }).text('config.json')).toBeUndefined();
    expect(await openSource('models/a/b').text('config.json')).toBeUndefined();
    expect(await openSource('./a').text('config.json')).toBeUndefined();
    expect(await openSource('/a').text('config.json')).toBeUndefined();
    expect(seen.every(({ url }) => url.startsWith('https://page.example/'))).toBe(true);
  });
});
