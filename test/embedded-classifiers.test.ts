// The embedded classifiers give what the reference's own classes give for the same files.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  pipeline,
  type QuestionAnsweringPipeline,
  type TextClassificationPipeline,
  type TokenClassificationPipeline,
} from '../src/index.ts';
import intents from '../tools/train/intab_intent/golden.json' with { type: 'json' };
import entities from '../tools/train/intab_pii/golden.json' with { type: 'json' };
import answers from '../tools/train/intab_qa/golden.json' with { type: 'json' };

describe('intab-pii', () => {
  let find: TokenClassificationPipeline;
  beforeAll(async () => {
    find = await pipeline('token-classification', '/models/intab-pii');
  });
  afterAll(() => find?.dispose());

  it.each(entities)('labels the tokens of "$text"', async ({ text, labels, probabilities }) => {
    const tokens = await find(text, { ignore_labels: [] });
    expect(tokens.map(({ entity }) => entity)).toEqual(labels);
    tokens.forEach(({ score }, i) => {
      expect(score).toBeCloseTo(probabilities[i] as number, 4);
    });
  });

  it('gives entities with their places', async () => {
    const text = 'Please call Maria Kowalska on +44 7700 900123.';
    const found = await find(text, { aggregation_strategy: 'average' });
    expect(found.map(({ entity_group, start, end }) => [entity_group, text.slice(start, end).trim()])).toEqual([
      ['NAME', 'Maria Kowalska'],
      ['PHONE', expect.stringMatching(/^\+44 7700 900123/)],
    ]);
  });
});

describe('intab-intent', () => {
  let classify: TextClassificationPipeline;
  beforeAll(async () => {
    classify = await pipeline('text-classification', '/models/intab-intent');
  });
  afterAll(() => classify?.dispose());

  it.each(intents)('sorts "$text"', async ({ text, probabilities }) => {
    const scores = (await classify(text, { top_k: null })).flat();
    expect(Object.fromEntries(scores.map(({ label }) => [label, true]))).toEqual(
      Object.fromEntries(Object.keys(probabilities).map((label) => [label, true])),
    );
    for (const { label, score } of scores) {
      expect(score).toBeCloseTo((probabilities as Record<string, number>)[label] as number, 4);
    }
  });
});

describe('intab-qa', () => {
  let answer: QuestionAnsweringPipeline;
  beforeAll(async () => {
    answer = await pipeline('question-answering', '/models/intab-qa');
  });
  afterAll(() => answer?.dispose());

  it.each(answers.slice(0, 14))(
    'answers "$question"',
    async ({ question, context, handle_impossible_answer, ...expected }) => {
      const found = await answer(question, context, { handle_impossible_answer });
      expect(found).toEqual({ ...expected, score: expect.closeTo(expected.score, 3) });
    },
  );
});
