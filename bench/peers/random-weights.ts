// The same random weights in every encoding that the engines read: blocks of 32 in four bits, which all files repeat over and over from a
// place of each tensor's own. So engines compute the same function, to rounding, and no file is ever whole in memory.
import { f16Bits, f16ToF32 } from '../../src/tensor/half.ts';
import type { FilePart } from '../serve-parts.ts';

const BLOCK = 32;
/** A prime, so that rows of any length begin at different blocks. */
const BLOCKS = 32_749;
/** Standard deviation of a uniform integer from -8 to 7. */
const DEVIATION = 4.6;

/** Bytes of a block. GGUF has the scale before the integers, ONNX has them apart. */
const BLOCK_BYTES = { q4_0: 18, onnxQ4: 16, scalesF16: 2, scalesF32: 4, f16: 64, f32: 128 } as const;
export type Encoding = keyof typeof BLOCK_BYTES;

export class RandomWeights {
  /** [BLOCKS, BLOCK], from 0 to 15: eight more than the weight is. */
  readonly #integers = new Uint8Array(BLOCKS * BLOCK);
  /** [BLOCKS], numbers of f16. */
  readonly #scales = new Float32Array(BLOCKS);
  readonly #cycles = new Map<Encoding, Uint8Array>();

  /** @param width of most products' sums, which weights keep from growing. */
  constructor(width: number) {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    for (let i = 0; i < this.#integers.length; i++) this.#integers[i] = Math.floor(random() * 16);
    const scale = 1 / (DEVIATION * Math.sqrt(width));
    for (let i = 0; i < BLOCKS; i++) this.#scales[i] = f16ToF32(f16Bits(scale * (0.75 + random() / 2)));
  }

  /** `count` weights, whole blocks, of the tensor of this number from weight `first` on. */
  part(encoding: Encoding, tensor: number, count: number, first = 0): FilePart {
    if (count % BLOCK !== 0 || first % BLOCK !== 0) throw new Error(`${count} weights are no blocks of ${BLOCK}`);
    let cycle = this.#cycles.get(encoding);
    if (!cycle) {
      cycle = this.#encode(encoding);
      this.#cycles.set(encoding, cycle);
    }
    const blockBytes = BLOCK_BYTES[encoding];
    const startAt = ((tensor * 7919 + first / BLOCK) % BLOCKS) * blockBytes;
    return { cycle, startAt, sizeBytes: (count / BLOCK) * blockBytes };
  }

  #encode(encoding: Encoding): Uint8Array {
    const blockBytes = BLOCK_BYTES[encoding];
    const bytes = new Uint8Array(BLOCKS * blockBytes);
    const view = new DataView(bytes.buffer);
    for (let block = 0; block < BLOCKS; block++) {
      const at = block * blockBytes;
      const scale = this.#scales[block] as number;
      const integer = (i: number) => this.#integers[block * BLOCK + i] as number;
      if (encoding === 'scalesF32') view.setFloat32(at, scale, true);
      else if (encoding === 'scalesF16') view.setUint16(at, f16Bits(scale), true);
      else if (encoding === 'onnxQ4')
        for (let i = 0; i < 16; i++) bytes[at + i] = integer(2 * i) | (integer(2 * i + 1) << 4);
      else if (encoding === 'q4_0') {
        view.setUint16(at, f16Bits(scale), true);
        for (let i = 0; i < 16; i++) bytes[at + 2 + i] = integer(i) | (integer(i + 16) << 4);
      } else {
        for (let i = 0; i < BLOCK; i++) {
          const weight = (integer(i) - 8) * scale;
          if (encoding === 'f32') view.setFloat32(at + 4 * i, weight, true);
          else view.setUint16(at + 2 * i, f16Bits(weight), true);
        }
      }
    }
    return bytes;
  }
}
