// Moves the rows of one tensor after another into their matrices on the GPU: batches of whole rows go to a staging buffer, and a kernel
// pads, interleaves and converts them. Rows that lie right already go straight to their place. Blocks of GGUF files become packed rows,
// or numbers, on the CPU first.
import { UnsupportedError } from '../errors.ts';
import { type TensorEntry, weightDType } from '../formats/safetensors.ts';
import type { Gpu } from '../gpu/device.ts';
import { readBuffer } from '../gpu/read-back.ts';
import type { StagingRing } from '../gpu/staging-ring.ts';
import {
  destinationBounds,
  type MatrixSpec,
  type Placement,
  pairedPlacement,
  placementOf,
  type WeightSpec,
} from '../graph/weights.ts';
import { runLaunch } from '../kernels/bound-launch.ts';
import { formatRowBytes, type Weight, type WeightDType, type WeightFormat } from '../kernels/kernel.ts';
import { place, REPACK_BATCH_BYTES, repack, repackWords } from '../kernels/weight-data.ts';
import { loadPart } from '../load-part.ts';
import { type BlockType, blockBytes, blockFormat, canHold, isBlockType } from '../quant/gguf-blocks.ts';
import { alignUp, dtypeSizeBytes } from '../tensor/dtype.ts';

/** Rows move to the GPU in batches of about this size. */
const STAGING_BYTES = 4 * 1024 * 1024;
/** WebGPU dispatches at most 65,535 workgroups along one dimension; an even number. */
const MAX_BATCH_ROWS = 65_534;
const F16_MAX = 65_504;

/** Where the rows of a tensor go. */
export function placeOf(entry: TensorEntry, spec: WeightSpec, index: number): Placement {
  const place = placementOf(spec, index);
  return entry.pairedRows === undefined ? place : pairedPlacement(place, entry.pairedRows);
}

/** How the rows of a tensor come and go. */
interface RowSource {
  /** Bytes of a row of the file. */
  rowBytes: number;
  /** Rows of the matrix that a row of the file makes. */
  pieces: number;
  /** Bytes that a row of the file takes in the staging buffer. */
  stagedBytes: number;
  /** Dtype of the numbers in the staging buffer; undefined where they are packed rows. */
  staged: WeightDType | undefined;
  blocks: BlockType | undefined;
}

/** Rows of the file, whole ones, on their way. */
interface RowBatch {
  fileRows: number;
  /** Their bytes, one run after the other; behind the last row there may be bytes up to a multiple of 4. */
  runs: readonly Uint8Array<ArrayBuffer>[];
}

function rowSource(entry: TensorEntry, width: number, format: WeightFormat): RowSource {
  if (!isBlockType(entry.dtype)) {
    const staged = weightDType(entry) as WeightDType;
    const rowBytes = width * dtypeSizeBytes(staged);
    return { rowBytes, pieces: 1, stagedBytes: rowBytes, staged, blocks: undefined };
  }
  const fileWidth = entry.shape.at(-1) as number;
  const pieces = fileWidth / width;
  const isKept = typeof format !== 'string' && canHold(format, entry.dtype);
  return {
    rowBytes: blockBytes(entry.dtype, fileWidth),
    pieces,
    stagedBytes: isKept ? pieces * formatRowBytes(format, width) : fileWidth * 4,
    staged: isKept ? undefined : 'f32',
    blocks: entry.dtype,
  };
}

export class RowUploader {
  readonly #gpu: Gpu;
  readonly #ring: StagingRing;
  readonly #batch: GPUBuffer;
  readonly #largest: GPUBuffer;
  #staging: GPUBuffer;
  /** What is kept from one piece to the next: rows, or the begin of a row, as they lie in the file. */
  #host = new Uint8Array(STAGING_BYTES);
  /** Rows made of blocks. */
  #converted = new Uint8Array(0);
  #held = 0;
  /** Rows of the matrix before those held. */
  #row = 0;
  #largestScale = 0;

  /** Rows go through the ring, which stays the caller's. */
  constructor(gpu: Gpu, ring: StagingRing) {
    this.#gpu = gpu;
    this.#ring = ring;
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
    const rows = rowSource(entry, spec.width, weight.format);
    const { rowBytes, stagedBytes, pieces } = rows;
    if (offsetBytes === 0) {
      this.#held = 0;
      this.#row = 0;
    }
    this.#ensureRoomFor(rows);
    // Rows per batch: a multiple of 2, so that 16-bit rows of odd width start on a word.
    const fitting = Math.floor(STAGING_BYTES / Math.max(rowBytes, stagedBytes) / 2) * 2;
    const rowsPerBatch = Math.min(Math.max(fitting, 1), Math.floor(MAX_BATCH_ROWS / pieces));
    const rowsAtOnce = (rowBytes % 4 === 0 ? 1 : 2) * rowBytes;
    const place = placeOf(entry, spec, index);
    let at = 0;
    const last = offsetBytes + bytes.byteLength === entry.sizeBytes;
    while (at < bytes.byteLength) {
      const batchBytes = Math.min(rowsPerBatch * rowBytes, this.#held + bytes.byteLength - at);
      const wholeBytes = Math.floor(batchBytes / rowsAtOnce) * rowsAtOnce;
      if (!rows.blocks && wholeBytes > this.#held && this.#held % 4 === 0) {
        const begin = this.#host.subarray(0, this.#held);
        const rest = bytes.subarray(at, at + wholeBytes - this.#held);
        await this.#flush({ fileRows: wholeBytes / rowBytes, runs: [begin, rest] }, rows, weight, spec, place);
        at += rest.byteLength;
        continue;
      }
      const take = batchBytes - this.#held;
      this.#host.set(bytes.subarray(at, at + take), this.#held);
      this.#held += take;
      at += take;
      const full = this.#held === rowsPerBatch * rowBytes;
      if (full || (last && at === bytes.byteLength)) {
        const runs = [this.#host.subarray(0, alignUp(this.#held, 4))];
        await this.#flush({ fileRows: this.#held / rowBytes, runs }, rows, weight, spec, place);
      }
    }
  }

  #ensureRoomFor({ rowBytes, stagedBytes, blocks }: RowSource): void {
    if (rowBytes > this.#host.byteLength) this.#host = new Uint8Array(alignUp(rowBytes, 4));
    const neededBytes = Math.max(STAGING_BYTES, alignUp(stagedBytes, 4));
    if (blocks && neededBytes > this.#converted.byteLength) this.#converted = new Uint8Array(neededBytes);
    if (neededBytes <= this.#staging.size) return;
    this.#gpu.buffers.release(this.#staging);
    this.#staging = this.#gpu.buffers.storage('load: staging', neededBytes);
  }

  async #flush(
    batch: RowBatch,
    source: RowSource,
    weight: Weight,
    spec: MatrixSpec,
    placement: Placement,
  ): Promise<void> {
    const rows = batch.fileRows * source.pieces;
    if (this.#liesRight(source, weight, spec, placement, rows)) await this.#copy(batch, weight, placement);
    else await this.#move(batch, source, weight, spec, placement);
    this.#row += rows;
    this.#held = 0;
  }

  /** Whether the rows are already as they will lie on the GPU, one after the other. */
  #liesRight(
    { staged, blocks }: RowSource,
    weight: Weight,
    spec: MatrixSpec,
    placement: Placement,
    rows: number,
  ): boolean {
    const run = (row: number) => Math.floor(row / placement.counts[1]);
    const isInOrder = placement.strides[2] === 1 && run(this.#row) === run(this.#row + rows - 1);
    return !blocks && staged === weight.format && spec.width === weight.stride && isInOrder;
  }

  /** Writes rows straight to their place. */
  async #copy({ fileRows, runs }: RowBatch, weight: Weight, placement: Placement): Promise<void> {
    const [begin, end] = destinationBounds(placement, this.#row, this.#row + fileRows);
    const rowBytes = formatRowBytes(weight.format, weight.stride);
    for (const { buffer, firstRow, rows: partRows } of weight.parts) {
      const [from, to] = [Math.max(begin, firstRow), Math.min(end, firstRow + partRows)];
      if (from >= to) continue;
      const firstBytes = (from - begin) * rowBytes;
      await this.#write(buffer, (from - firstRow) * rowBytes, runs, firstBytes, (to - from) * rowBytes);
    }
  }

  /** Writes `sizeBytes` of the runs, from `firstBytes` on. */
  async #write(
    target: GPUBuffer,
    offsetBytes: number,
    runs: RowBatch['runs'],
    firstBytes: number,
    sizeBytes: number,
  ): Promise<void> {
    let runBytes = 0;
    for (const run of runs) {
      const begin = Math.max(firstBytes, runBytes);
      const end = Math.min(firstBytes + sizeBytes, runBytes + run.byteLength);
      if (begin < end) {
        await this.#ring.write(
          target,
          offsetBytes + begin - firstBytes,
          run.subarray(begin - runBytes, end - runBytes),
        );
      }
      runBytes += run.byteLength;
    }
  }

  /** Has a kernel convert rows and bring them to their place. */
  async #move(
    { fileRows, runs }: RowBatch,
    source: RowSource,
    weight: Weight,
    spec: MatrixSpec,
    placement: Placement,
  ): Promise<void> {
    const { queue } = this.#gpu;
    const rows = fileRows * source.pieces;
    const staged = source.blocks ? [await this.#convert(source.blocks, source, fileRows, weight, spec)] : runs;
    await this.#write(this.#staging, 0, staged, 0, alignUp(fileRows * source.stagedBytes, 4));
    // The launches read it; those of the batch before came on the queue before it.
    this.#ring.flush();
    const [begin, end] = destinationBounds(placement, this.#row, this.#row + rows);
    for (const part of weight.parts) {
      if (begin >= part.firstRow + part.rows || end <= part.firstRow) continue;
      queue.writeBuffer(
        this.#batch,
        0,
        repackWords({
          rows,
          columns: spec.width,
          stride: weight.stride,
          firstRow: placement.first - part.firstRow,
          rowStride: placement.strides[2],
          sourceRow: this.#row,
          counts: placement.counts,
          jumps: [placement.strides[0], placement.strides[1]],
        }),
      );
      const moved = {
        batch: this.#batch,
        source: this.#staging,
        destination: part.buffer,
        rows: () => rows,
        stride: weight.stride,
      };
      const { format } = weight;
      const launch =
        source.staged === undefined && typeof format !== 'string'
          ? place({ format, ...moved })
          : repack({
              from: source.staged ?? 'f32',
              to: format,
              largest: this.#largest,
              columns: spec.width,
              ...moved,
            });
      await runLaunch(this.#gpu, launch);
    }
  }

  /** Makes packed rows, or numbers, of the rows held. */
  async #convert(
    blocks: BlockType,
    { rowBytes, stagedBytes, staged, pieces }: RowSource,
    fileRows: number,
    { format }: Weight,
    { width }: MatrixSpec,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { dequantizeRow, packBlocks, readBlocks } = await loadPart(import('../quant/read-blocks.ts'));
    const view = new DataView(this.#host.buffer);
    for (let row = 0; row < fileRows; row++) {
      const quants = readBlocks(blocks, view, row * rowBytes, pieces * width);
      if (staged === undefined && typeof format !== 'string') {
        const words = new Uint32Array(this.#converted.buffer, row * stagedBytes, stagedBytes / 4);
        this.#largestScale = Math.max(this.#largestScale, packBlocks(blocks, quants, format, width, words));
      } else {
        new Float32Array(this.#converted.buffer, row * stagedBytes).set(dequantizeRow(blockFormat(blocks), quants));
      }
    }
    return this.#converted;
  }

  /** To be called when all is accepted. @throws {UnsupportedError} a weight does not fit f16. */
  async finish(): Promise<void> {
    this.#ring.flush();
    const [bits = 0] = new Uint32Array(await readBuffer(this.#gpu, this.#largest, 0, 4));
    const largest = Math.max(new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0, this.#largestScale);
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
