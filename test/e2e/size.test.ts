// How much a page downloads for intab, minified and gzipped: what a chat with a Llama loads, and all there is, without and with what it
// depends on.
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { slimShaders } from '../../tools/slim-wgsl.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
/** What a message of src/formats/gguf.ts says. */
const GGUF_TEXT = 'it is not a GGUF file';

type Chunks = readonly Rolldown.OutputChunk[];

async function bundle(external: readonly string[]): Promise<Chunks> {
  const built = (await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    plugins: [slimShaders()],
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      lib: { entry: resolve(ROOT, 'src/index.ts'), formats: ['es'] },
      rolldownOptions: { external: (id) => external.some((name) => id === name || id.startsWith(`${name}/`)) },
    },
  })) as Rolldown.RolldownOutput[];
  return built.flatMap(({ output }) => output.filter((file) => file.type === 'chunk'));
}

/** The chunk of a module that is imported by itself. */
function chunkOf(chunks: Chunks, module: string): Rolldown.OutputChunk {
  const found = chunks.find(({ facadeModuleId }) => facadeModuleId === resolve(ROOT, module));
  if (!found) throw new Error(`${module} has no chunk of its own`);
  return found;
}

/** Chunks with all that they import statically. */
function withImports(chunks: Chunks, starts: Chunks): Chunks {
  const reached = new Set(starts);
  // A set that grows while it is gone through is gone through to its end.
  for (const { imports } of reached) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) reached.add(chunk);
  }
  return [...reached];
}

const codeOf = (chunks: Chunks) => chunks.map(({ code }) => code).join('\n');
const gzippedBytes = (chunks: Chunks) => gzipSync(codeOf(chunks)).byteLength;

/** What a chat loads on its first visit, when the tuner has nothing to remember. */
const ofChat = (chunks: Chunks) =>
  withImports(chunks, [chunkOf(chunks, 'src/index.ts'), chunkOf(chunks, 'src/runtime/tuner.ts')]);

describe('the package', () => {
  let alone: Chunks;
  let whole: Chunks;
  beforeAll(async () => {
    alone = await bundle([...Object.keys(packageJson.dependencies), 'webgpu']);
    whole = await bundle(['webgpu']);
  });

  it('takes at most 100 kB gzipped for a chat, 135 kB with tokenizer, templates and cache', () => {
    expect(gzippedBytes(ofChat(alone))).toBeLessThan(100_000);
    expect(gzippedBytes(ofChat(whole))).toBeLessThan(135_000);
    expect(gzippedBytes(ofChat(whole))).toBeGreaterThan(gzippedBytes(ofChat(alone)));
  });

  it('takes at most 130 kB in all', () => {
    expect(gzippedBytes(alone)).toBeLessThan(130_000);
  });

  it('loads what reads GGUF files for those alone', () => {
    expect(codeOf(alone)).toContain(GGUF_TEXT);
    expect(codeOf(ofChat(alone))).not.toContain(GGUF_TEXT);
    expect(codeOf(ofChat(whole))).not.toContain(GGUF_TEXT);
  });

  it('has no WebAssembly', () => {
    expect(codeOf(whole)).not.toMatch(/\bWebAssembly\b/);
  });
});
