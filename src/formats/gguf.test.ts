import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomSource } from '../../test/random.ts';
import { GGML_TYPES, type GgufTensor, ggufFile } from '../../tools/gguf/gguf-file.ts';
import { FormatError, IntabError, UnsupportedError } from '../errors.ts';
import { parseGgufHeader } from './gguf.ts';

const tensor = (name: string, type: keyof typeof GGML_TYPES, shape: number[], bytes: number): GgufTensor => ({
  name,
  type: GGML_TYPES[type],
  shape,
  data: new Uint8Array(bytes),
});
const METADATA = {
  'general.architecture': 'llama',
  'llama.block_count': 2,
  'llama.rope.freq_base': { f32: 10_000 },
  'tokenizer.ggml.tokens': ['<s>', 'ż', 'b'],
  'tokenizer.ggml.token_type': [3, 1, 1],
  'tokenizer.ggml.scores': { f32: [0, -1, -2.5] },
  'tokenizer.ggml.add_bos_token': true,
};
const TENSORS = [
  tensor('token_embd.weight', 'Q4_0', [3, 64], 3 * 36),
  tensor('blk.0.ffn_down_exps.weight', 'Q6_K', [2, 1, 256], 420),
  tensor('output_norm.weight', 'F32', [64], 256),
];
const parse = (bytes: Uint8Array) => parseGgufHeader(bytes, 'm.gguf', bytes.length);

describe('parseGgufHeader', () => {
  it('reads values of every type as ggml wrote them', () => {
    const bytes = readFileSync(new URL('../../test/fixtures/gguf/header.gguf', import.meta.url));
    expect(parse(bytes)).toEqual({
      metadata: {
        'test.u8': 250,
        'test.i8': -5,
        'test.u16': 65_000,
        'test.i16': -30_000,
        'test.u32': 4_000_000_000,
        'test.i32': -2_000_000_000,
        'test.f32': 0.25,
        'test.u64': 2 ** 53 - 1,
        'test.i64': -(2n ** 60n),
        'test.f64': 1e-300,
        'test.bool': true,
        'test.str': 'żółw 🐢',
        'test.numbers': [1, -2, 3],
        'test.texts': ['a', '', 'b c'],
      },
      tensors: [],
    });
  });

  it.each([
    { version: 2, alignment: 32 },
    { version: 3, alignment: 64 },
  ])('lists tensors of a file with %j', (options) => {
    const bytes = ggufFile(METADATA, TENSORS, options);
    const header = parse(bytes);
    expect(header?.metadata).toMatchObject({
      'llama.rope.freq_base': 10_000,
      'tokenizer.ggml.tokens': ['<s>', 'ż', 'b'],
      'tokenizer.ggml.scores': [0, -1, -2.5],
    });
    expect(header?.tensors.map(({ name, dtype, shape, sizeBytes }) => [name, dtype, shape, sizeBytes])).toEqual([
      ['token_embd.weight', 'Q4_0', [3, 64], 108],
      ['blk.0.ffn_down_exps.weight', 'Q6_K', [2, 1, 256], 420],
      ['output_norm.weight', 'F32', [64], 256],
    ]);
    for (const { offsetBytes } of header?.tensors ?? []) expect(offsetBytes % options.alignment).toBe(0);
    expect((header?.tensors.at(-1)?.offsetBytes ?? 0) + 256).toBe(bytes.length);
  });

  it('wants more where the header goes on, wherever it is cut', () => {
    const bytes = ggufFile(METADATA, TENSORS);
    const end = parse(bytes)?.tensors[0]?.offsetBytes ?? 0;
    let wanted = 0;
    for (let length = 0; length < end - 32; length++) {
      if (parseGgufHeader(bytes.subarray(0, length), 'm.gguf', bytes.length) === undefined) wanted++;
      expect(() => parse(bytes.slice(0, length))).toThrow(FormatError);
    }
    expect(wanted).toBe(end - 32);
  });

  it.each([
    ['another format', new TextEncoder().encode('version https://git-lfs'), FormatError, /not a GGUF file/],
    ['version 1', ggufFile(METADATA, [], { version: 1 }), UnsupportedError, /version/],
    ['big-endian', ggufFile(METADATA, [], { version: 0x3000000 }), UnsupportedError, /big-endian/],
    ['an unknown type', ggufFile({}, [{ ...TENSORS[0], type: 11 } as GgufTensor]), UnsupportedError, /Q3_K/],
    ['a row of half a block', ggufFile({}, [tensor('a', 'Q8_0', [2, 16], 34)]), FormatError, /whole blocks/],
    ['a tensor twice', ggufFile({}, [...TENSORS, TENSORS[0] as GgufTensor]), FormatError, /occurs twice/],
    ['a tensor past the end', ggufFile({}, TENSORS).slice(0, -40), FormatError, /past the end/],
    ['an alignment of 12', ggufFile({ 'general.alignment': 12 }), FormatError, /alignment/],
  ] as const)('refuses %s', (_, bytes, type, message) => {
    expect(() => parse(bytes)).toThrow(type);
    expect(() => parse(bytes)).toThrow(message);
  });

  it('answers mutations with typed errors or none', () => {
    const valid = ggufFile(METADATA, TENSORS);
    const random = randomSource(9);
    const below = (n: number) => Math.floor(random() * n);
    const headerBytes = parse(valid)?.tensors[0]?.offsetBytes ?? 0;
    let refused = 0;
    const rounds = 20_000;
    for (let round = 0; round < rounds; round++) {
      let bytes = Array.from(valid);
      for (let n = 1 + below(3); n > 0; n--) {
        const at = below(headerBytes);
        switch (below(5)) {
          case 0:
            bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
            break;
          case 1:
            bytes = bytes.slice(0, at);
            break;
          case 2:
            bytes.splice(at, 0, below(256));
            break;
          case 3:
            bytes.splice(at, 1 + below(9));
            break;
          default:
            bytes.splice(at & ~3, 8, ...Array(8).fill([0, 0xff, 0x7f][below(3)]));
        }
      }
      try {
        if (parse(Uint8Array.from(bytes)) === undefined) throw new Error('a whole file cannot go on');
      } catch (error) {
        refused++;
        if (!(error instanceof IntabError)) throw error;
      }
    }
    expect(refused).toBeGreaterThan(rounds / 2);
  }, 60_000);
});
