// What `progress_callback` hears of a load, in transformers.js's form.
import type { IntabError } from '../errors.ts';
import type { LoadProgress } from '../hub/checkpoint.ts';

/**
 * As in transformers.js: byte counts of one file come with `progress`. `uncached` says that the load goes on without keeping files,
 * and by its `error` why.
 */
export interface ProgressEvent {
  status: 'initiate' | 'download' | 'progress' | 'done' | 'ready' | 'uncached';
  /** The model's name. */
  name: string;
  file?: string;
  /** Bytes of this file so far. */
  loaded?: number;
  /** Bytes of this file. */
  total?: number;
  /** Percent of this file. */
  progress?: number;
  /** Over all files, in the last seconds. */
  bytes_per_second?: number;
  /** Until all files are there, at this speed. */
  seconds_left?: number;
  error?: IntabError;
}

export type ProgressCallback = (event: ProgressEvent) => void;

/** Speed is measured over this much time. */
const WINDOW_MS = 5000;

export class ProgressEvents {
  readonly #name: string;
  readonly #totalBytes: number;
  readonly #callback: ProgressCallback | undefined;
  /** Bytes so far, by file. */
  readonly #loaded = new Map<string, number>();
  #loadedBytes = 0;
  /** When how many bytes were there, over all files. */
  readonly #samples: { timeMs: number; bytes: number }[] = [{ timeMs: performance.now(), bytes: 0 }];

  /** @param totalBytes of all files. */
  constructor(name: string, totalBytes: number, callback: ProgressCallback | undefined) {
    this.#name = name;
    this.#totalBytes = totalBytes;
    this.#callback = callback;
  }

  report({ file, loadedBytes: loaded, totalBytes: total, isRead }: LoadProgress): void {
    const name = this.#name;
    const before = this.#loaded.get(file);
    if (before === undefined) {
      this.#callback?.({ status: 'initiate', name, file });
      this.#callback?.({ status: 'download', name, file });
    }
    this.#loaded.set(file, loaded);
    this.#loadedBytes += loaded - (before ?? 0);
    const bytes_per_second = this.#speed();
    const seconds_left = Math.max(this.#totalBytes - this.#loadedBytes, 0) / bytes_per_second;
    this.#callback?.({
      status: 'progress',
      name,
      file,
      loaded,
      total,
      progress: total > 0 ? (100 * loaded) / total : 100,
      bytes_per_second,
      seconds_left,
    });
    if (isRead) this.#callback?.({ status: 'done', name, file });
  }

  #speed(): number {
    const timeMs = performance.now();
    const samples = this.#samples;
    // A few samples a second are enough.
    if (timeMs - (samples.at(-1)?.timeMs ?? 0) >= WINDOW_MS / 50) samples.push({ timeMs, bytes: this.#loadedBytes });
    while (samples.length > 1 && timeMs - (samples[1]?.timeMs ?? 0) >= WINDOW_MS) samples.shift();
    const [first = { timeMs, bytes: 0 }] = samples;
    return (1000 * (this.#loadedBytes - first.bytes)) / Math.max(timeMs - first.timeMs, 1);
  }
}
