import { describe, expect, it } from 'vitest';
import { StopStrings } from './stop-strings.ts';

/** All that comes through, and whether it stopped. */
function run(stops: string[], pieces: string[]): [text: string, stopped: boolean, shown: string[]] {
  const filter = new StopStrings(stops);
  const shown = pieces.map((piece) => filter.push(piece));
  shown.push(filter.flush());
  return [shown.join(''), filter.stopped, shown];
}

/** Where the text should end. */
function cut(stops: string[], text: string): [string, boolean] {
  const found = stops.filter((stop) => stop !== '' && text.includes(stop)).map((stop) => text.indexOf(stop));
  return found.length === 0 ? [text, false] : [text.slice(0, Math.min(...found)), true];
}

describe('StopStrings', () => {
  it.each([
    [['END'], ['abc E', 'N', 'D more'], 'abc ', true],
    [['END'], ['abc EN', 'x'], 'abc ENx', false],
    [['END'], ['abc EN'], 'abc EN', false],
    [['aab'], ['aaa', 'ab'], 'aa', true],
    [['\n\n', '\nUser:'], ['Hi\n', 'User', ': you'], 'Hi', true],
    [['abc', 'bc'], ['ab', 'c'], '', true],
    [['b', 'abc'], ['a', 'b', 'c'], 'a', true],
    [['STOP'], ['STOP'], '', true],
    [['x'], ['1x2', '3x4'], '1', true],
    [[''], ['anything'], 'anything', false],
    [[], ['any', 'thing'], 'anything', false],
    [['😀'], ['ok \ud83d', '\ude00 no'], 'ok ', true],
  ] as [string[], string[], string, boolean][])('%j over %j', (stops, pieces, text, stopped) => {
    expect(run(stops, pieces).slice(0, 2)).toEqual([text, stopped]);
  });

  it('holds back only what may become a stop string', () => {
    expect(run(['<|end|>'], ['a<', 'b<|e', 'c', 'd'])[2]).toEqual(['a', '<b', '<|ec', 'd', '']);
  });

  it('gives the same however the text is cut', () => {
    const text = 'ababcabcabdababd';
    for (const stops of [['abd'], ['abca', 'bcab'], ['ababd', 'zz'], ['q'], ['cabd', 'abcabd']]) {
      for (let a = 0; a <= text.length; a++) {
        for (let b = a; b <= text.length; b++) {
          const pieces = [text.slice(0, a), text.slice(a, b), text.slice(b)];
          expect(run(stops, pieces).slice(0, 2)).toEqual(cut(stops, text));
        }
      }
      expect(run(stops, [...text]).slice(0, 2)).toEqual(cut(stops, text));
    }
  });
});
