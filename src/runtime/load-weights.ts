// Streams a checkpoint's tensors onto the GPU: whole rows are gathered in a staging buffer and moved by a kernel that pads,
// interleaves and converts. Host memory stays at a few staging buffers whatever the model's size.
import { FormatError, UnsupportedError } from '../errors.ts';
import { type TensorEntry, weightDType } from '../formats/safetensors.ts';
import type { Gpu } from '../gpu/device.ts';
import { readBuffer } from '../gpu/read-back.ts';
import { type Graph, weightsOf } from '../graph/graph.ts';
import {
  destinationBounds,
  destinationRow,
  type MatrixSpec,
  placementOf,
  type VectorSpec,
  type WeightSpec,
} from '../graph/weights.ts';
import type { Checkpoint, LoadProgress } from '../hub/checkpoint.ts';
import { runLaunch } from '../kernels/bound-launch.ts';
import type { Weight, WeightDType, WeightFormat } from '../kernels/kernel.ts';
import { REPACK_BATCH_BYTES, repack, repackWords } from '../kernels/weight-data.ts';
import type { Model } from '../models/model.ts';
import { fittingGroup } from '../quant/format.ts';
import { alignUp, dtypeSizeBytes } from '../tensor/dtype.ts';
import { bf16ToF32, f16ToF32 } from '../tensor/half.ts';
import { WeightStore } from './weight-store.ts';

/** How weights are kept: `auto` keeps the checkpoint's dtype; `q8` and `q4` quantise to 8 or 4 bits while loading. */
export type DTypeChoice = 'auto' | WeightDType | 'q8' | 'q4';

/** The choices about weights' formats. */
export interface FormatOptions {
  dtype?: DTypeChoice;
  /** Of quantised dtypes: how token embeddings and heads are kept; `q8` unless stated. */
  embeddings_dtype?: DTypeChoice;
  /** Of quantised dtypes: weights that share a scale; 32 for `q4`, 64 for `q8`, unless stated. Where rows are no multiple, fewer. */
  group_size?: 32 | 64 | 128;
  /** Of quantised dtypes: zero in the middle of each group's range, the default, or an offset for each group. */
  symmetric?: boolean;
}

export interface LoadWeightsOptions extends FormatOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** Rows move to the GPU in batches of about this size. */
const STAGING_BYTES = 4 * 1024 * 1024;
/** After this much the loader waits for the GPU, so that uploads do not pile up. */
const WAIT_BYTES = 64 * 1024 * 1024;
/** WebGPU dispatches at most 65,535 workgroups along one dimension; an even number. */
const MAX_BATCH_ROWS = 65_534;
const F16_MAX = 65_504;

/** The weights a graph uses, each once. */
export function weightSpecs(graph: Graph): WeightSpec[] {
  const specs = new Map<string, WeightSpec>();
  for (const spec of graph.ops.flatMap(weightsOf)) specs.set(spec.name, spec);
  return [...specs.values()];
}

interface Destination {
  spec: WeightSpec;
  /** Index among the spec's sources. */
  index: number;
}

/**
 * Checks names and shapes of the checkpoint against the model, before any tensor is read.
 * @throws {FormatError} a tensor is missing or has another shape.
 * @throws {UnsupportedError} a tensor that the model has no use for, or a dtype intab does not load.
 */
function matchTensors(model: Model, specs: readonly WeightSpec[], checkpoint: Checkpoint): Map<string, Destination> {
  const destinations = new Map<string, Destination>();
  for (const spec of specs) {
    spec.sources.forEach((source, index) => {
      const entry = checkpoint.tensors.get(source.tensor);
      const shape = source.shape ?? (spec.kind === 'matrix' ? [source.rows, spec.width] : [source.rows]);
      if (!entry) {
        throw new FormatError({
          what: `The checkpoint lacks the tensor ${source.tensor}`,
          expected: `a tensor of shape [${shape.join(', ')}]`,
          remedy: `check that the weights belong to this config.json (read as ${model.className})`,
        });
      }
      if (entry.shape.join() !== shape.join()) {
        throw new FormatError({
          what: `${entry.file}: tensor ${source.tensor} has another shape than the configuration says`,
          expected: `[${shape.join(', ')}]`,
          actual: `[${entry.shape.join(', ')}]`,
          remedy: 'check that the weights belong to this config.json',
        });
      }
      weightDType(entry);
      destinations.set(source.tensor, { spec, index });
    });
  }
  for (const entry of checkpoint.tensors.values()) {
    if (destinations.has(entry.name) || model.ignores(entry.name)) continue;
    throw new UnsupportedError({
      what: `${entry.file}: ${model.className} has no use for the tensor ${entry.name}`,
      actual: `${entry.dtype} [${entry.shape.join(', ')}]`,
      remedy: 'check that config.json describes this checkpoint (biases are on by attention_bias and mlp_bias)',
    });
  }
  return destinations;
}

/**
 * Loads the weights of a model.
 * @throws {FormatError} {UnsupportedError} as for the checks above; f16 was asked for and a weight exceeds its range.
 * @throws {SourceError} the network fails or a file ends early.
 */
export async function loadWeights(
  gpu: Gpu,
  model: Model,
  graph: Graph,
  checkpoint: Checkpoint,
  options: LoadWeightsOptions = {},
): Promise<WeightStore> {
  const { signal, onProgress } = options;
  const specs = weightSpecs(graph);
  const destinations = matchTensors(model, specs, checkpoint);
  const store = new WeightStore(gpu);
  const uploader = new RowUploader(gpu);
  const vectors = new Map<VectorSpec, Float32Array>();
  try {
    for (const spec of specs) {
      if (spec.kind === 'matrix') store.addMatrix(spec, formatFor(spec, options, checkpoint));
      else vectors.set(spec, new Float32Array(spec.width));
    }
    await checkpoint.read(
      (entry, offsetBytes, bytes) => {
        const destination = destinations.get(entry.name);
        if (!destination) return undefined;
        const { spec, index } = destination;
        if (spec.kind === 'matrix') return uploader.accept(entry, offsetBytes, bytes, store.matrix(spec), spec, index);
        placeVector(entry, offsetBytes, bytes, spec, index, vectors.get(spec) as Float32Array);
        return undefined;
      },
      { only: new Set(destinations.keys()), signal, onProgress },
    );
    for (const [spec, values] of vectors) store.addVector(spec, values);
    await uploader.finish();
    return store;
  } catch (error) {
    store.dispose();
    throw error;
  } finally {
    uploader.dispose();
  }
}

function entryOf(checkpoint: Checkpoint, tensor: string): TensorEntry {
  return checkpoint.tensors.get(tensor) as TensorEntry;
}

const QUANT_BITS = { q8: 8, q4: 4 } as const;
const DEFAULT_GROUPS = { q8: 64, q4: 32 } as const;

const isQuantized = (dtype: DTypeChoice): dtype is 'q8' | 'q4' => dtype in QUANT_BITS;

/** How a matrix is kept. Rows that no group divides stay in f16. */
export function formatFor(spec: MatrixSpec, options: FormatOptions, checkpoint: Checkpoint | undefined): WeightFormat {
  const { dtype = 'auto', symmetric = true } = options;
  if (!isQuantized(dtype)) return dtype === 'auto' ? storedDType(spec, checkpoint) : dtype;
  if (spec.role === 'router') return 'f32';
  const choice = spec.role === 'token' ? (options.embeddings_dtype ?? 'q8') : dtype;
  if (!isQuantized(choice)) return choice === 'auto' ? storedDType(spec, checkpoint) : choice;
  const group = fittingGroup(spec.width, options.group_size ?? DEFAULT_GROUPS[choice]);
  return group === undefined ? 'f16' : { bits: QUANT_BITS[choice], group, asymmetric: !symmetric };
}

/** The dtype that all of a matrix's tensors are stored in; f32 where they differ, or where nothing is stored. */
function storedDType(spec: MatrixSpec, checkpoint: Checkpoint | undefined): WeightDType {
  if (!checkpoint) return 'f32';
  const stored = new Set(spec.sources.map(({ tensor }) => weightDType(entryOf(checkpoint, tensor))));
  const [only] = stored;
  return stored.size === 1 && only !== undefined ? (only as WeightDType) : 'f32';
}

/** Converts a piece of a vector; pieces are whole elements because their offsets are multiples of 4 MiB. */
function placeVector(
  entry: TensorEntry,
  offsetBytes: number,
  bytes: Uint8Array<ArrayBuffer>,
  spec: VectorSpec,
  index: number,
  values: Float32Array,
): void {
  const dtype = weightDType(entry) as WeightDType;
  const size = dtypeSizeBytes(dtype);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < bytes.byteLength / size; i++) {
    const row = destinationRow(spec, index, offsetBytes / size + i);
    if (dtype === 'f32') values[row] = view.getFloat32(i * size, true);
    else values[row] = (dtype === 'f16' ? f16ToF32 : bf16ToF32)(view.getUint16(i * size, true));
  }
}

/** Gathers whole rows of one tensor at a time and repacks them on the GPU. */
class RowUploader {
  readonly #gpu: Gpu;
  readonly #batch: GPUBuffer;
  readonly #largest: GPUBuffer;
  #staging: GPUBuffer;
  #host = new Uint8Array(STAGING_BYTES);
  #held = 0;
  #row = 0;
  #unawaitedBytes = 0;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#batch = gpu.buffers.storage('load: batch', REPACK_BATCH_BYTES);
    this.#largest = gpu.buffers.storage('load: largest magnitude', 16);
    this.#staging = gpu.buffers.storage('load: staging', STAGING_BYTES);
  }

  /** Takes a piece of a tensor; pieces of one tensor come in order, one tensor at a time. */
  async accept(
    entry: TensorEntry,
    offsetBytes: number,
    bytes: Uint8Array<ArrayBuffer>,
    weight: Weight,
    spec: MatrixSpec,
    index: number,
  ): Promise<void> {
    const from = weightDType(entry) as WeightDType;
    const rowBytes = spec.width * dtypeSizeBytes(from);
    if (offsetBytes === 0) {
      this.#held = 0;
      this.#row = 0;
    }
    this.#ensureRoomFor(rowBytes);
    // Rows per batch: a multiple of 2, so that 16-bit rows of odd width start on a word.
    const rowsPerBatch = Math.min(Math.max(Math.floor(STAGING_BYTES / rowBytes / 2) * 2, 1), MAX_BATCH_ROWS);
    let at = 0;
    const last = offsetBytes + bytes.byteLength === entry.sizeBytes;
    while (at < bytes.byteLength) {
      const take = Math.min(rowsPerBatch * rowBytes - this.#held, bytes.byteLength - at);
      this.#host.set(bytes.subarray(at, at + take), this.#held);
      this.#held += take;
      at += take;
      const full = this.#held === rowsPerBatch * rowBytes;
      if (full || (last && at === bytes.byteLength)) await this.#flush(from, rowBytes, weight, spec, index);
    }
  }

  #ensureRoomFor(rowBytes: number): void {
    if (rowBytes <= this.#host.byteLength) return;
    this.#gpu.buffers.release(this.#staging);
    this.#host = new Uint8Array(alignUp(rowBytes, 4));
    this.#staging = this.#gpu.buffers.storage('load: staging', this.#host.byteLength);
  }

  async #flush(from: WeightDType, rowBytes: number, weight: Weight, spec: MatrixSpec, index: number): Promise<void> {
    const { queue } = this.#gpu;
    const rows = this.#held / rowBytes;
    const place = placementOf(spec, index);
    queue.writeBuffer(this.#staging, 0, this.#host, 0, alignUp(this.#held, 4));
    const [begin, end] = destinationBounds(place, this.#row, this.#row + rows);
    for (const part of weight.parts) {
      if (begin >= part.firstRow + part.rows || end <= part.firstRow) continue;
      queue.writeBuffer(
        this.#batch,
        0,
        repackWords({
          rows,
          columns: spec.width,
          stride: weight.stride,
          firstRow: place.first - part.firstRow,
          rowStride: place.strides[2],
          sourceRow: this.#row,
          counts: place.counts,
          jumps: [place.strides[0], place.strides[1]],
        }),
      );
      const launch = repack({
        from,
        to: weight.format,
        batch: this.#batch,
        source: this.#staging,
        destination: part.buffer,
        largest: this.#largest,
        rows: () => rows,
        stride: weight.stride,
      });
      await runLaunch(this.#gpu, launch);
    }
    this.#row += rows;
    this.#unawaitedBytes += this.#held;
    this.#held = 0;
    if (this.#unawaitedBytes >= WAIT_BYTES) {
      await queue.onSubmittedWorkDone();
      this.#unawaitedBytes = 0;
    }
  }

  /** @throws {UnsupportedError} a weight does not fit f16. */
  async finish(): Promise<void> {
    const [bits = 0] = new Uint32Array(await readBuffer(this.#gpu, this.#largest, 0, 4));
    const largest = new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;
    if (!(largest <= F16_MAX)) {
      throw new UnsupportedError({
        what: 'A weight, or the scale of a quantised group, does not fit 16 bits',
        expected: `magnitudes up to ${F16_MAX}`,
        actual: String(largest),
        remedy: "load with dtype 'auto', 'bf16' or 'f32'",
      });
    }
  }

  dispose(): void {
    for (const buffer of [this.#batch, this.#largest, this.#staging]) this.#gpu.buffers.release(buffer);
  }
}
