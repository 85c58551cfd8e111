// AutoModel and its siblings with a head, shaped as transformers.js shapes them.
import { InputError } from '../errors.ts';
import type { Fields } from '../formats/fields.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { loadPart } from '../load-part.ts';
import type { Task } from '../models/model.ts';
import type { ForwardInputs, ForwardOutputs, Matrix } from '../runtime/forward.ts';
import { TokenLoop } from '../runtime/generate.ts';
import type { LoadedModel } from '../runtime/loaded-model.ts';
import { Session } from '../runtime/session.ts';
import type { KernelKnobs } from '../runtime/tuner.ts';
import { warmUpModel } from '../runtime/warm-up.ts';
import { type GenerationOptions, resolveGeneration } from './generation-config.ts';
import { type LoadOptions, type OpenedModel, openModel } from './load.ts';

/** A model on the GPU. Dispose it when it is no longer needed. */
export class PreTrainedModel {
  /** The reference's class this runs as, such as `LlamaForCausalLM`. */
  readonly className: string;
  /** Fields of the configuration that were ignored, in words. */
  readonly notes: readonly string[];
  /** Name of each label by its number, of classifiers. */
  readonly id2label: Readonly<Record<number, string>>;
  protected readonly loaded: LoadedModel;
  protected readonly config: Fields;
  protected readonly generationConfig: Fields;

  constructor({ loaded, config, generationConfig }: Pick<OpenedModel, 'loaded' | 'config' | 'generationConfig'>) {
    this.loaded = loaded;
    this.config = config;
    this.generationConfig = generationConfig;
    this.className = loaded.model.className;
    this.notes = loaded.model.notes;
    this.id2label = { ...loaded.model.classification?.labels };
  }

  /** Bytes of the weights on the GPU. */
  get weightBytes(): number {
    return this.loaded.weights.sizeBytes;
  }

  /** How the kernels that decode divide their work on this device: what the option `tune` takes. */
  get knobs(): KernelKnobs {
    return this.loaded.knobs;
  }

  /**
   * One forward pass with the reference's arguments and outputs.
   * @throws {InputError} arguments of the wrong shape or range.
   * @throws {SourceError} the part of intab that does this, which is loaded with the first one, cannot be fetched.
   */
  async forward(inputs: ForwardInputs): Promise<ForwardOutputs> {
    const { forward } = await loadPart(import('../runtime/forward.ts'));
    return forward(this.loaded, inputs);
  }

  async dispose(): Promise<void> {
    this.loaded.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

export interface GenerateInputs extends GenerationOptions {
  /** [B, T] prompts, padded on the left to one length. */
  input_ids: Matrix;
  /** [B, T]: 0 for padding. */
  attention_mask?: Matrix;
  /** Most tokens of prompt and answer that the cache holds. */
  max_cache_length?: number;
}

export class CausalLM extends PreTrainedModel {
  /**
   * Continues prompts. Resolves with prompt and answer, `[B][T + new]`; sequences that end early are filled with
   * `pad_token_id`, as in the reference.
   * @throws {InputError} an option or a prompt is out of range.
   */
  async generate(inputs: GenerateInputs): Promise<number[][]> {
    const { input_ids, attention_mask, signal, max_cache_length } = inputs;
    const length = input_ids[0]?.length ?? 0;
    const settings = resolveGeneration(inputs, this.generationConfig, this.config, length);
    if (settings.maxNewTokens <= 0) {
      throw new InputError({
        what: 'max_length leaves no room for new tokens',
        expected: `more than the prompt's ${length}`,
        actual: String(inputs.max_length),
        remedy: 'raise max_length, or give max_new_tokens',
      });
    }
    const capacity = max_cache_length ?? length + settings.maxNewTokens;
    const pad =
      inputs.pad_token_id ?? this.generationConfig.int('pad_token_id', { default: settings.eosTokenIds[0] ?? 0 });
    const loop = new TokenLoop(await Session.open(this.loaded, { batch: input_ids.length, capacity }));
    try {
      const rows = input_ids.map((row) => [...row]);
      const ended = rows.map(() => false);
      for await (const ids of loop.run(input_ids, settings, {
        ...(attention_mask ? { mask: attention_mask } : {}),
        signal,
      })) {
        ids.forEach((id, b) => {
          rows[b]?.push(ended[b] ? pad : id);
          if (settings.eosTokenIds.includes(id)) ended[b] = true;
        });
      }
      return rows;
    } finally {
      loop.dispose();
    }
  }
}

async function open<M>(
  Model: new (opened: OpenedModel) => M,
  location: ModelLocation,
  task: Task,
  options: LoadOptions | undefined,
): Promise<M> {
  return new Model(await openModel(location, task, options));
}

/** The base model: gives `last_hidden_state`. */
export const AutoModel = {
  /** @throws as {@link openModel} */
  from_pretrained: (location: ModelLocation, options?: LoadOptions) => open(PreTrainedModel, location, 'base', options),
};

/** A model with a language-modelling head: gives `logits`, generates. */
export const AutoModelForCausalLM = {
  /** @throws as {@link openModel} */
  from_pretrained: async (location: ModelLocation, options: LoadOptions = {}): Promise<CausalLM> => {
    const opened = await openModel(location, 'causal', options, { generates: true });
    try {
      if (opened.warmsUp) await warmUpModel(opened.loaded, options.signal);
      return new CausalLM(opened);
    } catch (error) {
      opened.loaded.dispose();
      throw error;
    }
  },
};

/** A model that gives each sequence a score per label: `logits` [B, labels], `id2label`. */
export const AutoModelForSequenceClassification = {
  /** @throws as {@link openModel} */
  from_pretrained: (location: ModelLocation, options?: LoadOptions) =>
    open(PreTrainedModel, location, 'sequence-classification', options),
};

/** A model that gives each token a score per label: `logits` [B, T, labels], `id2label`. */
export const AutoModelForTokenClassification = {
  /** @throws as {@link openModel} */
  from_pretrained: (location: ModelLocation, options?: LoadOptions) =>
    open(PreTrainedModel, location, 'token-classification', options),
};

/** A model that gives each token scores for being the start and the end of an answer: `start_logits`, `end_logits` [B, T]. */
export const AutoModelForQuestionAnswering = {
  /** @throws as {@link openModel} */
  from_pretrained: (location: ModelLocation, options?: LoadOptions) =>
    open(PreTrainedModel, location, 'question-answering', options),
};
