import { expect, it } from 'vitest';
import { SourceError } from './errors.ts';
import { loadPart } from './load-part.ts';

it('gives the part, or says what to do when it is gone', async () => {
  expect((await loadPart(import('./hub/delay.ts'))).delay).toBeTypeOf('function');
  const gone = './no-such-part.js';
  const loading = loadPart(import(/* @vite-ignore */ gone));
  await expect(loading).rejects.toThrow(SourceError);
  await expect(loading).rejects.toThrow(/reload the page/);
});
