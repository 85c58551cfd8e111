// How much a page downloads for intab: the whole module, minified and gzipped, without and with what it depends on.
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { slimShaders } from '../../tools/slim-wgsl.mjs';

const ROOT = resolve(import.meta.dirname, '../..');

async function bundle(external: readonly string[]): Promise<{ gzippedBytes: number; code: string }> {
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
  const code = built.flatMap(({ output }) => output.map((file) => ('code' in file ? file.code : ''))).join('\n');
  return { gzippedBytes: gzipSync(code).byteLength, code };
}

it('takes at most 100 kB gzipped, 135 kB with tokenizer, templates and cache, and no WebAssembly', async () => {
  const dependencies = Object.keys(packageJson.dependencies);
  const alone = await bundle([...dependencies, 'webgpu']);
  const whole = await bundle(['webgpu']);
  expect(alone.gzippedBytes).toBeLessThan(100_000);
  expect(whole.gzippedBytes).toBeLessThan(135_000);
  expect(whole.gzippedBytes).toBeGreaterThan(alone.gzippedBytes);
  expect(whole.code).not.toMatch(/\bWebAssembly\b/);
});
