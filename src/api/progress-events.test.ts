import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ProgressEvent, ProgressEvents } from './progress-events.ts';

afterEach(() => vi.useRealTimers());

describe('ProgressEvents', () => {
  it('reports files that come at the same time, each by itself', () => {
    const events: ProgressEvent[] = [];
    const progress = new ProgressEvents('a/b', 300, (event) => events.push(event));
    progress.report({ file: '1', loadedBytes: 50, totalBytes: 100, isRead: false });
    progress.report({ file: '2', loadedBytes: 20, totalBytes: 200, isRead: false });
    progress.report({ file: '1', loadedBytes: 100, totalBytes: 100, isRead: true });
    progress.report({ file: '2', loadedBytes: 200, totalBytes: 200, isRead: true });
    expect(events.map(({ status, file, loaded }) => `${status} ${file} ${loaded ?? ''}`.trim())).toEqual([
      'initiate 1',
      'download 1',
      'progress 1 50',
      'initiate 2',
      'download 2',
      'progress 2 20',
      'progress 1 100',
      'done 1',
      'progress 2 200',
      'done 2',
    ]);
    expect(events.filter(({ status }) => status === 'progress').map(({ progress: percent }) => percent)).toEqual([
      50, 10, 100, 100,
    ]);
    expect(events.at(-2)?.seconds_left).toBe(0);
  });

  it('measures the speed of the last seconds over all files', () => {
    vi.useFakeTimers();
    let last: ProgressEvent | undefined;
    const progress = new ProgressEvents('a/b', 100_000, (event) => {
      last = event;
    });
    const run = (seconds: number, bytesPerSecond: number, from: number) => {
      for (let i = 1; i <= seconds * 10; i++) {
        vi.advanceTimersByTime(100);
        progress.report({ file: '1', loadedBytes: from + (i * bytesPerSecond) / 10, totalBytes: 1e5, isRead: false });
      }
      return from + seconds * bytesPerSecond;
    };
    const loaded = run(20, 1000, 0);
    expect(last?.bytes_per_second).toBeCloseTo(1000, 0);
    expect(last?.seconds_left).toBeCloseTo(80, 0);
    run(10, 4000, loaded);
    expect(last?.bytes_per_second).toBeCloseTo(4000, 0);
    expect(last?.seconds_left).toBeCloseTo(10, 0);
  });
});
