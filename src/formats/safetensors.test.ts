import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError, IntabError, UnsupportedError } from '../errors.ts';
import { readSafetensors } from './read-safetensors.ts';
import { parseSafetensorsHeader, readHeaderLength, weightDType } from './safetensors.ts';

const encoder = new TextEncoder();
const parse = (json: unknown, dataBytes?: number) => {
  const header = encoder.encode(typeof json === 'string' ? json : JSON.stringify(json));
  return parseSafetensorsHeader(
    header,
    'model.safetensors',
    dataBytes === undefined ? undefined : 8 + header.length + dataBytes,
  );
};
const tensor = (dtype: string, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });

/** A whole file: length, header, data. */
function fileOf(header: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = encoder.encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

/** Reads a file the way a checkpoint does: length, header, entries. */
function readAll(bytes: Uint8Array): void {
  const length = readHeaderLength(bytes.subarray(0, 8), 'f', bytes.length);
  parseSafetensorsHeader(bytes.subarray(8, 8 + length), 'f', bytes.length);
}

describe('safetensors header', () => {
  it('gives entries sorted by offset, absolute in the file', () => {
    const json = { b: tensor('F32', [2, 2], [4, 20]), a: tensor('BF16', [2], [0, 4]), __metadata__: { format: 'pt' } };
    const start = 8 + JSON.stringify(json).length;
    expect(parse(json, 20)).toEqual([
      { name: 'a', dtype: 'BF16', shape: [2], file: 'model.safetensors', offsetBytes: start, sizeBytes: 4 },
      { name: 'b', dtype: 'F32', shape: [2, 2], file: 'model.safetensors', offsetBytes: start + 4, sizeBytes: 16 },
    ]);
  });

  it('takes scalars, empty tensors, padding and odd names', () => {
    expect(parse('{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   ', 4)[0]?.sizeBytes).toBe(4);
    expect(parse({ e: tensor('F32', [0, 9007199254740991], [0, 0]) }, 0)).toHaveLength(1);
    expect(parse({ f: tensor('F4', [4], [0, 2]) }, 2)).toHaveLength(1);
    const names = ['__proto__', 'constructor', 'toString', ''];
    const body = names.map(
      (name, i) => `${JSON.stringify(name)}:{"dtype":"U8","shape":[1],"data_offsets":[${i},${i + 1}]}`,
    );
    expect(parse(`{${body.join(',')}}`, 4).map((entry) => entry.name)).toEqual(names);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });

  const ok = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
  const cases: [string, unknown, number | undefined, RegExp][] = [
    ['not JSON', '{"a":', 0, /model\.safetensors/],
    ['not an object', '[1]', 0, /starts with \{/],
    ['trailing bytes', '{}x', 0, /JSON/],
    ['an entry that is no object', { a: 3 }, 0, /"a"/],
    ['an unknown field', { a: { ...tensor('F32', [1], [0, 4]), strides: [1] } }, 4, /strides/],
    ['an unknown dtype', { a: tensor('F31', [1], [0, 4]) }, 4, /"F31"/],
    ['a prototype name as dtype', { a: tensor('constructor', [1], [0, 4]) }, 4, /constructor/],
    ['a missing dtype', { a: { shape: [1], data_offsets: [0, 4] } }, 4, /dtype/],
    ['a missing shape', { a: { dtype: 'F32', data_offsets: [0, 4] } }, 4, /shape/],
    ['a negative dim', { a: tensor('F32', [-1], [0, 4]) }, 4, /-1/],
    ['a fraction', { a: tensor('F32', [1.5], [0, 4]) }, 4, /1\.5/],
    ['a number as float', '{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4, /1\.0/],
    ['an exponent', '{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}', 4, /1e0/],
    ['2^53 + 1', '{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,9007199254740993]}}', 4, /"a"/],
    ['a product past 2^53', { a: tensor('F32', [4294967296, 4294967296], [0, 4]) }, 4, /2\^53/],
    ['one offset', { a: tensor('F32', [1], [0]) }, 4, /data_offsets/],
    ['three offsets', { a: tensor('F32', [1], [0, 4, 8]) }, 4, /data_offsets/],
    ['reversed offsets', { a: tensor('F32', [1], [4, 0]) }, 4, /ascending/],
    ['shape x dtype != bytes', { a: tensor('F32', [2], [0, 4]) }, 4, /8 bytes for F32 \[2\]/],
    ['half a byte', { a: tensor('F4', [3], [0, 2]) }, 2, /whole bytes/],
    ['an overlap', { a: tensor('F32', [1], [0, 4]), b: tensor('F32', [1], [2, 6]) }, 6, /overlap/],
    ['the same range twice', { a: tensor('F32', [1], [0, 4]), b: tensor('F32', [1], [0, 4]) }, 4, /overlap/],
    ['a gap', { a: tensor('F32', [1], [0, 4]), b: tensor('F32', [1], [6, 10]) }, 10, /gap/],
    ['a gap at the start', { a: tensor('F32', [1], [4, 8]) }, 8, /gap/],
    ['an end past the file', { a: tensor('F32', [2], [0, 8]) }, 4, /"a"/],
    ['bytes left over', { a: tensor('F32', [1], [0, 4]) }, 12, /not the size/],
    ['a duplicate tensor', `{"a":${ok},"a":${ok}}`, 4, /"a" occurs twice/],
    ['a duplicate tensor in escapes', `{"a":${ok},"\\u0061":${ok}}`, 4, /"a" occurs twice/],
    ['a duplicate field', '{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}', 4, /twice/],
    ['metadata of numbers', { __metadata__: { n: 1 } }, 0, /__metadata__/],
    ['metadata that is no object', { __metadata__: 'pt' }, 0, /__metadata__/],
  ];
  it.each(cases)('refuses %s', (_, json, dataBytes, message) => {
    const call = () => parse(json, dataBytes);
    expect(call).toThrow(FormatError);
    expect(call).toThrow(message);
    expect(call).toThrow(/model\.safetensors/);
  });

  it('refuses invalid UTF-8', () => {
    expect(() => parseSafetensorsHeader(Uint8Array.of(0x7b, 0xff, 0x7d), 'f', undefined)).toThrow(/f is not text/);
  });

  it('reads the length and refuses impossible ones', () => {
    const first = (length: bigint) => {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setBigUint64(0, length, true);
      return bytes;
    };
    expect(readHeaderLength(first(100n), 'f', undefined)).toBe(100);
    expect(readHeaderLength(first(92n), 'f', 100)).toBe(92);
    expect(() => readHeaderLength(first(93n), 'f', 100)).toThrow(/past the end/);
    expect(() => readHeaderLength(first(100_000_001n), 'f', undefined)).toThrow(FormatError);
    expect(() => readHeaderLength(first(2n ** 64n - 1n), 'f', undefined)).toThrow(FormatError);
    expect(() => readHeaderLength(new Uint8Array(3), 'f', 3)).toThrow(/too short/);
    expect(() => readHeaderLength(encoder.encode('version https://git-lfs'), 'f', 130)).toThrow(/git lfs pull/);
  });

  it('loads only F32, F16 and BF16 as weights', () => {
    const entry = { name: 'w', shape: [1], file: 'f', offsetBytes: 0, sizeBytes: 4 };
    expect(weightDType({ ...entry, dtype: 'F32' })).toBe('f32');
    expect(weightDType({ ...entry, dtype: 'F16' })).toBe('f16');
    expect(weightDType({ ...entry, dtype: 'BF16' })).toBe('bf16');
    expect(() => weightDType({ ...entry, dtype: 'F8_E4M3' })).toThrow(UnsupportedError);
    expect(() => weightDType({ ...entry, dtype: 'I64' })).toThrow(/"w" of f .*I64/);
  });
});

describe('mutated files', () => {
  it('only ever throw errors of ours', () => {
    const json = JSON.stringify({
      __metadata__: { format: 'pt' },
      'model.embed_tokens.weight': tensor('BF16', [4, 2], [0, 16]),
      'model.norm.weight': tensor('F32', [2], [16, 24]),
      'lm_head.weight': tensor('F16', [4, 2], [24, 40]),
    });
    const valid = fileOf(json, new Uint8Array(40));
    expect(() => readAll(valid)).not.toThrow();
    const numbers = [
      '0',
      '-1',
      '9007199254740991',
      '9007199254740993',
      '1e999',
      '1.5',
      '4294967296',
      '18446744073709551616',
      'NaN',
    ];
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let refused = 0;
    const rounds = 6000;
    for (let round = 0; round < rounds; round++) {
      let bytes = Array.from(valid);
      for (let n = 1 + random(3); n > 0; n--) {
        const at = random(bytes.length);
        switch (random(5)) {
          case 0:
            bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
            break;
          case 1:
            bytes = bytes.slice(0, at);
            break;
          case 2:
            bytes.splice(at, 0, random(256));
            break;
          case 3:
            bytes.splice(at, 1 + random(4));
            break;
          default: {
            const matches = [...json.matchAll(/\d+/g)];
            const match = matches[random(matches.length)];
            const number = numbers[random(numbers.length)] ?? '0';
            const text =
              json.slice(0, match?.index) + number + json.slice((match?.index ?? 0) + (match?.[0].length ?? 0));
            bytes = Array.from(fileOf(text, new Uint8Array(40)));
          }
        }
      }
      try {
        readAll(Uint8Array.from(bytes));
      } catch (error) {
        refused++;
        if (!(error instanceof IntabError)) throw error;
      }
    }
    expect(refused).toBeGreaterThan(rounds / 2);
  });

  it('survives deep nesting and a long string', () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(() => parse(deep)).toThrow(FormatError);
    expect(parse(`{"__metadata__":{"k":"${'\\n'.repeat(2_000_000)}"}}`)).toEqual([]);
  });
});

describe('readSafetensors', () => {
  it('converts to host arrays', () => {
    const data = new Uint8Array(2 + 2 + 8 + 4 + 1);
    const view = new DataView(data.buffer);
    view.setUint16(0, 0xc500, true); // -5 in binary16
    view.setUint16(2, 0x3f80, true); // 1 in bfloat16
    view.setBigInt64(4, -100n, true);
    view.setFloat32(12, 0.25, true);
    data[16] = 1;
    const header = JSON.stringify({
      h: tensor('F16', [1], [0, 2]),
      b: tensor('BF16', [1], [2, 4]),
      i: tensor('I64', [], [4, 12]),
      f: tensor('F32', [1, 1], [12, 16]),
      t: tensor('BOOL', [1], [16, 17]),
    });
    const tensors = readSafetensors(fileOf(header, data).buffer, 'f');
    expect(Object.fromEntries([...tensors].map(([name, { data: values }]) => [name, [...values]]))).toEqual({
      h: [-5],
      b: [1],
      i: [-100],
      f: [0.25],
      t: [1],
    });
    view.setBigInt64(4, 2n ** 60n, true);
    expect(() => readSafetensors(fileOf(header, data).buffer, 'f')).toThrow(UnsupportedError);
    const odd = fileOf(JSON.stringify({ q: tensor('F8_E4M3', [1], [0, 1]) }), new Uint8Array(1));
    expect(() => readSafetensors(odd.buffer, 'f')).toThrow(/F8_E4M3/);
  });

  const folder = new URL('../../../shared/fixtures/models/', import.meta.url);
  const hasFixtures = (() => {
    try {
      return readdirSync(folder).length > 0;
    } catch {
      return false;
    }
  })();
  it.runIf(hasFixtures)('reads every file the reference library wrote', () => {
    let files = 0;
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.safetensors')) continue;
      const bytes = readFileSync(new URL(path, folder));
      const tensors = readSafetensors(new Uint8Array(bytes).buffer, path);
      for (const { shape, data } of tensors.values()) expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
      files++;
    }
    expect(files).toBeGreaterThan(50);
  });
});
