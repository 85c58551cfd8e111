// What an op of a graph has to do at least: bytes to read and write once, and floating-point operations.
import type { AttentionShape, Op, Tensor } from '../src/graph/graph.ts';
import type { MatrixSpec } from '../src/graph/weights.ts';
import type { KvDType } from '../src/kernels/attention.ts';
import type { StepSize } from '../src/kernels/kernel.ts';
import { usedSlots } from '../src/kernels/moe.ts';
import { kvCacheBytes } from '../src/runtime/kv-cache.ts';

export interface Cost {
  bytes: number;
  flops: number;
}

/** What the costs of a step's ops depend on besides the ops. */
export interface StepFacts {
  size: StepSize;
  kvDType: KvDType;
  /** Bytes of a whole matrix on the GPU. */
  matrixBytes(spec: MatrixSpec): number;
}

const F32_BYTES = 4;
/** Per element: squares and their sum, then two products. */
const NORM_FLOPS = 4;
/** Per element of act(gate) · up, with an exponential and a division. */
const GATE_FLOPS = 5;
/** Per rotated element: two products and a sum. */
const ROPE_FLOPS = 3;

/** Pairs of a query and a slot that it sees, over the step's new tokens. */
function attendedPairs({ window, bidirectional }: AttentionShape, { past, tokens }: StepSize): number {
  let pairs = 0;
  for (let t = 0; t < tokens; t++) {
    const seen = bidirectional ? past + tokens : past + t + 1;
    pairs += Math.min(seen, window ?? seen);
  }
  return pairs;
}

/** Of `experts`, how many a step reads on average where each row chooses `chosen` of them evenly. */
function expertsRead(experts: number, chosen: number, rows: number): number {
  return experts * (1 - (1 - chosen / experts) ** rows);
}

/**
 * The least an op costs. Weights count once, whatever number of rows uses them, and of a mixture the experts that an even router
 * chooses.
 */
export function costOf(op: Op, { size, kvDType, matrixBytes }: StepFacts): Cost {
  const rows = (tensor: Tensor) => size.batch * (tensor.rows === 'tokens' ? size.tokens : size.kept);
  const elements = (tensor: Tensor | undefined) => (tensor ? rows(tensor) * tensor.width : 0);
  const bytes = (...tensors: (Tensor | undefined)[]) =>
    tensors.reduce((sum, tensor) => sum + elements(tensor) * F32_BYTES, 0);
  const cacheBytes = (shape: AttentionShape, slots: number) => size.batch * kvCacheBytes([shape], slots, kvDType);
  const attendFlops = (shape: AttentionShape) =>
    size.batch * 4 * shape.heads * shape.headDim * attendedPairs(shape, size);
  const slotsSeen = ({ window }: AttentionShape) =>
    Math.min(size.past + size.tokens, (window ?? Number.POSITIVE_INFINITY) + size.tokens - 1);
  switch (op.kind) {
    case 'input':
      return { bytes: 0, flops: 0 };
    case 'embed':
      return { bytes: (matrixBytes(op.table) / op.table.rows) * rows(op.y) + bytes(op.y), flops: 0 };
    case 'norm':
      return { bytes: bytes(op.x, op.y) + op.norm.gain.width * F32_BYTES, flops: NORM_FLOPS * elements(op.x) };
    case 'linear': {
      const { x, weight, bias, norm, gate, residual, y } = op;
      const vectors = ((bias?.width ?? 0) + (norm?.gain.width ?? 0)) * F32_BYTES;
      const extra = (norm ? NORM_FLOPS * elements(x) : 0) + (gate ? GATE_FLOPS * elements(y) : 0) + elements(residual);
      return {
        bytes: matrixBytes(weight) + vectors + bytes(x, residual, y),
        flops: 2 * rows(y) * weight.rows * weight.width + extra,
      };
    }
    case 'gate':
      return { bytes: bytes(op.x, op.y), flops: GATE_FLOPS * elements(op.y) };
    case 'add':
      return { bytes: bytes(op.a, op.b, op.y), flops: elements(op.y) };
    case 'rope': {
      const written = cacheBytes(op.shape, size.tokens);
      return { bytes: bytes(op.qkv, op.y) + written, flops: ROPE_FLOPS * elements(op.qkv) };
    }
    case 'attend':
      return { bytes: bytes(op.q, op.y) + cacheBytes(op.shape, slotsSeen(op.shape)), flops: attendFlops(op.shape) };
    case 'ropeAttend':
      return {
        bytes: bytes(op.qkv, op.y) + cacheBytes(op.shape, slotsSeen(op.shape)),
        flops: ROPE_FLOPS * elements(op.qkv) + attendFlops(op.shape),
      };
    case 'attentionWeights': {
      const slots = size.past + size.tokens;
      const written = size.batch * op.shape.heads * size.tokens * slots * F32_BYTES;
      return {
        bytes: bytes(op.q) + cacheBytes(op.shape, slots) / 2 + written,
        flops: attendFlops(op.shape) / 2,
      };
    }
    case 'selectRows':
      return { bytes: 2 * bytes(op.y), flops: 0 };
    case 'route':
      return { bytes: bytes(op.logits, op.y), flops: NORM_FLOPS * elements(op.logits) };
    case 'experts': {
      const { x, routes, routing, weight, gate, y } = op;
      const blockRows = weight.blockRows ?? weight.rows;
      const blockBytes = (matrixBytes(weight) * blockRows) / weight.rows;
      const shared = usedSlots(routing) - routing.chosen;
      const read = expertsRead(routing.experts, routing.chosen, rows(y)) + shared;
      return {
        bytes: read * blockBytes + bytes(x, routes, y),
        flops: 2 * rows(y) * usedSlots(routing) * blockRows * weight.width + (gate ? GATE_FLOPS * elements(y) : 0),
      };
    }
    case 'sumSlots':
      return {
        bytes: bytes(op.x, op.routes, op.shared, op.residual, op.y),
        flops: 2 * elements(op.x) + 2 * elements(op.shared) + elements(op.residual),
      };
    default:
      return op satisfies never;
  }
}
