import { describe, expect, it } from 'vitest';
import * as errors from './errors.ts';

const { IntabError } = errors;
const CLASSES = Object.entries(errors);
const TESTS = import.meta.glob<string>(['./**/*.test.ts', '../test/**/*.test.ts', '../demo/**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

describe('errors', () => {
  it.each(CLASSES)('%s says what, expected, actual and remedy', (name, ErrorClass) => {
    const cause = new Error('below');
    const error = new ErrorClass({ what: 'It broke', expected: 'a whole', actual: 'parts', remedy: 'mend it', cause });
    expect(error.message).toBe('It broke. Expected: a whole. Found: parts. Remedy: mend it.');
    expect(error).toBeInstanceOf(IntabError);
    expect(error).toMatchObject({
      name,
      what: 'It broke',
      expected: 'a whole',
      actual: 'parts',
      remedy: 'mend it',
      cause,
    });
  });

  it('leaves out what is not given', () => {
    const error = new IntabError({ what: 'It broke', remedy: 'mend it' });
    expect(error.message).toBe('It broke. Remedy: mend it.');
    expect('cause' in error).toBe(false);
  });

  it.each(CLASSES.map(([name]) => name).filter((name) => name !== 'IntabError'))(
    '%s has a test that trips it',
    (name) => {
      const thrown = Object.entries(TESTS).filter(
        ([path, source]) =>
          !path.endsWith('errors.test.ts') && new RegExp(`toThrow\\w*\\(${name}\\b|\\b${name},`).test(source),
      );
      expect(thrown.map(([path]) => path)).not.toEqual([]);
    },
  );
});
