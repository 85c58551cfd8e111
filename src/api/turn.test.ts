import { describe, expect, it } from 'vitest';
import { Turn } from './turn.ts';

/** Words, and a count of those that were made. */
function wordsOf(words: readonly string[], failure?: Error) {
  const made = { count: 0, ended: false };
  async function* make() {
    try {
      for (const word of words) {
        await Promise.resolve();
        made.count++;
        yield word;
      }
      if (failure) throw failure;
    } finally {
      await Promise.resolve();
      made.ended = true;
    }
  }
  return { made, turn: new Turn(make()) };
}

async function collect(text: AsyncIterable<string>): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of text) pieces.push(piece);
  return pieces;
}

describe('Turn', () => {
  it('makes text as it is read', async () => {
    const { made, turn } = wordsOf(['a', 'b', 'c']);
    const text = turn.read(undefined);
    expect(made.count).toBe(0);
    expect((await text.next()).value).toBe('a');
    expect(made.count).toBe(1);
    expect(await collect(text)).toEqual(['b', 'c']);
    expect(made.ended).toBe(true);
  });

  it('makes the rest for who comes next, and keeps it for its reader', async () => {
    const { made, turn } = wordsOf(['a', 'b', 'c', 'd']);
    const text = turn.read(undefined);
    await text.next();
    await turn.finish();
    expect(made).toEqual({ count: 4, ended: true });
    expect(await collect(text)).toEqual(['b', 'c', 'd']);
  });

  it('gives each piece once and in order to a reader who reads on while the rest is made', async () => {
    const words = Array.from({ length: 50 }, (_, i) => String(i));
    const { turn } = wordsOf(words);
    const reading = collect(turn.read(undefined));
    await Promise.all([turn.finish(), turn.finish()]);
    expect(await reading).toEqual(words);
  });

  it('throws behind the text, at its reader alone', async () => {
    const failure = new Error('broken');
    const { turn } = wordsOf(['a', 'b'], failure);
    const text = turn.read(undefined);
    await turn.finish();
    expect((await text.next()).value).toBe('a');
    expect((await text.next()).value).toBe('b');
    await expect(text.next()).rejects.toBe(failure);
  });

  it('ends when its reader leaves, before and while the rest is made', async () => {
    const { made, turn } = wordsOf(['a', 'b', 'c']);
    for await (const _ of turn.read(undefined)) break;
    expect(made).toEqual({ count: 1, ended: true });
    await turn.finish();
    expect(made.count).toBe(1);

    const other = wordsOf(Array.from({ length: 1000 }, String));
    const text = other.turn.read(undefined);
    await text.next();
    const finished = other.turn.finish();
    await text.return();
    await finished;
    expect(other.made.ended).toBe(true);
    expect(other.made.count).toBeLessThan(1000);
  });

  it('gives no text that waits after an abort', async () => {
    const { turn } = wordsOf(['a', 'b', 'c']);
    const controller = new AbortController();
    const text = turn.read(controller.signal);
    await text.next();
    await turn.finish();
    controller.abort(new Error('enough'));
    await expect(text.next()).rejects.toThrow('enough');
  });
});
