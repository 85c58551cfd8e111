import { expect, it } from 'vitest';
import { InputError } from '../errors.ts';
import { checkFormats, type FormatOptions } from './load-weights.ts';

it('takes every value that the options have', () => {
  expect(() => checkFormats({})).not.toThrow();
  expect(() => checkFormats({ dtype: 'q4', embeddings_dtype: 'f16', group_size: 128, symmetric: false })).not.toThrow();
  expect(() => checkFormats({ dtype: 'auto', kv_cache_dtype: 'q8' })).not.toThrow();
});

it.each([
  { dtype: 'fp16' },
  { dtype: 'q4f16' },
  { dtype: null },
  { embeddings_dtype: 'q6' },
  { group_size: 16 },
  { group_size: '64' },
  { symmetric: 1 },
  { kv_cache_dtype: 'q4' },
])('refuses %j and says what there is', (options) => {
  const [[name, value] = []] = Object.entries(options);
  const check = () => checkFormats(options as unknown as FormatOptions);
  expect(check).toThrow(InputError);
  expect(check).toThrow(new RegExp(`option ${name} .*Expected: one of .*Found: ${JSON.stringify(value)}`, 's'));
});
