// Streams a checkpoint's tensors onto the GPU (row-uploader.ts), after checking them against the model, in the formats that were asked
// for. Host memory stays at a few staging buffers whatever the model's size.
import { FormatError, InputError, UnsupportedError } from '../errors.ts';
import { type TensorEntry, weightDType } from '../formats/safetensors.ts';
import type { Gpu } from '../gpu/device.ts';
import { StagingRing } from '../gpu/staging-ring.ts';
import { type Graph, weightsOf } from '../graph/graph.ts';
import { type MatrixSpec, placedRow, type VectorSpec, type WeightSpec } from '../graph/weights.ts';
import type { Checkpoint, LoadProgress } from '../hub/checkpoint.ts';
import type { DerivedBytes } from '../hub/source.ts';
import { KV_DTYPES, type KvDType } from '../kernels/attention.ts';
import type { WeightDType, WeightFormat } from '../kernels/kernel.ts';
import type { Model } from '../models/model.ts';
import { fittingGroup } from '../quant/format.ts';
import { blockFormat, isBlockType, widestFormat } from '../quant/gguf-blocks.ts';
import { dtypeSizeBytes } from '../tensor/dtype.ts';
import { bf16ToF32, f16ToF32 } from '../tensor/half.ts';
import { placeOf, RowUploader } from './row-uploader.ts';
import { layoutName, readStored } from './stored-weights.ts';
import { WeightStore } from './weight-store.ts';

/** How weights are kept: `auto` keeps the checkpoint's dtype, or the formats of a GGUF file; `q8` and `q4` quantise to 8 or 4 bits while loading. */
export type DTypeChoice = 'auto' | WeightDType | 'q8' | 'q4';

/** The choices about formats. */
export interface FormatOptions {
  dtype?: DTypeChoice;
  /** Of quantised dtypes: how token embeddings and heads are kept; `q8` unless stated. */
  embeddings_dtype?: DTypeChoice;
  /** Of quantised dtypes: weights that share a scale; 32 for `q4`, 64 for `q8`, unless stated. Where rows are no multiple, fewer. */
  group_size?: 32 | 64 | 128;
  /** Of quantised dtypes: zero in the middle of each group's range, the default, or an offset for each group. */
  symmetric?: boolean;
  /**
   * How keys and values are kept: `q8` as 8-bit integers that share a scale by 32, in 36 bytes where `f16` takes 64 and `f32` 128. `auto`, the
   * default, is `f16` where weights are `f16` or smaller, else `f32`. Heads whose dimension is no multiple of 4 are always kept in `f32`.
   */
  kv_cache_dtype?: 'auto' | KvDType;
}

const DTYPE_CHOICES = ['auto', 'f32', 'f16', 'bf16', 'q8', 'q4'] as const satisfies readonly DTypeChoice[];

const CHOICES: { [K in keyof FormatOptions]-?: readonly FormatOptions[K][] } = {
  dtype: DTYPE_CHOICES,
  embeddings_dtype: DTYPE_CHOICES,
  group_size: [32, 64, 128],
  symmetric: [true, false],
  kv_cache_dtype: ['auto', ...KV_DTYPES],
};

/** @throws {InputError} an option has a value that it does not have. */
export function checkFormats(options: FormatOptions): void {
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value: unknown = options[name as keyof FormatOptions];
    if (value === undefined || (choices as readonly unknown[]).includes(value)) continue;
    throw new InputError({
      what: `The option ${name} has no such value`,
      expected: `one of ${choices.join(', ')}`,
      actual: JSON.stringify(value),
      remedy: 'correct it, or leave it out',
    });
  }
}

export interface LoadWeightsOptions extends FormatOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Hears when every buffer is there, before anything is read into them. */
  onAllocated?: ((weights: WeightStore) => void) | undefined;
  /** Where weights that were quantised at load are kept for the next one. */
  derived?: ((name: string) => Promise<DerivedBytes | undefined>) | undefined;
}

export interface LoadedWeights {
  weights: WeightStore;
  /** Where to keep them, if they were quantised just now. */
  place: DerivedBytes | undefined;
}

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
      if (spec.kind === 'vector' || !isBlockType(entry.dtype)) weightDType(entry);
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
): Promise<LoadedWeights> {
  const { signal, onProgress } = options;
  const specs = weightSpecs(graph);
  const destinations = matchTensors(model, specs, checkpoint);
  const store = new WeightStore(gpu);
  const ring = new StagingRing(gpu);
  const uploader = new RowUploader(gpu, ring);
  const vectors = new Map<VectorSpec, Float32Array<ArrayBuffer>>();
  try {
    for (const spec of specs) {
      if (spec.kind === 'matrix') store.addMatrix(spec, formatFor(spec, options, checkpoint));
      else {
        store.addVector(spec);
        vectors.set(spec, new Float32Array(spec.width));
      }
    }
    options.onAllocated?.(store);
    const name = isQuantizedCheckpoint(checkpoint) ? undefined : layoutName(store);
    const place = name === undefined ? undefined : await options.derived?.(name).catch(() => undefined);
    if (name !== undefined && place) {
      const report = (loadedBytes: number, totalBytes: number) =>
        onProgress?.({ file: name, loadedBytes, totalBytes, isRead: loadedBytes === totalBytes });
      if (await readStored(ring, store, place, { signal, onProgress: report }))
        return { weights: store, place: undefined };
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
    for (const [spec, values] of vectors) store.setVector(spec, values);
    await uploader.finish();
    return { weights: store, place };
  } catch (error) {
    store.dispose();
    throw error;
  } finally {
    uploader.dispose();
    ring.dispose();
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
  if (!isQuantized(dtype)) return dtype === 'auto' ? storedFormat(spec, checkpoint) : dtype;
  if (spec.role === 'router') return 'f32';
  const choice = spec.role === 'token' ? (options.embeddings_dtype ?? 'q8') : dtype;
  if (!isQuantized(choice)) return choice === 'auto' ? storedFormat(spec, checkpoint) : choice;
  const group = fittingGroup(spec.width, options.group_size ?? DEFAULT_GROUPS[choice]);
  if (group === undefined) return 'f16';
  const format = { bits: QUANT_BITS[choice], group, asymmetric: !symmetric };
  return choice === 'q4' && symmetric ? { ...format, shortScales: true } : format;
}

/**
 * The dtype that all of a matrix's tensors are stored in, or the format that holds all their blocks; f32 where they differ, or where
 * nothing is stored.
 */
function storedFormat(spec: MatrixSpec, checkpoint: Checkpoint | undefined): WeightFormat {
  if (!checkpoint) return 'f32';
  const entries = spec.sources.map(({ tensor }) => entryOf(checkpoint, tensor));
  const blocks = entries.map(({ dtype }) => dtype).filter(isBlockType);
  if (blocks.length === entries.length && spec.role !== 'router') {
    const format = widestFormat(blocks.map(blockFormat));
    return spec.width % format.group === 0 ? format : 'f16';
  }
  const [only, ...others] = new Set(entries.map(({ dtype }) => dtype));
  return blocks.length === 0 && others.length === 0 && only !== undefined
    ? (weightDType(entries[0] as TensorEntry) as WeightDType)
    : 'f32';
}

/** Whether a checkpoint has quantised matrices. */
export function isQuantizedCheckpoint({ tensors }: Checkpoint): boolean {
  return [...tensors.values()].some(({ dtype }) => isBlockType(dtype));
}

/** Converts a piece of a vector; pieces are whole elements. */
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
  const place = placeOf(entry, spec, index);
  for (let i = 0; i < bytes.byteLength / size; i++) {
    const row = placedRow(place, offsetBytes / size + i);
    if (dtype === 'f32') values[row] = view.getFloat32(i * size, true);
    else values[row] = (dtype === 'f16' ? f16ToF32 : bf16ToF32)(view.getUint16(i * size, true));
  }
}
