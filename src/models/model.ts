// What a model file gives: its sizes, its rotary embedding and a forward pass to record.
import type { Fields } from '../formats/fields.ts';
import type { JsonObject } from '../formats/json.ts';
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
  /** Also `router_logits.i` of each mixture-of-experts layer i, counted among themselves. */
  routerLogits?: boolean;
}

/** What a sequence classifier's labels are, and so its loss. */
export type ProblemType = 'regression' | 'single_label_classification' | 'multi_label_classification';

/** What the configuration says about a classifier. */
export interface Classification {
  /** Name of each label, in the order of the logits. */
  labels: readonly string[];
  /** Undefined where the reference finds out from the labels given. */
  problemType: ProblemType | undefined;
  /** The token that does not count when looking for a sequence's last one. */
  padTokenId: number | undefined;
}

/** The mixture-of-experts layers of a model, for who reads their router logits. */
export interface RoutedLayers {
  /** Experts of each such layer. */
  experts: readonly number[];
  /** Experts per token, for the auxiliary loss. */
  chosen: number;
  /** The loss gets this much of the auxiliary loss; undefined in families without one. */
  auxLossCoefficient: number | undefined;
  /** Whether router logits are given without being asked for. */
  output: boolean;
}

/** One checkpoint's architecture with its configuration filled in. */
export interface Model {
  /** `model_type` of the configuration. */
  readonly type: string;
  /** The reference's class this was resolved to, such as `LlamaForCausalLM`. */
  readonly className: string;
  readonly task: Task;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Positions the model was trained for. */
  readonly maxPositions: number;
  readonly rope: Rope;
  /** Attention of each layer. */
  readonly attention: readonly AttentionShape[];
  /** Tokens see those after them, too: the whole input goes in one step, and there is no cache to continue. */
  readonly bidirectional: boolean;
  /** Whether there is a head that gives logits. */
  readonly hasLogits: boolean;
  /** Logits per row: the vocabulary, the labels, or start and end of an answer; 0 without a head. */
  readonly logitsWidth: number;
  /** Of classifiers. */
  readonly classification: Classification | undefined;
  /** Of mixture-of-experts models. */
  readonly routed: RoutedLayers | undefined;
  /** Things in the configuration that are ignored, in words, for whoever wants to know. */
  readonly notes: readonly string[];
  record(request: ForwardRequest): Graph;
  /** Whether a tensor of the checkpoint may be left unread. */
  ignores(tensor: string): boolean;
  /** Tensor names in the checkpoint by the names that `record` uses, where they differ. */
  readonly prefix: string;
}

/** What the caller wants the model for: the classes `AutoModel`, `AutoModelForCausalLM` and so on. */
export type Task = 'base' | 'causal' | 'sequence-classification' | 'token-classification' | 'question-answering';

/** What a checkpoint's tensor names tell about its layout. */
export interface Layout {
  /** Comes before the base model's tensor names: `model.`, `transformer.`, or nothing in checkpoints of the base model alone. */
  prefix: string;
  has(tensor: string): boolean;
}

export interface ModelFamily {
  /** `model_type` of the configuration. */
  type: string;
  /** The reference's class names; a task without one is refused. */
  architectures: Partial<Record<Task, string>>;
  /** What fields that config.json leaves out mean; `create` gets a configuration that has them all. */
  defaults(config: Fields): JsonObject;
  create(config: Fields, task: Task, layout: Layout): Omit<Model, 'type' | 'className' | 'task'>;
}
