// A checkpoint whose linear layers are stored quantised (formats/quantized-linear.ts), seen as one with whole weights. A layer's tensors
// are gathered, a few megabytes, and given on as soon as the last of them has come.
import type { QuantMethod } from '../formats/quant-method.ts';
import { findLinears, type QuantizedLinear } from '../formats/quantized-linear.ts';
import { type Checkpoint, PIECE_BYTES, type ReadOptions, type VisitTensor } from './checkpoint.ts';

/** @throws {FormatError} tensors that do not fit together. */
export function quantizedCheckpoint(checkpoint: Checkpoint, method: QuantMethod): Checkpoint {
  const { linears, others } = findLinears(method, checkpoint.tensors);
  const tensors = new Map([...others, ...linears.map(({ entry }) => entry)].map((entry) => [entry.name, entry]));
  return {
    tensors,
    totalBytes: checkpoint.totalBytes,
    read(visit: VisitTensor, options: ReadOptions = {}): Promise<void> {
      const wanted = linears.filter(({ entry }) => options.only?.has(entry.name) ?? true);
      const gathering = new Map(wanted.map((linear) => [linear.entry.name, new Gathering(linear, visit)]));
      const byPart = new Map(
        wanted.flatMap(({ entry, parts }) =>
          [...parts].map(([suffix, part]) => [part.name, { suffix, name: entry.name }] as const),
        ),
      );
      const plain = others.map(({ name }) => name).filter((name) => options.only?.has(name) ?? true);
      return checkpoint.read(
        (entry, offsetBytes, bytes) => {
          const part = byPart.get(entry.name);
          if (!part) return visit(entry, offsetBytes, bytes);
          return gathering.get(part.name)?.take(part.suffix, entry.sizeBytes, offsetBytes, bytes);
        },
        { ...options, only: new Set([...plain, ...byPart.keys()]) },
      );
    },
  };
}

/** The tensors of one layer on their way. */
class Gathering {
  readonly #linear: QuantizedLinear;
  readonly #visit: VisitTensor;
  readonly #data = new Map<string, Uint8Array<ArrayBuffer>>();
  #missing: number;

  constructor(linear: QuantizedLinear, visit: VisitTensor) {
    this.#linear = linear;
    this.#visit = visit;
    this.#missing = linear.parts.size;
  }

  async take(suffix: string, sizeBytes: number, offsetBytes: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const data = this.#data.get(suffix) ?? new Uint8Array(sizeBytes);
    this.#data.set(suffix, data);
    data.set(bytes, offsetBytes);
    if (offsetBytes + bytes.byteLength < sizeBytes || --this.#missing > 0) return;
    const { entry, convert } = this.#linear;
    const whole = convert(new Map([...this.#data].map(([name, part]) => [name, new DataView(part.buffer)])));
    this.#data.clear();
    for (let at = 0; at < whole.length; at += PIECE_BYTES)
      await this.#visit(entry, at, whole.slice(at, at + PIECE_BYTES));
  }
}
