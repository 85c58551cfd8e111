// Generation options: names, defaults and precedence of transformers' GenerationConfig. Call options win over
// generation_config.json, which wins over the defaults.
import { InputError } from '../errors.ts';
import type { Fields } from '../formats/fields.ts';
import type { GenerationSettings } from '../runtime/generate.ts';

export interface GenerationOptions {
  /** Most tokens to generate; 256 where neither this nor max_length is given. */
  max_new_tokens?: number;
  /** Most tokens of prompt and answer together; max_new_tokens wins. */
  max_length?: number;
  /** Draw tokens instead of taking the best. */
  do_sample?: boolean;
  temperature?: number;
  /** 0 keeps all tokens. */
  top_k?: number;
  top_p?: number;
  min_p?: number;
  repetition_penalty?: number;
  /** Makes sampling repeatable; random where left out. */
  seed?: number;
  /** Tokens that end the answer. */
  eos_token_id?: number | readonly number[];
  pad_token_id?: number;
  signal?: AbortSignal;
}

const DEFAULT_NEW_TOKENS = 256;

interface NumberRule {
  min: number;
  max: number;
  integer?: boolean;
  /** `min` itself is not allowed. */
  aboveMin?: boolean;
}

const RULES = {
  max_new_tokens: { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true },
  max_length: { min: 1, max: Number.MAX_SAFE_INTEGER, integer: true },
  temperature: { min: 0, max: Number.MAX_VALUE, aboveMin: true },
  top_k: { min: 0, max: 0xffffffff, integer: true },
  top_p: { min: 0, max: 1, aboveMin: true },
  min_p: { min: 0, max: 1 },
  repetition_penalty: { min: 0, max: Number.MAX_VALUE, aboveMin: true },
  seed: { min: 0, max: 0xffffffff, integer: true },
} satisfies Record<string, NumberRule>;

type NumberName = keyof typeof RULES;

function checked(name: NumberName, value: number): number {
  const { min, max, integer, aboveMin }: NumberRule = RULES[name];
  const wrong = !Number.isFinite(value) || value < min || value > max || (integer && !Number.isInteger(value));
  if (wrong || (aboveMin && value <= min)) {
    const upper = max >= Number.MAX_SAFE_INTEGER ? '' : ` and at most ${max}`;
    throw new InputError({
      what: `${name} is out of range`,
      expected: `${integer ? 'an integer' : 'a number'} ${aboveMin ? 'above' : 'of at least'} ${min}${upper}`,
      actual: String(value),
      remedy: `correct ${name}`,
    });
  }
  return value;
}

/** The ids that end an answer: from the options, generation_config.json or config.json. */
function eosTokenIds(options: GenerationOptions, file: Fields, config: Fields): readonly number[] {
  if (options.eos_token_id !== undefined) {
    const ids = [options.eos_token_id].flat();
    const wrong = ids.find((id) => !Number.isSafeInteger(id) || id < 0);
    if (wrong === undefined) return ids;
    throw new InputError({
      what: 'eos_token_id is out of range',
      expected: 'integers of at least 0',
      actual: String(wrong),
      remedy: 'correct eos_token_id',
    });
  }
  for (const fields of [file, config]) {
    const raw = fields.raw('eos_token_id');
    if (typeof raw === 'number') return [fields.int('eos_token_id')];
    if (raw !== undefined) return fields.numberList('eos_token_id');
  }
  return [];
}

/**
 * What a generation runs with.
 * @param promptTokens length of the prompt, for `max_length`
 * @throws {InputError} an option out of range; {ConfigError} likewise in the files.
 */
export function resolveGeneration(
  options: GenerationOptions,
  file: Fields,
  config: Fields,
  promptTokens: number,
): GenerationSettings {
  const given = (name: NumberName): number | undefined => {
    const value = options[name] ?? file.number(name, { default: undefined });
    return value === undefined ? undefined : checked(name, value);
  };
  const maxLength = options.max_new_tokens === undefined ? options.max_length : undefined;
  const fromLength = maxLength === undefined ? undefined : checked('max_length', maxLength) - promptTokens;
  const sample = options.do_sample ?? file.bool('do_sample', { default: false });
  return {
    maxNewTokens: fromLength ?? given('max_new_tokens') ?? DEFAULT_NEW_TOKENS,
    eosTokenIds: eosTokenIds(options, file, config),
    sampling: {
      sample,
      temperature: sample ? (given('temperature') ?? 1) : 1,
      topK: sample ? (given('top_k') ?? 50) : 0,
      topP: sample ? (given('top_p') ?? 1) : 1,
      minP: sample ? (given('min_p') ?? 0) : 0,
      repetitionPenalty: given('repetition_penalty') ?? 1,
      seed: given('seed') ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
    },
  };
}
