import { describe, expect, it } from 'vitest';
import { ConfigError, FormatError } from '../errors.ts';
import { Fields } from './fields.ts';
import { parseJsonObject } from './json.ts';

const fields = (object: Record<string, unknown>) => new Fields(object, 'config.json');

describe('Fields', () => {
  it('reads typed values and defaults; null is absent', () => {
    const config = fields({ i: 3, x: 0.5, b: false, s: 'silu', l: [1, 2], w: ['a'], n: null, o: { factor: 8 } });
    expect(config.int('i')).toBe(3);
    expect(config.number('x')).toBe(0.5);
    expect(config.bool('b')).toBe(false);
    expect(config.string('s')).toBe('silu');
    expect(config.oneOf('s', ['silu', 'gelu'])).toBe('silu');
    expect(config.numberList('l', { length: 2 })).toEqual([1, 2]);
    expect(config.stringList('w')).toEqual(['a']);
    expect(config.has('n')).toBe(false);
    expect(config.raw('n')).toBeUndefined();
    expect(config.int('n', { default: 7 })).toBe(7);
    expect(config.int('n', { default: undefined })).toBeUndefined();
    expect(config.object('o')?.number('factor')).toBe(8);
    expect(config.object('n')).toBeUndefined();
    expect(config.has('constructor')).toBe(false);
    expect(config.names()).toEqual(['i', 'x', 'b', 's', 'l', 'w', 'o']);
  });

  it('names file, path, what it expected and what it found', () => {
    const config = fields({ i: 1.5, s: 3, o: { factor: 'two' }, l: [1, 'x'], big: 1e300 });
    const cases: [() => unknown, RegExp][] = [
      [() => config.int('gone'), /config\.json: gone is missing/],
      [() => config.int('i'), /config\.json: i .*an integer.*1\.5/],
      [() => config.int('big'), /1e\+300/],
      [() => config.string('s'), /a string.*3/],
      [() => config.oneOf('s', ['a', 'b']), /one of a, b/],
      [() => config.bool('s'), /true or false/],
      [() => config.object('s'), /an object/],
      [() => config.numberList('l'), /l\[1\].*"x"/],
      [() => config.numberList('l', { length: 3 }), /list of 3/],
      [() => config.object('o')?.number('factor'), /config\.json: o\.factor.*"two"/],
      [() => fields({ n: 0 }).int('n', { min: 1, max: 5 }), /from 1 to 5.*Found: 0/],
      [() => fields({ n: Number.POSITIVE_INFINITY }).number('n', { default: 1 }), /finite/],
    ];
    for (const [call, message] of cases) {
      expect(call).toThrow(ConfigError);
      expect(call).toThrow(message);
    }
  });
});

describe('parseJsonObject', () => {
  it('takes a byte order mark and the Infinity that Python writes', () => {
    expect(parseJsonObject('\ufeff{"a":1}', 'f')).toEqual({ a: 1 });
    expect(parseJsonObject('{"a":[0.0, Infinity, -Infinity],"b":"Infinity"}', 'f')).toEqual({
      a: [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      b: 'Infinity',
    });
  });

  it('refuses the rest by file name', () => {
    for (const text of ['', '{', '[]', 'null', '3', '{"a":NaN}', '{"a":Infinityx}', '<!doctype html>']) {
      expect(() => parseJsonObject(text, 'config.json')).toThrow(FormatError);
      expect(() => parseJsonObject(text, 'config.json')).toThrow(/^config\.json/);
    }
  });
});
