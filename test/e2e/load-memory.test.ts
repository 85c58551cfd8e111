// What loading a large model adds to a browser's memory, from the network and from the cache, to the GPU. Memory of the GPU's own
// process does not count: on a software adapter the weights lie there.
// INTAB_LOAD_GIB=8 makes the model that large; it needs as much disk, and on a software adapter as much memory. INTAB_COLLECT_MS is how
// often garbage is collected, in milliseconds.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePage } from '../../tools/serve-page.ts';
import { BadServer } from '../bad-server.ts';
import { type ZerosTensor, zerosFile } from '../zeros-file.ts';
import { KillableBrowser } from './killable-browser.ts';
import type * as pageModule from './load-memory-page.ts';

const MIB = 2 ** 20;
/** How often the page's garbage is collected. */
const COLLECT_MS = Number(process.env.INTAB_COLLECT_MS ?? 500);
/** The most that loading may add. */
const MOST_BYTES = 256 * MIB;
const SIZE_BYTES = Number(process.env.INTAB_LOAD_GIB ?? 0.75) * 2 ** 30;
const SHARDS = 4;
// Dims of a decoder of ordinary proportions.
const [V, M, F, H, K, D] = [32_768, 2048, 8192, 16, 4, 128];
const LAYER_BYTES = 2 * M * (2 * H * D + 2 * K * D + 3 * F);
const LAYERS = Math.ceil((SIZE_BYTES - 2 * V * M) / LAYER_BYTES);
const CONFIG = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_act: 'silu',
  vocab_size: V,
  hidden_size: M,
  intermediate_size: F,
  num_hidden_layers: LAYERS,
  num_attention_heads: H,
  num_key_value_heads: K,
  head_dim: D,
  max_position_embeddings: 4096,
  tie_word_embeddings: true,
};

function layerTensors(layer: number): Record<string, ZerosTensor> {
  const name = (part: string) => `model.layers.${layer}.${part}.weight`;
  return {
    [name('input_layernorm')]: ['BF16', M],
    [name('self_attn.q_proj')]: ['BF16', H * D, M],
    [name('self_attn.k_proj')]: ['BF16', K * D, M],
    [name('self_attn.v_proj')]: ['BF16', K * D, M],
    [name('self_attn.o_proj')]: ['BF16', M, H * D],
    [name('post_attention_layernorm')]: ['BF16', M],
    [name('mlp.gate_proj')]: ['BF16', F, M],
    [name('mlp.up_proj')]: ['BF16', F, M],
    [name('mlp.down_proj')]: ['BF16', M, F],
  };
}

let served: Awaited<ReturnType<typeof servePage>>;
let server: BadServer;
let browser: KillableBrowser;

beforeAll(async () => {
  served = await servePage({ module: '/test/e2e/load-memory-page.ts' });
  server = await BadServer.start();
  browser = new KillableBrowser();
  const weight_map: Record<string, string> = {};
  for (let shard = 0; shard < SHARDS; shard++) {
    const file = `model-${shard}.safetensors`;
    let tensors: Record<string, ZerosTensor> =
      shard === 0 ? { 'model.embed_tokens.weight': ['BF16', V, M], 'model.norm.weight': ['BF16', M] } : {};
    for (let layer = shard; layer < LAYERS; layer += SHARDS) tensors = { ...tensors, ...layerTensors(layer) };
    for (const name of Object.keys(tensors)) weight_map[name] = file;
    server.files.set(file, zerosFile(tensors));
  }
  server.add('config.json', JSON.stringify(CONFIG), '"c"');
  server.add('model.safetensors.index.json', JSON.stringify({ weight_map }), '"i"');
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await served?.close();
});

/** Resident bytes of a process. */
function residentBytes(id: number): number {
  return 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]);
}

describe.runIf(process.platform === 'linux')(`a model of ${(SIZE_BYTES / 2 ** 30).toFixed(1)} GiB`, () => {
  it.each(['network', 'cache'])(
    'from the %s to the GPU adds less than 256 MiB to the memory of the host',
    async (from) => {
      // New processes each time.
      await browser.kill();
      const page = await browser.open(served.url);
      const processes = (await browser.processes()).filter(({ type }) => type !== 'GPU');
      const before = new Map(processes.map(({ id }) => [id, residentBytes(id)]));
      let mostBytes = 0;
      const sampling = setInterval(() => {
        // The page's process, which is the one that grows the most among those that run pages, and all that work for it.
        let [pageBytes, otherBytes] = [0, 0];
        for (const { id, type } of processes) {
          const addedBytes = residentBytes(id) - (before.get(id) ?? 0);
          if (type === 'renderer') pageBytes = Math.max(pageBytes, addedBytes);
          else otherBytes += addedBytes;
        }
        mostBytes = Math.max(mostBytes, pageBytes + otherBytes);
      }, 20);
      // What is held counts, not what waits for the garbage collector: how long that takes depends on how busy the machine is.
      const collector = await page.context().newCDPSession(page);
      const collecting = setInterval(
        () => void collector.send('HeapProfiler.collectGarbage').catch(() => undefined),
        COLLECT_MS,
      );
      server.requests.length = 0;
      const start = performance.now();
      const loading = await page
        .evaluate((url) => (globalThis as unknown as { page: typeof pageModule }).page.loadModel(url), server.url)
        .finally(() => [sampling, collecting].map(clearInterval));
      const seconds = (performance.now() - start) / 1000;
      const loaded = (loading.weightBytes / MIB).toFixed(0);
      console.log(
        `${from}: ${loaded} MiB in ${seconds.toFixed(1)} s, ${(mostBytes / MIB).toFixed(0)} MiB more at most`,
      );
      expect(loading.uncached).toBeUndefined();
      expect(loading.weightBytes).toBeGreaterThanOrEqual(SIZE_BYTES);
      expect(mostBytes).toBeGreaterThan(0);
      expect(mostBytes).toBeLessThan(MOST_BYTES);
      if (from === 'cache') expect(server.requests.filter(({ sentBytes }) => sentBytes > MIB)).toHaveLength(0);
    },
    3_600_000,
  );
});
