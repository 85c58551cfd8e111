import { describe, expect, it } from 'vitest';
import { ConfigError, InputError } from '../errors.ts';
import { Fields } from '../formats/fields.ts';
import { type GenerationOptions, resolveGeneration } from './generation-config.ts';

type Json = Record<string, unknown>;
function resolve(options: GenerationOptions, file: Json = {}, config: Json = {}, promptTokens = 10) {
  const fields = (object: Json, name: string) => new Fields(object, name);
  return resolveGeneration(
    options,
    fields(file, 'generation_config.json'),
    fields(config, 'config.json'),
    promptTokens,
  );
}

describe('resolveGeneration', () => {
  it('is greedy by default', () => {
    const { maxNewTokens, eosTokenIds, sampling } = resolve({ seed: 5 });
    expect({ maxNewTokens, eosTokenIds }).toEqual({ maxNewTokens: 256, eosTokenIds: [] });
    expect(sampling).toEqual({
      sample: false,
      temperature: 1,
      topK: 0,
      topP: 1,
      minP: 0,
      repetitionPenalty: 1,
      seed: 5,
    });
  });

  it("samples with transformers' defaults", () => {
    const { sampling } = resolve({ do_sample: true, seed: 1 });
    expect(sampling).toMatchObject({ sample: true, temperature: 1, topK: 50, topP: 1, minP: 0 });
  });

  it('prefers options to the file', () => {
    const file = { do_sample: true, temperature: 0.6, top_p: 0.9, top_k: 20, repetition_penalty: 1.2, seed: 3 };
    expect(resolve({}, file).sampling).toEqual({
      sample: true,
      temperature: 0.6,
      topK: 20,
      topP: 0.9,
      minP: 0,
      repetitionPenalty: 1.2,
      seed: 3,
    });
    expect(resolve({ temperature: 2, top_k: 0 }, file).sampling).toMatchObject({ temperature: 2, topK: 0, topP: 0.9 });
    expect(resolve({ do_sample: false }, file).sampling).toMatchObject({
      temperature: 1,
      topK: 0,
      repetitionPenalty: 1.2,
    });
  });

  it.each([
    [{ max_new_tokens: 5 }, {}, 5],
    [{ max_length: 30 }, {}, 20],
    [{ max_length: 30, max_new_tokens: 3 }, {}, 3],
    [{ max_length: 30 }, { max_new_tokens: 7 }, 20],
    [{}, { max_new_tokens: 7 }, 7],
    [{ max_length: 4 }, {}, -6],
  ] as [GenerationOptions, Json, number][])('%j with %j gives %i new tokens', (options, file, expected) => {
    expect(resolve(options, file).maxNewTokens).toBe(expected);
  });

  it.each([
    [{ eos_token_id: 4 }, { eos_token_id: 5 }, {}, [4]],
    [{ eos_token_id: [4, 9] }, {}, {}, [4, 9]],
    [{ eos_token_id: [] }, { eos_token_id: 5 }, {}, []],
    [{}, { eos_token_id: [5, 6] }, { eos_token_id: 7 }, [5, 6]],
    [{}, { eos_token_id: null }, { eos_token_id: 7 }, [7]],
    [{}, {}, {}, []],
  ] as [GenerationOptions, Json, Json, number[]][])(
    'ends at the right tokens: %j, %j, %j',
    (options, file, config, ids) => {
      expect(resolve(options, file, config).eosTokenIds).toEqual(ids);
    },
  );

  it.each([
    { max_new_tokens: 0 },
    { eos_token_id: -1 },
    { eos_token_id: [2, Number.NaN] },
    { max_new_tokens: 1.5 },
    { max_length: 0 },
    { do_sample: true, temperature: 0 },
    { do_sample: true, temperature: -1 },
    { do_sample: true, temperature: Number.NaN },
    { do_sample: true, temperature: Number.POSITIVE_INFINITY },
    { do_sample: true, top_k: -1 },
    { do_sample: true, top_k: 2.5 },
    { do_sample: true, top_k: 2 ** 32 },
    { do_sample: true, top_p: 0 },
    { do_sample: true, top_p: 1.01 },
    { do_sample: true, min_p: -0.1 },
    { do_sample: true, min_p: 1.5 },
    { repetition_penalty: 0 },
    { seed: -1 },
    { seed: 2 ** 32 },
  ])('refuses %j', (options) => {
    expect(() => resolve(options)).toThrow(InputError);
    const name = Object.keys(options).at(-1) as string;
    expect(() => resolve(options)).toThrow(new RegExp(`^${name} is out of range`));
  });

  it.each([{ temperature: 'warm', do_sample: true }, { do_sample: 'yes' }, { eos_token_id: 'end' }])(
    'refuses %j in the file',
    (file) => expect(() => resolve({}, file)).toThrow(ConfigError),
  );

  it('draws a seed where none is given', () => {
    const seeds = new Set(Array.from({ length: 8 }, () => resolve({}).sampling.seed));
    expect(seeds.size).toBeGreaterThan(1);
  });
});
