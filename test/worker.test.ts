// A pipeline in a worker behaves as one in the page.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DisposedError, InputError, pipeline, SourceError, Tensor, type TextGenerationPipeline } from '../src/index.ts';

const QUESTION = [{ role: 'user', content: 'What is the capital of France?' }];

const startWorker = () => new Worker(new URL('./chat-worker.ts', import.meta.url), { type: 'module' });

describe('a pipeline in a worker', () => {
  const worker = startWorker();
  const files = new Set<string>();
  let chat: TextGenerationPipeline;

  beforeAll(async () => {
    chat = await pipeline('text-generation', '/models/intab-chat', {
      worker,
      progress_callback: ({ status, file }) => {
        if (status === 'progress' && file) files.add(file);
      },
    });
  });

  afterAll(async () => {
    await chat?.dispose();
    worker.terminate();
  });

  it('reports progress', () => {
    expect([...files]).toEqual(['model.safetensors']);
  });

  it('answers and counts', async () => {
    const [answer] = await chat(QUESTION, { max_new_tokens: 20, do_sample: false });
    expect(answer?.generated_text.at(-1)).toEqual({
      role: 'assistant',
      content: 'The capital of France is **Paris**.',
    });
    expect(chat.stats).toMatchObject({ finishReason: 'eos' });
  });

  it('stops when its signal aborts', async () => {
    const controller = new AbortController();
    const pieces: string[] = [];
    const reading = (async () => {
      for await (const text of chat.stream(QUESTION, {
        signal: controller.signal,
        max_new_tokens: 200,
        eos_token_id: [],
      })) {
        pieces.push(text);
        controller.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(pieces.length).toBeGreaterThan(0);
  });

  it('stops when the reader leaves the loop', async () => {
    for await (const _ of chat.stream(QUESTION, { max_new_tokens: 200, eos_token_id: [] })) break;
    const [answer] = await chat(QUESTION, { max_new_tokens: 20, do_sample: false });
    expect(JSON.stringify(answer)).toContain('Paris');
  });

  it('runs other tasks beside it, and disposes each by itself', async () => {
    const location = '/models/intab-chat';
    const texts = ['a cat', 'a small dog'];
    const options = { pooling: 'mean' } as const;
    const here = await pipeline('feature-extraction', location);
    const there = await pipeline('feature-extraction', location, { worker });
    const vectors = await there(texts, options);
    expect(vectors).toBeInstanceOf(Tensor);
    expect(vectors).toEqual(await here(texts, options));
    await here.dispose();
    await there.dispose();
    await expect(there(texts, options)).rejects.toThrow(DisposedError);

    const classify = await pipeline('zero-shot-classification', location, { worker });
    const { labels } = await classify('What is the capital of France?', ['Rome', 'Paris'], {
      hypothesis_template: 'The capital of France is **{}**.',
    });
    expect(labels[0]).toBe('Paris');
    await expect(classify('', [])).rejects.toThrow(InputError);
    await classify.dispose();
    const [answer] = await chat(QUESTION, { max_new_tokens: 20, do_sample: false });
    expect(JSON.stringify(answer)).toContain('Paris');
  });

  it('throws errors of the same class as the page', async () => {
    const other = startWorker();
    const opening = pipeline('text-generation', '/models/there-is-none', { worker: other });
    await expect(opening).rejects.toBeInstanceOf(SourceError);
    other.terminate();
  });

  it('says so where the worker serves nothing', async () => {
    const silent = new Worker(URL.createObjectURL(new Blob([''], { type: 'text/javascript' })));
    const posted = vi.spyOn(silent, 'postMessage');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const opening = pipeline('text-generation', '/models/intab-chat', { worker: silent });
      const refused = expect(opening).rejects.toThrow(/does not answer.*serve\(\)/);
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
      await vi.advanceTimersByTimeAsync(60_000);
      await refused;
      // Should it wake up, it opens nothing.
      expect(posted.mock.calls.map(([message]) => message.kind)).toEqual(['open', 'abort']);
    } finally {
      vi.useRealTimers();
      silent.terminate();
    }
  });
});
