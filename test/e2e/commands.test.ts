// The command lines that the documentation names, and the code it gives for Node.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchResult } from '../../bench/bench.ts';
import type { KernelResult } from '../../bench/kernels.ts';
import type { LoadResult } from '../../bench/load.ts';
import { DEFAULT_KNOBS } from '../../src/kernels/kernel.ts';
import { fencedBlocks } from '../../tools/doc-blocks.mjs';

const ROOT = resolve(import.meta.dirname, '../..');

function run(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { stdout, stderr, status } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', ...options });
  return { stdout, stderr, status, lines: stdout.trim().split('\n') };
}

const npm = (script: string, ...args: string[]) => run('npm', ['run', '--silent', script, '--', ...args]);

describe('npm run bench', () => {
  /** What the command runs once it is packed, as the tests before have done. */
  const bench = (...args: string[]) => run(process.execPath, [join(ROOT, '.bench/intab/bench.mjs'), ...args]);

  it('prints one JSON line with every field for every dtype and context, loading each dtype once, and a table', () => {
    const { stdout, status, stderr } = npm(
      'bench',
      ...['--shape', 'tiny', '--dtype', 'f32,f16', '--prompt-tokens', '16', '--context', '32,1024'],
      ...['--decode-tokens', '4', '--repeats', '1', '--no-tune', '--table'],
    );
    expect(status, stderr).toBe(0);
    const results = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as BenchResult);
    expect(results.map(({ dtype, context_tokens }) => [dtype, context_tokens])).toEqual([
      ['f32', 32],
      ['f32', 1024],
      ['f16', 32],
      ['f16', 1024],
    ]);
    for (const result of results) {
      expect(result).toMatchObject({ engine: 'intab', shape: 'tiny', prompt_tokens: 16, decode_tokens: 4, layers: 2 });
      expect(result.tuned).toEqual(DEFAULT_KNOBS);
      for (const field of [
        'prefill_tok_s',
        'decode_tok_s',
        'ttft_ms',
        'load_ms',
        'weight_bytes',
        'gpu_bytes',
      ] as const) {
        expect(result[field]).toBeGreaterThan(0);
      }
      expect(result.adapter).not.toBe('');
      expect(result.dispatches_per_layer).toBeLessThanOrEqual(7);
      expect(result.dispatches_per_token).toBeGreaterThan(result.layers);
      expect(result.encode_ms_per_token).toBeGreaterThanOrEqual(0);
    }
    const [short, long, other] = results as [BenchResult, BenchResult, BenchResult];
    expect(long.load_ms).toBe(short.load_ms);
    expect(other.load_ms).not.toBe(short.load_ms);
    // Two layers, keys and values of two heads of 16 in f32.
    expect(long.gpu_bytes - short.gpu_bytes).toBeGreaterThanOrEqual((1024 - 32) * 2 * 2 * 2 * 16 * 4);
    const rows = stdout.split('\n').filter((line) => line.startsWith('| tiny'));
    expect(rows.length).toBe(4);
    expect(rows[1]).toMatch(/\| f32 +\| +16 \| +1024 \|/);
  });

  it('measures each op of a step beside what the device gives at most', () => {
    const { lines, status, stderr } = npm(
      'bench',
      ...['--kernels', '--shape', 'tiny-moe', '--dtype', 'f32', '--prompt-tokens', '4', '--context', '40'],
    );
    expect(status, stderr).toBe(0);
    const { peaks, steps } = JSON.parse(lines.at(-1) ?? '') as KernelResult;
    for (const peak of Object.values(peaks)) expect(peak).toBeGreaterThan(0);
    expect(steps.map(({ step, tokens, past }) => [step, tokens, past])).toEqual([
      ['decode', 1, 40],
      ['prefill', 4, 36],
    ]);
    for (const { step, ops } of steps) {
      const experts = ops.find(({ op }) => op.startsWith('experts gate_proj') && !op.includes('kept rows'));
      // The last layer of a prompt has only the rows that the head needs, and counts apart.
      expect(experts).toMatchObject({ count: step === 'decode' ? 2 : 1, cached: true });
      expect(experts?.us).toBeGreaterThan(0);
      expect(experts?.kernels[0]).toMatch(/^moe\//);
      for (const { bytes, us, gb_s } of ops.filter((op) => op.us > 1)) {
        expect(Math.abs(gb_s - bytes / 1e3 / us)).toBeLessThan(0.02);
      }
    }
  });

  it('measures a load beside a read and both ways to upload', () => {
    const { lines, status, stderr } = npm('bench', ...['--load', '--shape', 'tiny', '--dtype', 'q4', '--repeats', '1']);
    expect(status, stderr).toBe(0);
    const result = JSON.parse(lines.at(-1) ?? '') as LoadResult;
    expect(result).toMatchObject({ engine: 'intab', what: 'load', shape: 'tiny', dtype: 'q4' });
    expect(result.cached_bytes).toBeLessThan(result.checkpoint_bytes);
    for (const field of ['cold_ms', 'cached_ms', 'first_token_ms', 'first_token_of_raw'] as const) {
      expect(result[field]).toBeGreaterThan(0);
    }
    // Rates of so few bytes may round to nothing.
    for (const field of ['store_read_gb_s', 'upload_gb_s', 'write_buffer_gb_s', 'of_the_slower'] as const) {
      expect(result[field]).toBeGreaterThanOrEqual(0);
    }
  });

  it('refuses a context that is shorter than the prompt, an unknown dtype and what is no number', () => {
    for (const [args, words] of [
      [['--prompt-tokens', '64', '--context', '32'], 'at least 64 tokens'],
      [['--dtype', 'q5'], 'q8'],
      [['--context', 'long'], 'whole number'],
    ] as const) {
      const { status, stderr } = bench(...args);
      expect(status).not.toBe(0);
      expect(stderr).toContain(words);
    }
  });

  it('refuses an unknown shape', () => {
    const { status, stderr } = bench('--shape', 'nothing');
    expect(status).not.toBe(0);
    expect(stderr).toContain('llama-3.2-1b');
  });
});

describe('npm run bench:peers', () => {
  it('measures intab with weights of its own and with the file for llama.cpp', () => {
    const { stdout, status } = npm(
      'bench:peers',
      // Without the peers' packages, which are large.
      ...['--packages', 'none', '--engines', 'intab,intab-gguf', '--shape', 'tiny', '--table'],
      ...['--prompt-tokens', '16', '--decode-tokens', '8', '--repeats', '1'],
    );
    expect(status, stdout).toBe(0);
    const results = stdout.split('\n').filter((line) => line.startsWith('{'));
    expect(results.map((line) => JSON.parse(line).engine)).toEqual(['intab', 'intab-gguf']);
    for (const line of results) {
      expect(JSON.parse(line)).toMatchObject({ shape: 'tiny', dtype: 'q4', prompt_tokens: 16, decode_tokens: 8 });
      expect(JSON.parse(line).decode_tok_s).toBeGreaterThan(0);
    }
    expect(stdout).toMatch(/\| tiny +\| q4 +\| +16 \| intab-gguf +\|/);
  });
});

describe('npm run bench:pack', () => {
  it('makes a folder that runs by itself', () => {
    const out = mkdtempSync(join(tmpdir(), 'intab-pack-'));
    try {
      expect(npm('bench:pack', out).status).toBe(0);
      // Files beside these two would not be served to the page.
      expect(readdirSync(out).sort()).toEqual(['bench.mjs', 'page.js']);
      const help = run(process.execPath, [join(out, 'bench.mjs'), '--help'], { cwd: out });
      expect(help.stdout).toContain('--prompt-tokens');
      expect(help.status).toBe(0);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });
});

describe('npm run parity', () => {
  const FIXTURES = 'test/fixtures/models';

  it('passes the fixtures, also with default limits and without optional features', () => {
    const poor = ['--limits', 'default', '--without', 'f16,subgroups,timestamps'];
    const plain = npm('parity', FIXTURES, '--filter', 'llama-', ...poor);
    expect(plain.stdout).toMatch(/ok {3}llama-gqa: logits \d\.\de-\d.*greedy ids equal/);
    expect(plain.lines.at(-1)).toMatch(/^[1-9]\d* passed, 0 failed$/);
    expect(plain.status).toBe(0);
  });

  it('fails where the results differ', () => {
    const folder = mkdtempSync(join(tmpdir(), 'intab-parity-'));
    try {
      cpSync(join(ROOT, FIXTURES, 'llama-gqa'), join(folder, 'wrong'), { recursive: true });
      const config = join(folder, 'wrong/config.json');
      writeFileSync(config, readFileSync(config, 'utf8').replace('"rope_theta": 10000.0', '"rope_theta": 9000.0'));
      const { lines, status } = npm('parity', folder);
      expect(lines.at(-1)).toBe('0 passed, 1 failed');
      expect(status).not.toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says how it is used', () => {
    expect(npm('parity').status).toBe(2);
  });
});

describe('the built package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'intab-package-'));

  beforeAll(() => {
    expect(run('npm', ['run', '--silent', 'build']).status).toBe(0);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/intab'), 'dir');
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has types under both of its exports', () => {
    writeFileSync(
      join(folder, 'use.ts'),
      `import { pipeline, type ChatMessage, IntabError } from 'intab';
       import { serve } from 'intab/worker';
       const messages: ChatMessage[] = [{ role: 'user', content: 'Hi' }];
       export const use = async () => (await (await pipeline('text-generation', 'x/y'))(messages))[0]?.generated_text.at(-1)?.content;
       export const others = [serve, IntabError];
       // @ts-expect-error: there is no such task
       export const wrong = pipeline('no-such-task', 'x/y');`,
    );
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2022',
      '--module',
      'esnext',
      '--moduleResolution',
      'bundler',
    ];
    const types = [
      '--types',
      '@webgpu/types',
      '--typeRoots',
      `${ROOT}/node_modules`,
      '--lib',
      'es2023,dom,dom.iterable,dom.asynciterable,esnext.disposable',
    ];
    const { stdout, status } = run(
      process.execPath,
      [`${ROOT}/node_modules/typescript/bin/tsc`, ...options, ...types, 'use.ts'],
      { cwd: folder },
    );
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it('uses neither eval nor WebAssembly', () => {
    const files = readdirSync(join(ROOT, 'dist')).filter((file) => file.endsWith('.js'));
    const code = files.map((file) => readFileSync(join(ROOT, 'dist', file), 'utf8')).join('\n');
    expect(code).not.toMatch(/\beval\(|new Function\(|WebAssembly/);
  });

  it('runs in Node as far as there is an adapter', () => {
    const script = `import { openGpu, WebGpuUnavailableError } from 'intab';
      try { (await openGpu()).dispose(); console.log('adapter'); }
      catch (error) { console.log(error instanceof WebGpuUnavailableError && error.remedy ? 'typed' : error); }
      process.exit(0);`;
    writeFileSync(join(folder, 'node.mjs'), script);
    expect(run(process.execPath, ['node.mjs'], { cwd: folder }).lines.at(-1)).toMatch(/^(adapter|typed)$/);
  });
});

describe('the documentation', () => {
  const blocks = ['README.md', 'docs/parity.md', 'docs/performance.md', 'docs/design.md'].flatMap((file) =>
    fencedBlocks(readFileSync(join(ROOT, file), 'utf8')),
  );

  it('has code blocks of known kinds only, so that each is run somewhere', () => {
    const kinds = new Set(blocks.map(({ info }) => info));
    expect([...kinds].filter((kind) => !['sh', 'js', 'js worker', 'js node', 'text'].includes(kind))).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = blocks.flatMap(({ info, code }) => (info === 'sh' ? [...code.matchAll(/npm run ([\w:]+)/g)] : []));
    for (const [, script = ''] of named) expect(Object.keys(scripts)).toContain(script);
  });

  it('has code for Node that answers', () => {
    const node = blocks.filter(({ info }) => info === 'js node');
    expect(node.length).toBe(1);
    const folder = mkdtempSync(join(tmpdir(), 'intab-node-'));
    try {
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(ROOT, join(folder, 'node_modules/intab'), 'dir');
      symlinkSync(join(ROOT, 'demo'), join(folder, 'demo'), 'dir');
      writeFileSync(join(folder, 'block.mjs'), node[0]?.code ?? '');
      const software = '/usr/lib/chromium/vk_swiftshader_icd.json';
      const env = {
        ...process.env,
        ...(existsSync(software) && !process.env.VK_DRIVER_FILES ? { VK_DRIVER_FILES: software } : {}),
      };
      const { stdout, stderr, status } = run(process.execPath, ['block.mjs'], { cwd: folder, env });
      // Dawn needs a Vulkan loader, which a machine without a GPU may lack: then the error must say so.
      if (status === 0) expect(stdout).toContain('Tokyo');
      else expect(stderr).toMatch(/WebGpuUnavailableError/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
