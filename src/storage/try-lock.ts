// One holder at a time over all tabs and workers of an origin, through Web Locks: a tab that dies lets go of what it held.
// Without Web Locks (Node, old browsers) the lock holds within one page only.

const heldHere = new Set<string>();

/** Takes a lock if nobody holds it. Gives the function that lets go, or undefined. */
export function tryLock(name: string): Promise<(() => void) | undefined> {
  const { locks } = globalThis.navigator ?? {};
  if (!locks) return Promise.resolve(lockHere(name));
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

function lockHere(name: string): (() => void) | undefined {
  if (heldHere.has(name)) return undefined;
  heldHere.add(name);
  return () => heldHere.delete(name);
}
