// The embedded chat models give the ids that the reference gives for the same files.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AutoModelForCausalLM, AutoTokenizer, type CausalLM, type ChatMessage, type Tokenizer } from '../src/index.ts';
import chat from '../tools/train/intab_chat/golden.json' with { type: 'json' };
import chatMoe from '../tools/train/intab_chat_moe/golden.json' with { type: 'json' };

interface GoldenChat {
  messages: ChatMessage[];
  prompt_ids: number[];
  ids: number[];
  text: string;
}

/** Short answers only: the software adapter makes about ten tokens a second, fewer with experts. */
const MODELS = { 'intab-chat': { golden: chat, maxTokens: 16 }, 'intab-chat-moe': { golden: chatMoe, maxTokens: 12 } };

describe.each(Object.entries(MODELS))('%s', (name, { golden, maxTokens }) => {
  const location = `/models/${name}`;
  const chats = (golden as GoldenChat[]).filter(({ ids }) => ids.length <= maxTokens);
  let model: CausalLM;
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    tokenizer = await AutoTokenizer.from_pretrained(location);
    model = await AutoModelForCausalLM.from_pretrained(location);
  });

  afterAll(() => model?.dispose());

  it('has golden chats of one and of several turns', () => {
    expect(chats.length).toBeGreaterThan(3);
    expect(chats.some(({ messages }) => messages.length > 2)).toBe(true);
  });

  it.each(chats)('answers "$text" as the reference does', async ({ messages, prompt_ids, ids, text }) => {
    expect(tokenizer.applyChatTemplate(messages)).toEqual(prompt_ids);
    const [row = []] = await model.generate({
      input_ids: [prompt_ids],
      max_new_tokens: ids.length,
      do_sample: false,
    });
    const answer = row.slice(prompt_ids.length);
    expect(answer).toEqual(ids);
    expect(tokenizer.decode(answer, { skip_special_tokens: true })).toBe(text);
  });
});
