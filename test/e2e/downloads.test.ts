// Downloads that go wrong in a real browser: servers that misbehave, tabs at the same time, and a browser that is killed again and again.
// INTAB_KILLS=20 npm test -- --project e2e test/e2e/downloads.test.ts -t killed
// kills it twenty times and prints what each kill cost.
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { servePage } from '../../tools/serve-page.ts';
import { BadServer, type Fault } from '../bad-server.ts';
import type * as pageModule from './downloads-page.ts';
import type { Reading } from './downloads-page.ts';
import { KillableBrowser } from './killable-browser.ts';

const MIB = 2 ** 20;
const KILLS = Number(process.env.INTAB_KILLS ?? 3);
const TENSORS = 12;
const TENSOR_BYTES = 4 * MIB;
const SHARDS = 3;
/** Files that are downloaded side by side. */
const FILES_AT_ONCE = 2;

/** What may be lost of each file that is being downloaded: a chunk that fills, one that is being stored, and what the network holds. */
const UNDER_WAY_BYTES = 12 * MIB;

/** Shards of pseudo-random tensors, their index, and the sums that reading them must give. */
function makeModel(seed: number): { files: Map<string, Uint8Array>; sums: Record<string, number> } {
  const files = new Map<string, Uint8Array>();
  const sums: Record<string, number> = {};
  const weight_map: Record<string, string> = {};
  for (let shard = 0; shard < SHARDS; shard++) {
    const name = `model-0000${shard + 1}-of-0000${SHARDS}.safetensors`;
    const header: Record<string, unknown> = {};
    const perShard = TENSORS / SHARDS;
    const data = new Uint32Array((perShard * TENSOR_BYTES) / 4);
    for (let i = 0; i < data.length; i++) data[i] = Math.imul(i + seed * 977 + shard * 131, 2_654_435_761);
    for (let t = 0; t < perShard; t++) {
      const tensor = `t${shard}.${t}`;
      weight_map[tensor] = name;
      header[tensor] = {
        dtype: 'U8',
        shape: [TENSOR_BYTES],
        data_offsets: [t * TENSOR_BYTES, (t + 1) * TENSOR_BYTES],
      };
      let sum = 0;
      const first = (t * TENSOR_BYTES) / 4;
      for (let i = 0; i < TENSOR_BYTES / 4; i++) sum = (sum + Math.imul(data[first + i] as number, i + 1)) | 0;
      sums[tensor] = sum;
    }
    const json = new TextEncoder().encode(JSON.stringify(header));
    const bytes = new Uint8Array(8 + json.length + data.byteLength);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    bytes.set(new Uint8Array(data.buffer), 8 + json.length);
    files.set(name, bytes);
  }
  files.set('model.safetensors.index.json', new TextEncoder().encode(JSON.stringify({ weight_map })));
  files.set('config.json', new TextEncoder().encode('{"model_type":"llama"}'));
  return { files, sums };
}

const model = makeModel(1);
const changed = makeModel(2);
const totalBytes = [...model.files.values()].reduce((sum, { length }) => sum + length, 0);

let served: Awaited<ReturnType<typeof servePage>>;
let server: BadServer;
let browser: KillableBrowser;
let page: Page;

function serve({ files }: typeof model, version: string): void {
  server.files.clear();
  for (const [name, bytes] of files) server.add(name, bytes, `"${version}"`);
}

const read = (on = page, sha256?: Record<string, string>): Promise<Reading> =>
  on.evaluate(([url, hashes]) => (globalThis as unknown as { page: typeof pageModule }).page.readModel(url, hashes), [
    server.url,
    sha256,
  ] as const);

const weightBytes = () =>
  server.requests.reduce((sum, seen) => sum + (seen.file.endsWith('.safetensors') ? seen.sentBytes : 0), 0);

beforeAll(async () => {
  served = await servePage({ module: '/test/e2e/downloads-page.ts' });
  server = await BadServer.start();
  browser = new KillableBrowser();
  page = await browser.open(served.url);
});
beforeEach(async () => {
  serve(model, 'v1');
  await page.evaluate(() => (globalThis as unknown as { page: typeof pageModule }).page.modelCache.clear());
});
afterEach(() => {
  server.fault = () => undefined;
  server.speed = Number.POSITIVE_INFINITY;
  server.requests.length = 0;
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await served?.close();
});

describe('a server', () => {
  it('gives a model once, in parallel; then the cache does', async () => {
    server.mostActive = 0;
    server.speed = 50 * MIB;
    expect(await read()).toEqual({ sums: model.sums });
    const firstBytes = weightBytes();
    expect(firstBytes).toBeLessThan(totalBytes + 1000);
    expect(server.mostActive).toBeGreaterThan(1);
    expect(await read()).toEqual({ sums: model.sums });
    expect(weightBytes() - firstBytes).toBeLessThan(10);
  });

  it('that cuts connections at random, is busy, or stalls, costs time and nothing else', async () => {
    let stalled = false;
    server.fault = (file, { headers }): Fault | undefined => {
      if (headers.range === 'bytes=0-0' || !file.endsWith('.safetensors')) {
        return Math.random() < 0.3 ? { status: 503 } : undefined;
      }
      if (!stalled && file.includes('00002-of') && headers.range !== 'bytes=0-65535') {
        stalled = true;
        return { stallAfterBytes: 100_000 };
      }
      return Math.random() < 0.7 ? { cutAfterBytes: Math.floor(Math.random() * 6 * MIB) } : undefined;
    };
    expect(await read()).toEqual({ sums: model.sums });
    expect(stalled).toBe(true);
    // What is asked for twice is what a broken connection still had on its way.
    expect(weightBytes()).toBeLessThan(2 * totalBytes);
  });

  it('that ignores ranges works, with broken connections too', async () => {
    let cuts = 0;
    server.fault = (file) => ({
      ignoresRange: true,
      ...(file.endsWith('.safetensors') && cuts++ % 3 === 2 ? { cutAfterBytes: 9 * MIB } : {}),
    });
    expect(await read()).toEqual({ sums: model.sums });
  });

  it('that lies about lengths gives a typed error, or the right weights', async () => {
    server.fault = (file, { headers }) =>
      file.includes('00002-of') && headers.range !== 'bytes=0-0' ? { liesAboutLength: true } : undefined;
    const reading = await read();
    if (reading.error) expect(reading.error).toMatch(/^(Source|Format|Integrity)Error: /);
    else expect(reading).toEqual({ sums: model.sums });
    server.fault = () => ({ headers: { 'content-range': 'bytes 0-9/10' } });
    expect((await read()).error).toMatch(/^(Source|Format)Error: /);
  });

  it('whose file changes is noticed, between loads and within one', async () => {
    await read();
    serve(changed, 'v2');
    expect(await read()).toEqual({ sums: changed.sums });
    // The third shard changes while the first is read.
    server.speed = 20 * MIB;
    serve(model, 'v3');
    let requests = 0;
    server.fault = () => {
      if (++requests === 14) serve(changed, 'v4');
      return undefined;
    };
    const mixed = await read();
    if (mixed.error) expect(mixed.error).toMatch(/^SourceError: .*(changed|gone)/);
    else expect([model.sums, changed.sums]).toContainEqual(mixed.sums);
    server.speed = Number.POSITIVE_INFINITY;
    expect(await read()).toEqual({ sums: changed.sums });
  });

  it('that sends flipped bits is found out by the SHA-256', async () => {
    const hashes: Record<string, string> = {};
    for (const [name, bytes] of model.files) {
      const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
      hashes[name] = Buffer.from(digest).toString('hex');
      server.add(name, bytes, `"${hashes[name]}"`);
    }
    server.fault = (file) => (file.includes('00003-of') ? { flipsByte: 5_000_000 } : undefined);
    expect((await read()).error).toMatch(/^IntegrityError: model-00003.* is damaged/);
    server.fault = () => undefined;
    server.requests.length = 0;
    expect(await read()).toEqual({ sums: model.sums });
    // Only the damaged file is fetched again.
    expect(weightBytes()).toBeLessThan(totalBytes / 2);
    expect(await read(page, hashes)).toEqual({ sums: model.sums });
    const wrong = { ...hashes, 'model-00001-of-00003.safetensors': '0'.repeat(64) };
    expect((await read(page, wrong)).error).toMatch(/^IntegrityError/);
  });

  it('that is gone is not needed', async () => {
    await read();
    server.fault = () => ({ cutAfterBytes: 0 });
    expect(await read()).toEqual({ sums: model.sums });
  });
});

describe('tabs', () => {
  it('share one download', async () => {
    server.speed = 30 * MIB;
    const others = await Promise.all([browser.newPage(served.url), browser.newPage(served.url)]);
    const readings = await Promise.all([page, ...others].map((tab) => read(tab)));
    for (const reading of readings) expect(reading).toEqual({ sums: model.sums });
    expect(weightBytes()).toBeLessThan(totalBytes + 1000);
    for (const tab of others) await tab.close();
  });

  it('take over from one that is closed', async () => {
    server.speed = 15 * MIB;
    const other = await browser.newPage(served.url);
    read(other).catch(() => undefined);
    await expect.poll(weightBytes).toBeGreaterThan(6 * MIB);
    const reading = read();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await other.close();
    server.speed = Number.POSITIVE_INFINITY;
    expect(await reading).toEqual({ sums: model.sums });
    expect(weightBytes()).toBeLessThan(totalBytes + SHARDS * UNDER_WAY_BYTES);
  });
});

describe('a browser that is killed', () => {
  it(`${KILLS} times during a download loses at most the chunks under way, and fetches nothing twice that is stored`, async () => {
    const mib = (bytes: number) => (bytes / MIB).toFixed(1);
    for (let kill = 1; kill <= KILLS; kill++) {
      server.requests.length = 0;
      const before = await storedBytes();
      server.speed = (5 + Math.random() * 25) * MIB;
      read().catch(() => undefined);
      const aimBytes = Math.random() * (totalBytes - before);
      const deadline = Date.now() + 20_000;
      while (weightBytes() < aimBytes && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      await browser.kill();
      const sentBytes = weightBytes();
      server.speed = Number.POSITIVE_INFINITY;
      page = await browser.open(served.url);
      const after = await storedBytes();
      const lostBytes = sentBytes - (after - before);
      console.log(
        `kill ${kill}: ${mib(before)} MiB were stored, ${mib(sentBytes)} MiB sent until the kill; ` +
          `after it ${mib(after)} MiB are stored, ${mib(lostBytes)} MiB have to be fetched again`,
      );
      expect(after).toBeGreaterThanOrEqual(before);
      expect(lostBytes).toBeLessThan(FILES_AT_ONCE * UNDER_WAY_BYTES);
      // About every other reload is killed in its turn.
      if (Math.random() < 0.5) {
        await finish(after);
        await page.evaluate(() => (globalThis as unknown as { page: typeof pageModule }).page.modelCache.clear());
      }
    }
    await finish(await storedBytes());
  }, 1_200_000);

  /** Reads the model to its end: every byte is right, and only those that are not stored are fetched. */
  async function finish(stored: number): Promise<void> {
    server.requests.length = 0;
    expect(await read()).toEqual({ sums: model.sums });
    console.log(`reload: ${(weightBytes() / MIB).toFixed(1)} of ${(totalBytes / MIB).toFixed(1)} MiB fetched`);
    expect(weightBytes()).toBeLessThan(totalBytes - stored + 1000);
  }
});

/** Bytes of the model that the cache holds. */
async function storedBytes(): Promise<number> {
  const models = await page.evaluate(() =>
    (globalThis as unknown as { page: typeof pageModule }).page.modelCache.list(),
  );
  return models[0]?.storedBytes ?? 0;
}
