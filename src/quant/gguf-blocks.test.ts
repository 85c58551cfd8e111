// Against ggml's own bytes and floats: test/fixtures/gguf/blocks.json, made by tools/fixtures/gguf.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { relativeError } from '../../test/relative-error.ts';
import { rowWords } from './format.ts';
import { BLOCK_TYPES, type BlockType, blockBytes, blockFormat, widestFormat } from './gguf-blocks.ts';
import { packRow, type QuantRow, unpackRow } from './packed.ts';
import { dequantizeRow, readBlocks, widenRow } from './read-blocks.ts';

type Vectors = Record<BlockType, { bytes: string; floats: string }>;
const vectors = JSON.parse(
  readFileSync(new URL('../../test/fixtures/gguf/blocks.json', import.meta.url), 'utf8'),
) as Vectors;

const WEIGHTS = 512;
const decode = (text: string) => Uint8Array.from(Buffer.from(text, 'base64')).buffer;
const rowOf = (type: BlockType) => readBlocks(type, new DataView(decode(vectors[type].bytes)), 0, WEIGHTS);

function kept(format: ReturnType<typeof blockFormat>, row: QuantRow): Float32Array {
  const words = new Uint32Array(rowWords(format, WEIGHTS));
  packRow(format, row, words);
  return unpackRow(format, WEIGHTS, words);
}

describe.each(BLOCK_TYPES)('%s', (type) => {
  const floats = new Float32Array(decode(vectors[type].floats));

  it('reads what ggml reads, to the last bit but one', () => {
    expect(decode(vectors[type].bytes).byteLength).toBe(blockBytes(type, WEIGHTS));
    const ours = dequantizeRow(blockFormat(type), rowOf(type));
    expect(ours).toHaveLength(WEIGHTS);
    expect(relativeError(ours, floats)).toBeLessThan(1e-7);
  });

  it('is kept by a packed row: exactly, or with the scales and offsets of the K formats rounded to f16', () => {
    const row = rowOf(type);
    const format = blockFormat(type);
    const packed = kept(format, row);
    if (!type.endsWith('K')) return expect(relativeError(packed, floats)).toBe(0);
    packed.forEach((weight, i) => {
      const group = Math.floor(i / format.group);
      const offset = Math.abs(format.asymmetric ? (row.offsets?.[group] as number) : 0);
      expect(Math.abs(weight - (floats[i] as number))).toBeLessThanOrEqual(
        2 ** -11 * (Math.abs(floats[i] as number) + 2 * offset),
      );
    });
    return expect(relativeError(packed, floats)).toBeLessThan(1e-3);
  });

  it.each(BLOCK_TYPES)('beside %s is kept as well in the format that holds both', (other) => {
    const own = blockFormat(type);
    const wide = widestFormat([own, blockFormat(other)]);
    expect(relativeError(kept(wide, widenRow(own, wide, rowOf(type))), kept(own, rowOf(type)))).toBeLessThan(1e-7);
  });
});
