// What a model file gives: its sizes, its rotary embedding and a forward pass to record.
import type { Fields } from '../formats/fields.ts';
import type { AttentionShape, Graph } from '../graph/graph.ts';
import type { Rope } from './blocks/rope.ts';

/** What one recording of the forward pass should produce. */
export interface ForwardRequest {
  /** Token ids, or embeddings given by the caller. */
  input: 'ids' | 'embeds';
  /**
   * `none` only fills the KV cache; `hidden` gives `last_hidden_state`; `logits` and `keptLogits` give `logits` for all
   * rows or for the kept ones.
   */
  head: 'none' | 'hidden' | 'logits' | 'keptLogits';
  /** Also `hidden_states.0` (embeddings) to `hidden_states.L` (after the final norm). */
  hiddenStates?: boolean;
  /** Also the attention weights of each layer. */
  attentions?: boolean;
}

/** One checkpoint's architecture with its configuration filled in. */
export interface Model {
  /** `model_type` of the configuration. */
  readonly type: string;
  /** The reference's class this was resolved to, such as `LlamaForCausalLM`. */
  readonly className: string;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Positions the model was trained for. */
  readonly maxPositions: number;
  readonly rope: Rope;
  /** Attention of each layer. */
  readonly attention: readonly AttentionShape[];
  /** Whether there is a head that scores tokens. */
  readonly hasLogits: boolean;
  /** Things in the configuration that are ignored, in words, for whoever wants to know. */
  readonly notes: readonly string[];
  record(request: ForwardRequest): Graph;
  /** Whether a tensor of the checkpoint may be left unread. */
  ignores(tensor: string): boolean;
  /** Tensor names in the checkpoint by the names that `record` uses, where they differ. */
  readonly prefix: string;
}

/** What the caller wants the model for: the classes `AutoModelForCausalLM` and `AutoModel`. */
export type Task = 'causal' | 'base';

export interface ModelFamily {
  /** `model_type` of the configuration. */
  type: string;
  /** The reference's class names. */
  architectures: Record<Task, string>;
  /** `prefix` comes before the base model's tensor names: `model.`, or nothing in checkpoints of the base model alone. */
  create(config: Fields, task: Task, prefix: string): Model;
}
