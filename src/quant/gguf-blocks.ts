// The block formats of GGUF files: what a block holds, and which of intab's own formats holds its integers as they are.
// Layouts as in ggml's ggml-common.h. read-blocks.ts reads them.
import type { QuantFormat } from './format.ts';

export const BLOCK_TYPES = ['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0', 'Q4_K', 'Q5_K', 'Q6_K'] as const;
export type BlockType = (typeof BLOCK_TYPES)[number];

interface BlockFormat {
  /** Of one block. */
  weights: number;
  sizeBytes: number;
  /** The format that holds the integers as they are. */
  format: QuantFormat;
}

const symmetric = (bits: 4 | 8, group: 16 | 32): QuantFormat => ({ bits, group, asymmetric: false });
const asymmetric = (bits: 4 | 8): QuantFormat => ({ bits, group: 32, asymmetric: true });

const BLOCKS: Record<BlockType, BlockFormat> = {
  Q4_0: { weights: 32, sizeBytes: 18, format: symmetric(4, 32) },
  Q4_1: { weights: 32, sizeBytes: 20, format: asymmetric(4) },
  Q5_0: { weights: 32, sizeBytes: 22, format: symmetric(8, 32) },
  Q5_1: { weights: 32, sizeBytes: 24, format: asymmetric(8) },
  Q8_0: { weights: 32, sizeBytes: 34, format: symmetric(8, 32) },
  Q4_K: { weights: 256, sizeBytes: 144, format: asymmetric(4) },
  Q5_K: { weights: 256, sizeBytes: 176, format: asymmetric(8) },
  Q6_K: { weights: 256, sizeBytes: 210, format: symmetric(8, 16) },
};

export function isBlockType(name: string): name is BlockType {
  return Object.hasOwn(BLOCKS, name);
}

/** Weights of a block; the rows of a tensor are whole blocks. */
export function blockWeights(type: BlockType): number {
  return BLOCKS[type].weights;
}

/** Bytes of `count` weights, a multiple of the block's. */
export function blockBytes(type: BlockType, count: number): number {
  return (count / BLOCKS[type].weights) * BLOCKS[type].sizeBytes;
}

/** The format of the rows that blocks are read as. */
export function blockFormat(type: BlockType): QuantFormat {
  return BLOCKS[type].format;
}

/** The smallest format that holds rows of all these formats. */
export function widestFormat(formats: readonly QuantFormat[]): QuantFormat {
  return {
    bits: Math.max(...formats.map(({ bits }) => bits)) as QuantFormat['bits'],
    group: Math.min(...formats.map(({ group }) => group)) as QuantFormat['group'],
    asymmetric: formats.some((format) => format.asymmetric),
  };
}

/** Whether a format holds the blocks' integers as they are. */
export function canHold({ bits, group, asymmetric, shortScales }: QuantFormat, type: BlockType): boolean {
  const own = BLOCKS[type].format;
  return !shortScales && own.bits <= bits && own.group % group === 0 && (asymmetric || !own.asymmetric);
}
