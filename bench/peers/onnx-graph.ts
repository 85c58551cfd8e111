// An ONNX model under construction: nodes, and initializers whose data lie in files beside it. Field numbers as in onnx.proto.
import { alignUp } from '../../src/tensor/dtype.ts';
import { type FilePart, onePart } from '../serve-parts.ts';
import { message, type Value } from './protobuf.ts';

/** TensorProto.DataType. */
export const ONNX_TYPES = { f32: 1, u8: 2, i32: 6, i64: 7, f16: 10 } as const;
export type OnnxType = keyof typeof ONNX_TYPES;

/** A name in place of a size that varies. */
export type OnnxDim = number | string;

/** Whole numbers, or numbers as f32. */
export type Attributes = Readonly<Record<string, number | { f32: number }>>;

/** transformers.js takes a file into one array. */
const DATA_FILE_BYTES = 2 ** 30;
const ALIGNMENT = 64;
const EXTERNAL = 1;
const MICROSOFT = 'com.microsoft';

export class OnnxGraph {
  readonly #nodes: Uint8Array[] = [];
  readonly #initializers: Uint8Array[] = [];
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];
  readonly #dataFiles: { parts: FilePart[]; sizeBytes: number }[] = [];
  readonly #file: string;

  /** @param file name of the model's file, which those with data are named after as transformers.js expects it. */
  constructor(file: string) {
    this.#file = file;
  }

  input(name: string, type: OnnxType, dims: readonly OnnxDim[]): string {
    this.#inputs.push(valueInfo(name, type, dims));
    return name;
  }

  output(name: string, type: OnnxType, dims: readonly OnnxDim[]): void {
    this.#outputs.push(valueInfo(name, type, dims));
  }

  /** A tensor within the model's file. */
  constant(name: string, type: OnnxType, dims: readonly number[], data: Uint8Array): string {
    this.#initializers.push(message({ 1: dims, 2: ONNX_TYPES[type], 8: name, 9: data }));
    return name;
  }

  /** A tensor beside the model's file. */
  weight(name: string, type: OnnxType, dims: readonly number[], part: FilePart): string {
    let file = this.#dataFiles.at(-1);
    if (!file || file.sizeBytes + part.sizeBytes > DATA_FILE_BYTES) {
      file = { parts: [], sizeBytes: 0 };
      this.#dataFiles.push(file);
    }
    const last = this.#dataFiles.length - 1;
    const location = `${this.#file}_data${last === 0 ? '' : `_${last}`}`;
    const entries = { location, offset: file.sizeBytes, length: part.sizeBytes };
    const external = Object.entries(entries).map(([key, value]) => message({ 1: key, 2: String(value) }));
    this.#initializers.push(message({ 1: dims, 2: ONNX_TYPES[type], 8: name, 13: external, 14: EXTERNAL }));
    const padding = alignUp(part.sizeBytes, ALIGNMENT) - part.sizeBytes;
    file.parts.push(part, ...(padding > 0 ? [onePart(new Uint8Array(padding))] : []));
    file.sizeBytes += part.sizeBytes + padding;
    return name;
  }

  /** A node whose outputs have the names given, and its first output's; operators of com.microsoft with their domain before a colon. */
  node(
    operator: string,
    inputs: readonly string[],
    outputs: string | readonly string[],
    attributes: Attributes = {},
  ): string {
    const [domain, type] = operator.startsWith(`${MICROSOFT}:`)
      ? [MICROSOFT, operator.slice(MICROSOFT.length + 1)]
      : [undefined, operator];
    const names = typeof outputs === 'string' ? [outputs] : outputs;
    const name = names[0] as string;
    this.#nodes.push(
      message({
        1: inputs,
        2: names,
        3: `${name}/${type}`,
        4: type,
        5: Object.entries(attributes).map(attribute),
        7: domain,
      }),
    );
    return name;
  }

  /** The files of the model, by name. */
  files(): Map<string, FilePart[]> {
    const graph = message({
      1: this.#nodes,
      2: 'model',
      5: this.#initializers,
      11: this.#inputs,
      12: this.#outputs,
    });
    const opsets = [message({ 1: '', 2: 21 }), message({ 1: MICROSOFT, 2: 1 })];
    const files = new Map([[this.#file, [onePart(message({ 1: 10, 7: graph, 8: opsets }))]]]);
    this.#dataFiles.forEach(({ parts }, i) => {
      files.set(`${this.#file}_data${i === 0 ? '' : `_${i}`}`, parts);
    });
    return files;
  }
}

const attribute = ([name, value]: [string, Attributes[string]]): Uint8Array =>
  typeof value === 'number' ? message({ 1: name, 3: value, 20: 2 }) : message({ 1: name, 2: value, 20: 1 });

function valueInfo(name: string, type: OnnxType, dims: readonly OnnxDim[]): Uint8Array {
  const shape = message({ 1: dims.map((dim): Value => message(typeof dim === 'number' ? { 1: dim } : { 2: dim })) });
  return message({ 1: name, 2: message({ 1: message({ 1: ONNX_TYPES[type], 2: shape }) }) });
}
