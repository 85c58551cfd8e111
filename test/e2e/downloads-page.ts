// The page of the download tests: reads a checkpoint through the cache as loading does, without a GPU, and sums up what it got.

import { openCheckpoint } from '../../src/hub/checkpoint.ts';
import { openSource } from '../../src/hub/open-source.ts';
import { modelCache } from '../../src/index.ts';

export interface Reading {
  /** Sums over the bytes of each tensor, each byte times its place: other bytes, or in another order, give others. */
  sums: Record<string, number>;
  /** Name and message of what went wrong. */
  error?: string;
  uncached?: string;
}

export { modelCache };

/** Bytes visited so far, for a test that waits for a moment. */
export const progress = { visitedBytes: 0, isDone: false };

export async function readModel(url: string, sha256?: Record<string, string>): Promise<Reading> {
  const reading: Reading = { sums: {} };
  progress.isDone = false;
  progress.visitedBytes = 0;
  try {
    const source = openSource(url, { sha256 }, (error) => {
      reading.uncached = `${error.name}: ${error.message}`;
    });
    await source.text('config.json');
    const checkpoint = await openCheckpoint(source);
    await checkpoint.read(({ name }, offsetBytes, bytes) => {
      const words = new Uint32Array(bytes.slice().buffer, 0, Math.floor(bytes.length / 4));
      let sum = reading.sums[name] ?? 0;
      for (let i = 0; i < words.length; i++) sum = (sum + Math.imul(words[i] as number, offsetBytes / 4 + i + 1)) | 0;
      reading.sums[name] = sum;
      progress.visitedBytes += bytes.length;
    });
    progress.isDone = true;
  } catch (error) {
    reading.error = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return reading;
}
