// Waits for the GPU and asks for news meanwhile. Chromium's GPU process looks for finished work when a page asks it something, and otherwise
// every one or two milliseconds: a tenth of what a short prompt takes.
import type { Gpu } from './device.ts';

/** Milliseconds from one question to the next. */
const ASK_EVERY_MS = 0.15;
/** What takes longer gains too little to keep a thread awake for. */
const ASK_FOR_MS = 100;

/** What `done` gives, as soon as it is there. Other tasks of the page run in between. */
export async function askUntilDone<T>(
  { queue, isFallback }: Pick<Gpu, 'queue' | 'isFallback'>,
  done: Promise<T>,
): Promise<T> {
  // A software adapter would have less of the CPU.
  if (isFallback) return done;
  let isPending = true;
  const settle = () => {
    isPending = false;
  };
  done.then(settle, settle);
  const { port1, port2 } = new MessageChannel();
  const began = performance.now();
  let asked = began;
  try {
    while (isPending && asked - began < ASK_FOR_MS) {
      await new Promise((resolve) => {
        port1.onmessage = resolve;
        port2.postMessage(null);
      });
      const now = performance.now();
      if (now - asked < ASK_EVERY_MS) continue;
      asked = now;
      queue.onSubmittedWorkDone().catch(() => undefined);
    }
  } finally {
    port1.close();
  }
  return done;
}
