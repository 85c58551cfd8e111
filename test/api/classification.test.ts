// Every pipeline that reads whole texts, on tiny checkpoints with a tokenizer of single bytes: what comes out has the right form, and
// agrees with the forward pass, alone and in batches.
import { afterAll, describe, expect, it } from 'vitest';
import {
  AutoConfig,
  AutoModelForSequenceClassification,
  DisposedError,
  InputError,
  type LabelScore,
  type PipelineTask,
  pipeline,
} from '../../src/index.ts';

/** Ids 3 to 258 are the bytes, so the fixtures' vocabulary of 320 holds them. */
const TOKENIZER = JSON.stringify({
  added_tokens: ['<pad>', '<s>', '</s>'].map((content, id) => ({ id, content, special: true })),
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false },
  decoder: { type: 'ByteLevel' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [
      { SpecialToken: { id: '<s>', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { Sequence: { id: 'B', type_id: 1 } },
    ],
    special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
  },
  model: {
    type: 'BPE',
    vocab: Object.fromEntries(['<pad>', '<s>', '</s>', ...byteAlphabet()].map((token, id) => [token, id])),
    merges: [],
  },
});

function byteAlphabet(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
}

async function files(name: string): Promise<Map<string, Blob>> {
  const folder = `/test/fixtures/models/${name}`;
  const blob = async (file: string) => (await fetch(`${folder}/${file}`)).blob();
  return new Map([
    ['config.json', await blob('config.json')],
    ['model.safetensors', await blob('model.safetensors')],
    ['tokenizer.json', new Blob([TOKENIZER])],
  ]);
}

const TEXT = 'Zoë likes tea.';
const LONG = 'x'.repeat(300);

const opened: { dispose(): Promise<void> }[] = [];
const open = async <T extends PipelineTask>(task: T, name: string) => {
  const made = await pipeline(task, await files(name), {});
  opened.push(made);
  return made;
};
afterAll(() => Promise.all(opened.map((each) => each.dispose())));

const closeTo = (a: readonly LabelScore[], b: readonly LabelScore[]) => {
  expect(a.map(({ label }) => label)).toEqual(b.map(({ label }) => label));
  a.forEach(({ score }, i) => {
    expect(score).toBeCloseTo(b[i]?.score as number, 5);
  });
};

describe('the pipelines', () => {
  it('text-classification gives labels, alone as in a batch', async () => {
    const classify = await open('text-classification', 'llama-sequence-classification');
    const all = await classify(TEXT, { top_k: null });
    expect(all).toHaveLength(5);
    expect(all.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 6);
    closeTo(await classify(TEXT), all.slice(0, 1));
    closeTo((await classify([TEXT, 'no'])).slice(0, 1), all.slice(0, 1));
    const both = (await classify(['short', TEXT], { top_k: 2 })) as LabelScore[][];
    closeTo(both[1] ?? [], all.slice(0, 2));
    await expect(classify(LONG)).rejects.toThrow(InputError);
    expect(await classify(LONG, { truncation: true })).toHaveLength(1);

    await using model = await AutoModelForSequenceClassification.from_pretrained(
      await files('llama-sequence-classification'),
    );
    const ids = [1, ...new TextEncoder().encode(TEXT)].map((byte, i) => (i === 0 ? byte : byte + 3));
    const { logits } = await model.forward({ input_ids: [ids] });
    const values = [...(logits?.data ?? [])];
    const best = values.indexOf(Math.max(...values));
    expect(all[0]?.label).toBe(model.id2label[best]);
    const weights = values.map((value) => Math.exp(value));
    expect(all[0]?.score).toBeCloseTo((weights[best] ?? 0) / weights.reduce((a, b) => a + b, 0), 5);

    await classify.dispose();
    await expect(classify(TEXT)).rejects.toThrow(DisposedError);
  });

  it('token-classification gives tokens and entities with their places', async () => {
    const find = await open('token-classification', 'llama-token-classification');
    const tokens = await find(TEXT, { ignore_labels: [] });
    // ë is two bytes, and so two tokens at one place.
    expect(tokens.map(({ start, end }) => TEXT.slice(start, end)).slice(0, 4)).toEqual(['Z', 'o', 'ë', 'ë']);
    expect(tokens.map(({ index }) => index)).toEqual(tokens.map((_, i) => i + 1));
    const [, batched = []] = await find(['a longer text than the other', TEXT], { ignore_labels: [] });
    expect(batched.map(({ entity }) => entity)).toEqual(tokens.map(({ entity }) => entity));
    const words = await find(TEXT, { aggregation_strategy: 'average', ignore_labels: [] });
    expect(words.map(({ word }) => word).join(' ')).toBe(TEXT);
    for (const { start, end, word } of words) expect(TEXT.slice(start, end)).toBe(word);
    const ignored = words[0]?.entity_group as string;
    const others = await find(TEXT, { aggregation_strategy: 'average', ignore_labels: [ignored] });
    expect(others.map(({ entity_group }) => entity_group)).not.toContain(ignored);
  });

  it('question-answering gives spans of the text, also of a long one', async () => {
    const answer = await open('question-answering', 'llama-question-answering');
    const best = await answer('Who?', TEXT);
    expect(TEXT.slice(best.start, best.end)).toBe(best.answer);
    expect(best.score).toBeGreaterThan(0);
    const three = await answer('Who?', TEXT, { top_k: 3, max_answer_len: 2, align_to_words: false });
    expect(three).toHaveLength(3);
    const impossible = await answer('Who?', TEXT, { top_k: 200, max_answer_len: 2, handle_impossible_answer: true });
    expect(impossible).toContainEqual(expect.objectContaining({ answer: '', start: 0, end: 0 }));
    const long = await answer('Who?', `${LONG} ${TEXT}`, { doc_stride: 32 });
    expect(`${LONG} ${TEXT}`.slice(long.start, long.end)).toBe(long.answer);
    await expect(answer(LONG, TEXT)).rejects.toThrow(InputError);
    await expect(answer('', TEXT)).rejects.toThrow(InputError);
    const other = await answer('What?', TEXT);
    expect(await answer(['Who?', 'What?'], TEXT)).toEqual([best, other]);
    expect(await answer(['Who?'], [TEXT])).toEqual([best]);
    await expect(answer(['Who?'], [TEXT, TEXT])).rejects.toThrow(InputError);
  });

  it('zero-shot-classification compares labels, feature-extraction pools', async () => {
    const zeroShot = await open('zero-shot-classification', 'llama-gqa');
    const labels = ['tea', 'coffee and cake', 'rain'];
    const one = await zeroShot(TEXT, labels);
    expect(one.sequence).toBe(TEXT);
    expect(one.labels.toSorted()).toEqual(labels.toSorted());
    expect(one.scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 6);
    expect(one.scores).toEqual(one.scores.toSorted((a, b) => b - a));
    const many = await zeroShot([TEXT], labels, { multi_label: true, hypothesis_template: 'About {}.' });
    for (const score of many[0]?.scores ?? [2]) expect(score >= 0 && score <= 1).toBe(true);
    await expect(zeroShot(TEXT, labels, { hypothesis_template: 'none' })).rejects.toThrow(InputError);

    const extract = await open('feature-extraction', 'llama-gqa');
    const states = await extract([TEXT, 'tea']);
    expect(states.dims).toEqual([2, 16, 64]);
    const mean = await extract('tea', { pooling: 'mean', normalize: true });
    expect(mean.dims).toEqual([1, 64]);
    expect(Math.hypot(...mean.data)).toBeCloseTo(1, 5);
    const last = await extract(['tea', TEXT], { pooling: 'last_token' });
    const alone = await extract('tea', { pooling: 'last_token' });
    alone.data.forEach((value, i) => {
      expect(last.data[i]).toBeCloseTo(value, 4);
    });
  });

  it('refuses tasks and options that do not exist, and reads configurations', async () => {
    const model = await files('llama-gqa');
    await expect(pipeline('nothing' as PipelineTask, model)).rejects.toThrow(InputError);
    await (await pipeline('ner', await files('llama-token-classification'))).dispose();
    const config = await AutoConfig.from_pretrained(model);
    expect(config).toMatchObject({ model_type: 'llama', vocab_size: 320, hidden_act: 'silu' });
  });
});
