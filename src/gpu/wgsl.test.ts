import { describe, expect, it } from 'vitest';
import { assembleShader, unrollLoops } from './wgsl.ts';

describe('assembleShader', () => {
  it('puts snippets in their places', () => {
    expect(assembleShader('a\n// @use x\nb\n// @use y\n', { x: 'X1\nX2', y: 'Y' })).toBe('a\nX1\nX2\nb\nY\n');
    expect(assembleShader('plain')).toBe('plain');
  });

  it('leaves patterns of String.replace in snippets alone', () => {
    expect(assembleShader('// @use x', { x: "$& $1 $' $$" })).toBe("$& $1 $' $$");
  });

  it('moves each directive to the top, once', () => {
    const code = assembleShader('first\n// @use x\n// @use y\n', {
      x: 'enable f16;\nconst A = 1;',
      y: 'enable f16;\nenable subgroups;\nrequires packed;',
    });
    expect(code.split('\n').slice(0, 4)).toEqual(['enable f16;', 'enable subgroups;', 'requires packed;', 'first']);
    expect(code.match(/enable f16;/g)).toHaveLength(1);
  });

  it.each([
    ['// @use x', {}, /needs the snippet x/],
    ['nothing', { x: '' }, /no line .*x/],
    ['  // @use x', { x: '' }, /no line/],
  ])('refuses %j with %j', (source, snippets, message) => {
    expect(() => assembleShader(source, snippets as Record<string, string>)).toThrow(message);
  });
});

describe('unrollLoops', () => {
  it('writes out loops over the given counts, also in each other', () => {
    const code =
      'for (var i = 0u; i < A; i++) { for (var j = 0u; j < B; j++) { x[i] = ij + j; } }\nfor (var i = 0u; i < C; i++) { y; }';
    const [first, second] = ['0u', '1u'].map((i) => `{ { x[${i}] = ij + 0u; }\n{ x[${i}] = ij + 1u; } }`);
    expect(unrollLoops(code, { A: 2, B: 2 })).toBe(`${first}\n${second}\nfor (var i = 0u; i < C; i++) { y; }`);
  });

  it('knows loops as the package has them', () => {
    expect(unrollLoops('for(var d=0u;d<N;d++){a[d]=d;}b', { N: 2 })).toBe('{a[0u]=0u;}\n{a[1u]=1u;}b');
  });

  it('leaves other loops alone', () => {
    for (const loop of [
      'for (var i = 1u; i < N; i++) {}',
      'for (var i = 0u; i < N; i += 2u) {}',
      'for (var i = 0u; i < NN; i++) {}',
    ]) {
      expect(unrollLoops(loop, { N: 2 })).toBe(loop);
    }
  });

  it('refuses a loop without an end', () => {
    expect(() => unrollLoops('for (var i = 0u; i < N; i++) { {}', { N: 1 })).toThrow(/no end/);
  });
});
