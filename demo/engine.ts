// The one place where the page touches intab: the adapter's name, loading a model, streaming an answer, its numbers.

import { gpuInfo, IntabError, pipeline } from '../src/index.ts';
import type { ChatSettings } from './settings.ts';

/** The model that is served beside this page. */
export const EMBEDDED_MODEL = 'models/intab-chat';

export type ModelChoice = string | File[];

export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

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
    : { what: sentence(info.what), remedy: sentence(info.remedy) };
}

/** Loads a model; rejects with the signal's reason when it is aborted. */
export async function loadModel(
  choice: ModelChoice,
  onState: (state: LoadState) => void,
  signal: AbortSignal,
): Promise<ChatModel> {
  const files = new Map<string, { loaded: number; total: number }>();
  const chat = await pipeline('text-generation', choice, {
    signal,
    progress_callback: (event) => {
      if (event.file !== undefined && event.total !== undefined && event.total > 0) {
        files.set(event.file, { loaded: event.loaded ?? 0, total: event.total });
      }
      onState(loadState(event.status, event.file, files));
    },
  });
  return {
    name: modelName(choice),
    stream: (messages, settings, abort) =>
      chat.stream([...messages], { ...generationOptions(settings), signal: abort }),
    stats: () => chat.stats,
    dispose: () => chat.dispose(),
  };
}

/** An error in words for the page. */
export function describeProblem(error: unknown): Problem {
  if (error instanceof IntabError) {
    const found = error.actual === undefined ? '' : `Found: ${sentence(error.actual)} `;
    return { what: sentence(error.what), remedy: found + sentence(error.remedy) };
  }
  return {
    what: sentence(error instanceof Error ? error.message : String(error)),
    remedy: 'Try again; if it stays, reload the page.',
  };
}

/** A part of a message as a sentence of its own. */
function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? '' : '.';
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}

/** How the page calls a model. */
export function modelName(choice: ModelChoice): string {
  if (typeof choice === 'string') return choice.replace(/\/+$/, '').split('/').at(-1) ?? choice;
  return choice[0]?.webkitRelativePath.split('/')[0] || 'picked files';
}

function loadState(
  status: string,
  file: string | undefined,
  files: ReadonlyMap<string, { loaded: number; total: number }>,
): LoadState {
  let loaded = 0;
  let total = 0;
  for (const entry of files.values()) {
    loaded += entry.loaded;
    total += entry.total;
  }
  const isLoading = total > 0 && loaded < total && status !== 'ready';
  if (!isLoading) return { text: total > 0 ? 'Preparing the model' : 'Loading the model', percent: undefined };
  const what = file === undefined ? '' : ` · ${file}`;
  return { text: `Loading ${megabytes(loaded)} of ${megabytes(total)}${what}`, percent: (100 * loaded) / total };
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
