// A device that goes away in the middle of an answer is told as such, and the page can go on with a new one.
import { expect, it } from 'vitest';
import { DeviceLostError, openGpu, pipeline } from '../../src/index.ts';

const QUESTION = [{ role: 'user', content: 'What is the capital of France?' }];

it('a lost device ends the answer with a typed error; loading again works', async () => {
  const device = await openGpu();
  const chat = await pipeline('text-generation', '/models/intab-chat', { device });
  const pieces: string[] = [];
  const reading = (async () => {
    for await (const text of chat.stream(QUESTION, { max_new_tokens: 100, eos_token_id: [] })) {
      pieces.push(text);
      device.device.destroy();
    }
  })();
  await expect(reading).rejects.toBeInstanceOf(DeviceLostError);
  expect(pieces.length).toBeGreaterThan(0);
  await expect(chat(QUESTION)).rejects.toBeInstanceOf(DeviceLostError);
  await chat.dispose();

  const again = await pipeline('text-generation', '/models/intab-chat');
  const [answer] = await again(QUESTION, { max_new_tokens: 12 });
  expect(answer?.generated_text.at(-1)?.content).toContain('Paris');
  await again.dispose();
});
