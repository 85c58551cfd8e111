// How long the GPU is asked, with a queue that only counts. What it is good for shows on hardware alone: docs/performance.md.
import { describe, expect, it } from 'vitest';
import { askUntilDone } from './ask-until-done.ts';

function counting(isFallback = false) {
  let asked = 0;
  const queue = {
    onSubmittedWorkDone: () => {
      asked++;
      return Promise.reject(new Error('lost'));
    },
  } as unknown as GPUQueue;
  return { gpu: { queue, isFallback }, count: () => asked };
}

const later = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(resolve, ms, value));

describe('askUntilDone', () => {
  it('asks until there is an answer, and gives it', async () => {
    const { gpu, count } = counting();
    expect(await askUntilDone(gpu, later(20, 'token'))).toBe('token');
    const asked = count();
    expect(asked).toBeGreaterThan(1);
    await later(20, undefined);
    expect(count()).toBe(asked);
  });

  it('lets other tasks run meanwhile', async () => {
    const { gpu, count } = counting();
    const askedAt: number[] = [];
    const done = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        askedAt.push(count());
        if (askedAt.length < 5) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });
    await askUntilDone(gpu, done);
    // Questions came between the ticks of the timer, not all of them before the first.
    expect(count()).toBeGreaterThan(askedAt[0] as number);
  });

  it('stops asking where it takes long, and still waits', async () => {
    const { gpu, count } = counting();
    const done = later(300, 'late');
    await later(0, undefined);
    const asking = askUntilDone(gpu, done);
    await later(200, undefined);
    const asked = count();
    expect(await asking).toBe('late');
    expect(count()).toBe(asked);
  });

  it('passes an error on', async () => {
    const failing = later(5, undefined).then(() => Promise.reject(new Error('device lost')));
    await expect(askUntilDone(counting().gpu, failing)).rejects.toThrow('device lost');
  });

  it('leaves software adapters in peace', async () => {
    const { gpu, count } = counting(true);
    expect(await askUntilDone(gpu, later(20, 1))).toBe(1);
    expect(count()).toBe(0);
  });
});
