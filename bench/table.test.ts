import { expect, it } from 'vitest';
import { inDigits, markdown } from './table.ts';

it('aligns columns of numbers to the right and words to the left, also as plain text', () => {
  const table = {
    head: ['name', 'tok/s'],
    rows: [
      ['q4', '1,234'],
      ['f16 long', '8.1'],
    ],
  };
  expect(markdown(table).split('\n')).toEqual([
    '| name     | tok/s |',
    '| -------- | ----: |',
    '| q4       | 1,234 |',
    '| f16 long |   8.1 |',
  ]);
});

it('gives three digits that say something', () => {
  expect([0.1234, 12.34, 123.4, 12_345.6].map(inDigits)).toEqual(['0.12', '12.3', '123', '12,346']);
});
