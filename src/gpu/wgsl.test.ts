import { describe, expect, it } from 'vitest';
import { assembleShader } from './wgsl.ts';

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
