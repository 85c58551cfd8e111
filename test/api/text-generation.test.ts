// Streams of one pipeline: one generation runs at a time, and no reader blocks another.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DisposedError, pipeline, type TextGenerationPipeline } from '../../src/index.ts';

const QUESTION = [{ role: 'user', content: 'What is the capital of France?' }];
const OTHER = [{ role: 'user', content: 'Hello, who are you?' }];
const OPTIONS = { max_new_tokens: 8, do_sample: false };

describe('streams of one pipeline', () => {
  let chat: TextGenerationPipeline;
  beforeAll(async () => {
    chat = await pipeline('text-generation', '/models/intab-chat');
  });
  afterAll(() => chat?.dispose());

  async function answer(messages: typeof QUESTION): Promise<string> {
    let text = '';
    for await (const piece of chat.stream(messages, OPTIONS)) text += piece;
    return text;
  }

  it('answers while an earlier stream is neither finished nor left, and that one loses nothing', async () => {
    const expected = [await answer(QUESTION), await answer(OTHER)];
    const paused = chat.stream(QUESTION, OPTIONS);
    let text = (await paused.next()).value as string;
    expect(await answer(OTHER)).toBe(expected[1]);
    for await (const piece of paused) text += piece;
    expect(text).toBe(expected[0]);
  });

  it('answers calls that come at once one after the other', async () => {
    const expected = [await answer(QUESTION), await answer(OTHER)];
    expect(await Promise.all([answer(QUESTION), answer(OTHER), answer(QUESTION)])).toEqual([...expected, expected[0]]);
  });

  it('is disposed although a stream is neither finished nor left', async () => {
    const other = await pipeline('text-generation', '/models/intab-chat');
    const paused = other.stream(QUESTION, OPTIONS);
    await paused.next();
    await other.dispose();
    await expect(other.stream(OTHER, OPTIONS).next()).rejects.toThrow(DisposedError);
  });
});
