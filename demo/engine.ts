// The one place where the page touches intab: the adapter's name, loading a model, streaming an answer, its numbers.

import { type AnswerSpan, gpuInfo, IntabError, modelCache, type ProgressEvent, pipeline } from '../src/index.ts';
import type { ChatSettings } from './settings.ts';

/** The model that is served beside this page; the leading dot keeps the Hub from ever being asked for it. */
export const EMBEDDED_MODEL = './models/intab-chat';

export type ModelChoice = string | File[];

export type Message = {
  role: 'system' | 'user' | 'assistant';
  content: string;
};

export interface LoadState {
  text: string;
  /** Absent while nothing countable happens. */
  percent: number | undefined;
}

export interface AnswerStats {
  newTokens: number;
  timeToFirstTokenMs: number;
  tokensPerSecond: number;
  finishReason?: string | undefined;
}

/** What a person needs to know about an error. */
export interface Problem {
  what: string;
  remedy: string;
}

/** A loaded chat model. */
export interface ChatModel {
  name: string;
  stream(messages: readonly Message[], settings: ChatSettings, signal: AbortSignal): AsyncIterable<string>;
  stats(): AnswerStats | undefined;
  dispose(): Promise<void>;
}

/** The adapter's name, or why there is none. */
export async function findAdapter(): Promise<{ name: string; isFallback: boolean } | Problem> {
  const info = await gpuInfo();
  return info.available
    ? { name: info.name, isFallback: info.isFallback }
    : { what: ended(info.what), remedy: sentence(info.remedy) };
}

/** Loads a model; rejects with the signal's reason when it is aborted. */
export async function loadModel(
  choice: ModelChoice,
  onState: (state: LoadState) => void,
  signal: AbortSignal,
): Promise<ChatModel> {
  const chat = await pipeline('text-generation', choice, {
    signal,
    progress_callback: (event) => onState(loadState(event)),
  });
  return {
    name: modelName(choice),
    stream: (messages, settings, abort) =>
      chat.stream([...messages], { ...generationOptions(settings), signal: abort }),
    stats: () => chat.stats,
    dispose: () => chat.dispose(),
  };
}

/** A model that is run on one text. */
export type Finder<T> = (text: string) => Promise<T>;

const MODELS = './models';

/** Options that tell how far loading is, in words. */
function told(onState: (text: string) => void) {
  return { progress_callback: (event: ProgressEvent) => onState(`${loadState(event).text}…`) };
}

/** Finds what a text should not give away. */
export async function openFinder(onState: (text: string) => void) {
  const find = await pipeline('token-classification', `${MODELS}/intab-pii`, told(onState));
  return async (text: string) =>
    (await find(text, { aggregation_strategy: 'simple' })).map(({ entity_group, start, end, score }) => {
      const piece = text.slice(start, end);
      return {
        label: entity_group,
        // The space before a word belongs to its first token.
        start: start + piece.length - piece.trimStart().length,
        end: end - piece.length + piece.trimEnd().length,
        score,
      };
    });
}

/** Tells what a support message wants: every intent with its score, from the likeliest down. */
export async function openSorter(onState: (text: string) => void) {
  const sort = await pipeline('text-classification', `${MODELS}/intab-intent`, told(onState));
  return async (text: string) => (await sort(text, { top_k: null })).flat();
}

/** Finds the answer to a question in a text; undefined where there is none. */
export async function openAnswerer(onState: (text: string) => void) {
  const answer = await pipeline('question-answering', `${MODELS}/intab-qa`, told(onState));
  return async (question: string, text: string) => {
    const found = (await answer(question, text, { handle_impossible_answer: true })) as AnswerSpan;
    return found.answer === '' ? undefined : { ...found, label: 'ANSWER' };
  };
}

/** A model that the browser keeps, in words. */
export interface KeptModel {
  name: string;
  detail: string;
}

/** The models in the browser's storage. */
export const keptModels = {
  async list(): Promise<{ models: KeptModel[]; room: string }> {
    const models = (await modelCache.list()).map(({ name, state, sizeBytes, storedBytes, lastUsed }) => {
      const size =
        state === 'complete' ? megabytes(storedBytes) : `${megabytes(storedBytes)} of ${megabytes(sizeBytes)}`;
      return {
        name,
        detail: `${size} · used ${lastUsed.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}`,
      };
    });
    const { cachedBytes, quotaBytes } = await modelCache.estimate();
    const quota = quotaBytes === undefined ? '' : ` of ${megabytes(quotaBytes)}`;
    return { models, room: `${megabytes(cachedBytes)}${quota}` };
  },
  delete: (name: string) => modelCache.delete(name),
  clear: () => modelCache.clear(),
  import: (file: Blob) => modelCache.import(file),
  export: async (name: string) => new Response(await modelCache.export(name)).blob(),
};

/** An error in words for the page. */
export function describeProblem(error: unknown): Problem {
  if (error instanceof IntabError) {
    const found = error.actual === undefined ? '' : `Found: ${ended(error.actual)} `;
    return { what: ended(error.what), remedy: found + sentence(error.remedy) };
  }
  return {
    what: ended(error instanceof Error ? error.message : String(error)),
    remedy: 'Try again; if it stays, reload the page.',
  };
}

/** With a full stop; names at the start keep their case. */
function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function sentence(text: string): string {
  return ended(text.charAt(0).toUpperCase() + text.slice(1));
}

/** How the page calls a model. */
export function modelName(choice: ModelChoice): string {
  if (typeof choice === 'string') return choice.replace(/\/+$/, '').split('/').at(-1) ?? choice;
  return choice[0]?.webkitRelativePath.split('/')[0] || 'picked files';
}

function loadState({ status, file = '', loaded = 0, total = 0 }: ProgressEvent): LoadState {
  if (status === 'ready') return { text: 'Preparing the model', percent: undefined };
  if (status !== 'progress' || total === 0) return { text: 'Loading the model', percent: undefined };
  return { text: `Loading ${megabytes(loaded)} of ${megabytes(total)} · ${file}`, percent: (100 * loaded) / total };
}

function megabytes(bytes: number): string {
  const size = bytes / 1e6;
  return size >= 1000 ? `${(size / 1000).toFixed(1)} GB` : `${size.toFixed(size < 10 ? 1 : 0)} MB`;
}

function generationOptions(settings: ChatSettings) {
  const common = { max_new_tokens: settings.maxNewTokens, repetition_penalty: settings.repetitionPenalty };
  if (!settings.sample) return { ...common, do_sample: false };
  return {
    ...common,
    do_sample: true,
    temperature: settings.temperature,
    top_k: settings.topK,
    top_p: settings.topP,
    min_p: settings.minP,
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
  };
}
