// Linear layers that a safetensors checkpoint stores quantised: several tensors that together are one weight. Each becomes rows in one of
// the block formats that loading knows (quant/gguf-blocks.ts), which hold its integers as they are.
//   GPTQ: qweight [K / 8, N], qzeros [G, N / 8], scales [G, N], g_idx [K]; w = (q − z) · s (AutoGPTQ, GPTQModel; arXiv 2210.17323)
//   AWQ, GEMM layout: qweight [K, N / 8], qzeros [G, N / 8], scales [G, N]; columns of a word in another order (AutoAWQ; arXiv 2306.00978)
//   compressed-tensors, pack-quantized: weight_packed [N, K / 8], weight_scale [N, G]; w = (q − 8) · s
//   bitsandbytes, 8 bits: weight [N, K] and SCB [N]; w = q · SCB / 127 (arXiv 2208.07339)
import { FormatError } from '../errors.ts';
import { type BlockType, blockBytes } from '../quant/gguf-blocks.ts';
import { bf16ToF32, f16Bits, f16ToF32 } from '../tensor/half.ts';
import type { QuantMethod } from './quant-method.ts';
import type { TensorEntry } from './safetensors.ts';

/** A weight in parts. */
export interface QuantizedLinear {
  /** The weight as loading sees it: `NAME.weight`, [N, K]. */
  entry: TensorEntry & { dtype: BlockType | 'F16' };
  /** The tensors it is made of, by the last part of their names. */
  parts: ReadonlyMap<string, TensorEntry>;
  /** Its rows, from the parts' bytes. */
  convert(data: ReadonlyMap<string, DataView>): Uint8Array<ArrayBuffer>;
}

const PARTS = {
  gptq: { main: 'qweight', others: ['qzeros', 'scales', 'g_idx'] },
  awq: { main: 'qweight', others: ['qzeros', 'scales'] },
  packed: { main: 'weight_packed', others: ['weight_scale', 'weight_shape'] },
  int8: { main: 'weight', others: ['SCB', 'weight_format'] },
} as const;

/** The quantised linear layers of a checkpoint, and its other tensors. */
export function findLinears(
  method: QuantMethod,
  tensors: ReadonlyMap<string, TensorEntry>,
): { linears: QuantizedLinear[]; others: TensorEntry[] } {
  const { main, others } = PARTS[method.kind];
  const linears: QuantizedLinear[] = [];
  const used = new Set<string>();
  for (const entry of tensors.values()) {
    if (!entry.name.endsWith(`.${main}`) || !isQuantized(method, entry, tensors)) continue;
    const base = entry.name.slice(0, -main.length);
    const parts = new Map([[main as string, entry]]);
    for (const part of others) {
      const found = tensors.get(base + part);
      if (found) parts.set(part, found);
    }
    for (const part of parts.values()) used.add(part.name);
    linears.push(linearOf(method, `${base}weight`, parts));
  }
  return { linears, others: [...tensors.values()].filter(({ name }) => !used.has(name)) };
}

/** With 8 bits a quantised weight has the name of any other. */
function isQuantized(method: QuantMethod, entry: TensorEntry, tensors: ReadonlyMap<string, TensorEntry>): boolean {
  return method.kind !== 'int8' || (entry.dtype === 'I8' && tensors.has(entry.name.replace(/weight$/, 'SCB')));
}

/** Where the column of a word of AWQ stands in it. */
const AWQ_PLACES = [0, 4, 1, 5, 2, 6, 3, 7];

function linearOf(method: QuantMethod, name: string, parts: ReadonlyMap<string, TensorEntry>): QuantizedLinear {
  const part = (suffix: string): TensorEntry => {
    const entry = parts.get(suffix);
    if (entry?.shape.length) return entry;
    throw malformed(name, `a tensor ${suffix}`, 'none');
  };
  const make = (
    [rows = 0, width = 0]: readonly number[],
    dtype: BlockType | 'F16',
    convert: QuantizedLinear['convert'],
  ): QuantizedLinear => {
    if (width % 32 !== 0) throw malformed(name, 'rows of a multiple of 32 weights', String(width));
    const rowBytes = dtype === 'F16' ? width * 2 : blockBytes(dtype, width);
    const { file, offsetBytes } = [...parts.values()][0] as TensorEntry;
    const entry = { name, dtype, shape: [rows, width], file, offsetBytes, sizeBytes: rows * rowBytes };
    return { entry, parts, convert };
  };
  const word = (data: DataView, index: number) => data.getUint32(index * 4, true);
  const half = (data: DataView, index: number) => data.getUint16(index * 2, true);

  switch (method.kind) {
    case 'gptq':
    case 'awq': {
      const [first = 0, second = 0] = part('qweight').shape;
      const isGptq = method.kind === 'gptq';
      const [rows, width] = isGptq ? [second, first * 8] : [second * 8, first];
      const [groups = 0, columns = 0] = part('scales').shape;
      const group = width / groups;
      if (columns !== rows || part('scales').dtype !== 'F16' || !Number.isInteger(group) || group % 32 !== 0) {
        throw malformed(name, `F16 scales [K / group, ${rows}], group a multiple of 32`, `[${part('scales').shape}]`);
      }
      part('qzeros');
      const shift = isGptq ? method.zeroShift : 0;
      const hasActOrder = isGptq && method.hasActOrder;
      const place = (n: number) => 4 * (isGptq ? n % 8 : (AWQ_PLACES[n % 8] as number));
      const isSymmetric = isGptq && method.isSymmetric;
      const dtype = isSymmetric ? 'Q4_0' : 'Q4_1';
      return make([rows, width], hasActOrder ? 'F16' : dtype, (data) => {
        const [weights, zeros, scales] = ['qweight', 'qzeros', 'scales'].map((suffix) => data.get(suffix)) as [
          DataView,
          DataView,
          DataView,
        ];
        const quant = isGptq
          ? (n: number, k: number) => (word(weights, (k >> 3) * rows + n) >>> (4 * (k & 7))) & 15
          : (n: number, k: number) => (word(weights, k * (rows / 8) + (n >> 3)) >>> place(n)) & 15;
        const zero = (n: number, g: number) => ((word(zeros, g * (rows / 8) + (n >> 3)) >>> place(n)) & 15) + shift;
        const scaleBits = (n: number, g: number) => half(scales, g * rows + n);
        const order = data.get('g_idx');
        const groupOf = (k: number) => (order ? order.getInt32(k * 4, true) : Math.floor(k / group));
        if (hasActOrder) {
          return halfRows(rows, width, (n, k) => {
            const g = groupOf(k);
            return (quant(n, k) - zero(n, g)) * f16ToF32(scaleBits(n, g));
          });
        }
        for (let k = 0; k < width; k++) {
          if (groupOf(k) !== Math.floor(k / group)) throw malformed(name, 'groups in order, or desc_act', 'others');
        }
        return nibbleBlocks(rows, width, quant, (n, k) => {
          const g = Math.floor(k / group);
          const bits = scaleBits(n, g);
          if (!isSymmetric) return [bits, f16Bits(-zero(n, g) * f16ToF32(bits))];
          if (zero(n, g) !== 8) throw malformed(name, 'zero points of 8, as sym says', String(zero(n, g)));
          return [bits];
        });
      });
    }
    case 'packed': {
      const [rows = 0, words = 0] = part('weight_packed').shape;
      const width = words * 8;
      const { shape, dtype } = part('weight_scale');
      const groups = shape[1] ?? 1;
      const group = width / groups;
      if (shape[0] !== rows || !Number.isInteger(group) || group % 32 !== 0) {
        throw malformed(name, `scales [${rows}, K / group], group a multiple of 32`, `[${shape}]`);
      }
      return make([rows, width], 'Q4_0', (data) => {
        const weights = data.get('weight_packed') as DataView;
        const scales = data.get('weight_scale') as DataView;
        const scaleBits = (index: number) => {
          if (dtype === 'F16') return half(scales, index);
          return f16Bits(dtype === 'BF16' ? bf16ToF32(half(scales, index)) : scales.getFloat32(index * 4, true));
        };
        return nibbleBlocks(
          rows,
          width,
          (n, k) => (word(weights, n * words + (k >> 3)) >>> (4 * (k & 7))) & 15,
          (n, k) => [scaleBits(n * groups + Math.floor(k / group))],
        );
      });
    }
    case 'int8':
      return make(part('weight').shape, 'Q8_0', (data) => {
        const [rows = 0, width = 0] = part('weight').shape;
        const weights = data.get('weight') as DataView;
        const largest = data.get('SCB') as DataView;
        const blocks = new DataView(new ArrayBuffer((rows * width * 34) / 32));
        for (let block = 0; block < (rows * width) / 32; block++) {
          const row = Math.floor((block * 32) / width);
          blocks.setUint16(block * 34, f16Bits(largest.getFloat32(row * 4, true) / 127), true);
          for (let i = 0; i < 32; i++) blocks.setInt8(block * 34 + 2 + i, weights.getInt8(block * 32 + i));
        }
        return new Uint8Array(blocks.buffer);
      });
    default:
      return method satisfies never;
  }
}

/** Rows as blocks of Q4_1, or of Q4_0 where there is only a scale: f16 bits, then weights i and i + 16 in one byte. */
function nibbleBlocks(
  rows: number,
  width: number,
  quant: (row: number, column: number) => number,
  halves: (row: number, column: number) => number[],
): Uint8Array<ArrayBuffer> {
  const headBytes = 2 * halves(0, 0).length;
  const sizeBytes = headBytes + 16;
  const bytes = new DataView(new ArrayBuffer(((rows * width) / 32) * sizeBytes));
  let at = 0;
  for (let n = 0; n < rows; n++) {
    for (let k = 0; k < width; k += 32) {
      halves(n, k).forEach((bits, i) => {
        bytes.setUint16(at + 2 * i, bits, true);
      });
      for (let i = 0; i < 16; i++) bytes.setUint8(at + headBytes + i, quant(n, k + i) | (quant(n, k + i + 16) << 4));
      at += sizeBytes;
    }
  }
  return new Uint8Array(bytes.buffer);
}

/** Rows as f16. */
function halfRows(
  rows: number,
  width: number,
  weight: (row: number, column: number) => number,
): Uint8Array<ArrayBuffer> {
  const bits = new Uint16Array(rows * width);
  for (let n = 0; n < rows; n++) {
    for (let k = 0; k < width; k++) bits[n * width + k] = f16Bits(weight(n, k));
  }
  return new Uint8Array(bits.buffer);
}

function malformed(name: string, expected: string, actual: string): FormatError {
  return new FormatError({
    what: `The quantised weight ${name} is malformed`,
    expected,
    actual,
    remedy: 'check that quantization_config in config.json describes this checkpoint',
  });
}
