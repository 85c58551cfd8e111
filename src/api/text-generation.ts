// The text-generation pipeline: text or chat messages in, text out, whole or streamed. One session is kept between calls, so a
// conversation that goes on does not run its history again.
import { DisposedError, InputError } from '../errors.ts';
import { TokenLoop } from '../runtime/generate.ts';
import { Session } from '../runtime/session.ts';
import { tokensPerSecond } from '../runtime/tokens-per-second.ts';
import { warmUp } from '../runtime/warm-up.ts';
import type { ChatMessage } from '../tokenizer/chat-template.ts';
import { StreamingDetokenizer } from '../tokenizer/streaming-detokenizer.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { type GenerationOptions, resolveGeneration } from './generation-config.ts';
import { DEFAULT_CONTEXT, type OpenedModel } from './load.ts';
import { StopStrings } from './stop-strings.ts';
import { Turn } from './turn.ts';

/** A prompt, or the messages of a chat. */
export type TextInput = string | readonly ChatMessage[];

export interface TextGenerationOptions extends GenerationOptions {
  /** The text ends before the first of these. */
  stop_strings?: string | readonly string[];
  /** With a prompt: give prompt and answer (true, the default) or the answer alone. */
  return_full_text?: boolean;
  /** With a prompt: add the special tokens the tokenizer adds. */
  add_special_tokens?: boolean;
  /** With messages: tools for the chat template. */
  tools?: readonly unknown[];
}

/** For a prompt a text; for messages the messages with the reply behind them. */
export interface GeneratedText<T extends TextInput> {
  generated_text: T extends string ? string : ChatMessage[];
}

export type FinishReason = 'eos' | 'length' | 'stop' | 'abort';

/** Numbers of the last, or the running, generation. */
export interface GenerationStats {
  promptTokens: number;
  newTokens: number;
  /** From the call to the first token, tokenizing and prefill included. */
  timeToFirstTokenMs: number;
  /** Of the tokens after the first. */
  tokensPerSecond: number;
  finishReason?: FinishReason;
}

/** What the pipeline does, without the function-call form. */
export interface TextGenerator {
  /**
   * Text as it comes. Leaving the loop, or aborting, stops the generation. One generation runs at a time: the next call waits until this
   * one has made its text. A reader that pauses loses nothing and blocks nobody: what it has not read yet is kept for it.
   */
  stream(input: TextInput, options?: TextGenerationOptions): AsyncGenerator<string, void, undefined>;
  readonly stats: GenerationStats | undefined;
  dispose(): Promise<void>;
}

export class LocalTextGenerator implements TextGenerator {
  readonly #opened: OpenedModel;
  readonly #tokenizer: Tokenizer;
  readonly #context: number;
  #loop: TokenLoop | undefined;
  #stats: GenerationStats | undefined;
  /** The last in line: the next one waits for it. */
  #last: Turn | undefined;
  #disposed = false;

  constructor(opened: OpenedModel, tokenizer: Tokenizer, context?: number) {
    this.#opened = opened;
    this.#tokenizer = tokenizer;
    const { maxPositions } = opened.loaded.model;
    this.#context = context ?? Math.min(maxPositions, DEFAULT_CONTEXT);
  }

  get stats(): GenerationStats | undefined {
    return this.#stats;
  }

  /**
   * Makes room for keys and values, and runs a first step where the model is to be warmed up.
   * @throws {DeviceMemoryError} there is no room; the signal's reason on abort.
   */
  async open(signal: AbortSignal | undefined): Promise<void> {
    const loop = await this.#tokenLoop();
    if (this.#opened.warmsUp) await warmUp(loop, signal);
  }

  async #tokenLoop(): Promise<TokenLoop> {
    const { loaded } = this.#opened;
    loaded.throwIfDisposed();
    this.#loop ??= new TokenLoop(await Session.open(loaded, { capacity: this.#context }));
    return this.#loop;
  }

  #promptIds(input: TextInput, options: TextGenerationOptions): number[] {
    const tokenizer = this.#tokenizer;
    const ids =
      typeof input === 'string'
        ? tokenizer.encode(input, { add_special_tokens: options.add_special_tokens ?? true })
        : (tokenizer.applyChatTemplate(input, { add_generation_prompt: true, tools: options.tools }) as number[]);
    if (ids.length === 0) {
      throw new InputError({
        what: 'The prompt has no tokens',
        expected: 'at least one token',
        remedy: 'give some text, or a model whose tokenizer adds a begin token',
      });
    }
    if (ids.length > this.#context) {
      throw new InputError({
        what: 'The prompt is longer than the context',
        expected: `at most ${this.#context} tokens`,
        actual: `${ids.length} tokens`,
        remedy: 'drop older messages, shorten the text, or load the model with a larger max_context',
      });
    }
    return ids;
  }

  async *stream(input: TextInput, options: TextGenerationOptions = {}): AsyncGenerator<string, void, undefined> {
    const turn = new Turn(this.#afterOthers(this.#last, input, options));
    this.#last = turn;
    yield* turn.read(options.signal);
  }

  async *#afterOthers(before: Turn | undefined, input: TextInput, options: TextGenerationOptions) {
    await before?.finish();
    yield* this.#generate(input, options);
  }

  async *#generate(input: TextInput, options: TextGenerationOptions): AsyncGenerator<string, void, undefined> {
    if (this.#disposed) {
      throw new DisposedError({ what: 'The pipeline was disposed', remedy: 'make a new one' });
    }
    const began = performance.now();
    const prompt = this.#promptIds(input, options);
    const { generationConfig, config } = this.#opened;
    const settings = resolveGeneration(options, generationConfig, config, prompt.length);
    const detokenizer = new StreamingDetokenizer(this.#tokenizer, { skip_special_tokens: true });
    const stops = new StopStrings([options.stop_strings ?? []].flat());
    const stats: GenerationStats = {
      promptTokens: prompt.length,
      newTokens: 0,
      timeToFirstTokenMs: 0,
      tokensPerSecond: 0,
    };
    this.#stats = stats;
    let firstAt = began;
    try {
      for await (const [id = 0] of (await this.#tokenLoop()).run([prompt], settings, { signal: options.signal })) {
        const now = performance.now();
        stats.newTokens++;
        if (stats.newTokens === 1) {
          firstAt = now;
          stats.timeToFirstTokenMs = now - began;
        } else {
          stats.tokensPerSecond = tokensPerSecond(stats.newTokens - 1, now - firstAt);
        }
        if (settings.eosTokenIds.includes(id)) {
          stats.finishReason = 'eos';
          break;
        }
        const text = stops.push(detokenizer.push(id));
        if (text !== '') yield text;
        if (stops.stopped) {
          stats.finishReason = 'stop';
          return;
        }
      }
      const rest = stops.push(detokenizer.flush()) + stops.flush();
      stats.finishReason = stops.stopped ? 'stop' : (stats.finishReason ?? 'length');
      if (rest !== '') yield rest;
    } finally {
      stats.finishReason ??= 'abort';
    }
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last?.finish();
    this.#loop?.dispose();
    this.#opened.loaded.dispose();
  }
}

/** The pipeline as transformers.js has it: a function with methods. */
export type TextGenerationPipeline = TextGenerator & {
  <T extends TextInput>(input: T, options?: TextGenerationOptions): Promise<GeneratedText<T>[]>;
  <T extends TextInput>(inputs: readonly T[], options?: TextGenerationOptions): Promise<GeneratedText<T>[][]>;
  [Symbol.asyncDispose](): Promise<void>;
};

function isBatch(input: unknown): input is readonly TextInput[] {
  return Array.isArray(input) && input.length > 0 && (typeof input[0] === 'string' || Array.isArray(input[0]));
}

/** Gives a generator the form of a function. */
export function asPipeline(generator: TextGenerator): TextGenerationPipeline {
  const one = async (input: TextInput, options: TextGenerationOptions = {}) => {
    let text = '';
    for await (const piece of generator.stream(input, options)) text += piece;
    if (typeof input !== 'string') return [{ generated_text: [...input, { role: 'assistant', content: text }] }];
    return [{ generated_text: (options.return_full_text ?? true) ? input + text : text }];
  };
  const call = async (input: TextInput | readonly TextInput[], options?: TextGenerationOptions) => {
    if (!isBatch(input)) return one(input as TextInput, options);
    const results = [];
    for (const each of input) results.push(await one(each, options));
    return results;
  };
  const methods = {
    stream: (input: TextInput, options?: TextGenerationOptions) => generator.stream(input, options),
    dispose: () => generator.dispose(),
    [Symbol.asyncDispose]: () => generator.dispose(),
  };
  const pipeline = Object.assign(call, methods);
  Object.defineProperty(pipeline, 'stats', { get: () => generator.stats });
  return pipeline as unknown as TextGenerationPipeline;
}
