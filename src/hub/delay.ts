// Waiting that an abort ends.

/**
 * Resolves after a while.
 * @throws the signal's reason on abort.
 */
export function delay(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
