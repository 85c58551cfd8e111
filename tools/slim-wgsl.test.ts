import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { slimWgsl } from './slim-wgsl.mjs';

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

it('leaves every token of every shader as it was', () => {
  const files = readdirSync(SHADERS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.wgsl'));
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
