import { describe, expect, it } from 'vitest';
import { FormatError } from '../errors.ts';
import type { TensorEntry } from './safetensors.ts';
import { checkAgainstIndex, parseSafetensorsIndex } from './safetensors-index.ts';

const FILE = 'model.safetensors.index.json';
const parse = (json: unknown) => parseSafetensorsIndex(typeof json === 'string' ? json : JSON.stringify(json), FILE);
const entry = (name: string, file: string): TensorEntry => ({
  name,
  file,
  dtype: 'F32',
  shape: [1],
  offsetBytes: 0,
  sizeBytes: 4,
});

describe('safetensors index', () => {
  it('maps tensors to shards', () => {
    const index = parse({
      metadata: { total_size: 8 },
      weight_map: { a: 'model-00001-of-00002.safetensors', __proto__x: 'b.safetensors' },
    });
    expect([...index]).toEqual([
      ['a', 'model-00001-of-00002.safetensors'],
      ['__proto__x', 'b.safetensors'],
    ]);
  });

  it.each([
    '../x.safetensors',
    '/x.safetensors',
    'a/b.safetensors',
    'a\\b.safetensors',
    'https://example.org/x.safetensors',
    '..safetensors',
    'x.bin',
    'x.safetensors?y',
    'x%2f.safetensors',
    '',
    7,
    null,
  ])('refuses the shard name %j', (name) => {
    expect(() => parse({ weight_map: { a: name } })).toThrow(FormatError);
    expect(() => parse({ weight_map: { a: name } })).toThrow(/Tensor "a" of model\.safetensors\.index\.json/);
  });

  it('refuses what is not an index', () => {
    for (const json of [
      '',
      '[]',
      '{}',
      '{"weight_map":[]}',
      '{"weight_map":{}}',
      '{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}',
    ]) {
      expect(() => parse(json)).toThrow(FormatError);
    }
  });

  it('finds missing, extra, misplaced and doubled tensors', () => {
    const index = new Map([
      ['a', 'x.safetensors'],
      ['b', 'y.safetensors'],
    ]);
    const check = (entries: TensorEntry[]) => () => checkAgainstIndex(index, entries, FILE);
    expect(check([entry('a', 'x.safetensors'), entry('b', 'y.safetensors')])).not.toThrow();
    expect(check([entry('a', 'x.safetensors')])).toThrow(/"b" is missing/);
    expect(check([entry('a', 'x.safetensors'), entry('b', 'x.safetensors')])).toThrow(/disagree about tensor "b"/);
    expect(check([entry('a', 'x.safetensors'), entry('b', 'y.safetensors'), entry('c', 'y.safetensors')])).toThrow(
      /"c"/,
    );
    expect(check([entry('a', 'x.safetensors'), entry('a', 'y.safetensors')])).toThrow(/two shards/);
  });
});
