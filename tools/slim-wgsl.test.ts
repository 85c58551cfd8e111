import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { packageNames, packedWgsl, shortNames, slimWgsl } from './slim-wgsl.mjs';

const SHADERS = resolve(import.meta.dirname, '../shaders');

/** WGSL's tokens, the longest first; template lists end in `>`, which is left apart from what follows it. */
const TOKEN =
  /0[xX][\da-fA-F]+[iu]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fhiu]?|[A-Za-z_]\w*|<<=|>>=|->|\+\+|--|&&|\|\||[-+*/%&|^!=<>]=|<<|>>|\S/g;

/** What a compiler sees, and the lines that name snippets. */
function tokensOf(source: string): string[] {
  return source.split('\n').flatMap((line): string[] => {
    if (/^\/\/ @use \w+$/.test(line)) return [line];
    return line.replace(/\/\/.*$/, '').match(TOKEN) ?? [];
  });
}

const files = readdirSync(SHADERS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wgsl'));

it('leaves every token of every shader as it was', () => {
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) {
    const source = readFileSync(resolve(SHADERS, file), 'utf8');
    const slim = slimWgsl(source);
    expect(tokensOf(slim), file).toEqual(tokensOf(source));
    expect(slim.length).toBeLessThan(source.length);
  }
});

it('takes comments, spaces and line breaks away, and keeps those that part tokens', () => {
  const source = [
    'enable f16; // a feature',
    '// @use step',
    '',
    '  let a: vec2<f32> = vec2<f32>(-b.x - -c, d * *p); // e',
    '  if (a.x >= 0.0 && i < n) { x -= y; } else { x = (u) -> v; }',
  ].join('\n');
  expect(slimWgsl(source).split('\n')).toEqual([
    'enable f16;',
    '// @use step',
    'let a:vec2<f32> = vec2<f32>(-b.x - -c,d * *p);if(a.x >= 0.0&&i < n){x-=y;}else{x=(u)->v;}',
  ]);
});

it('gives each name of the package one short name that nothing else has', () => {
  const names = packageNames();
  const long = new Map([...names].map(([name, short]) => [short, name]));
  expect(long.size).toBe(names.size);
  expect(names.size).toBeGreaterThan(300);
  for (const file of files) {
    const source = readFileSync(resolve(SHADERS, file), 'utf8');
    const tokens = tokensOf(packedWgsl(source, names));
    expect(
      tokens.map((token) => long.get(token) ?? token),
      file,
    ).toEqual(tokensOf(source));
  }
});

it('keeps what is not ours to name', () => {
  const source =
    'struct Line{first:u32,step:u32}@compute fn main(@builtin(workgroup_id)group:vec3u){let line=Line(SIZE,max(LOCAL,step(1)));}';
  const names = shortNames([source, 'override SIZE:u32;const LOCAL=2u;'], new Set(['SIZE', 'line']));
  expect([...names.keys()].sort()).toEqual(['LOCAL', 'Line', 'first', 'line']);
});
