// A Vite plugin for builds: shaders without comments and without spaces that mean nothing, which a page would download for nothing.
import { readFileSync } from 'node:fs';

const SNIPPET = /^\/\/ @use \w+$/;
/** What assembleShader looks for at the beginning of a line. */
const OWN_LINE = /^(?:\/\/ @use|enable|requires) /;

/** @param {string} line */
function slimLine(line) {
  return (
    line
      .replace(/\/\/.*$/, '')
      .trim()
      .replace(/ ?([,;:{}()]) ?/g, '$1')
      // Only between names, numbers and brackets, where no other token can come of it; `<` and `>` may also be template lists.
      .replace(/(?<=[\w)\]]) ?([-+*/%|&^=!]?=|&&|\|\||->|[-+*/%]) ?(?=[\w(])/g, '$1')
  );
}

/**
 * A shader without comments, indentation and needless spaces and line breaks; the lines that assembleShader replaces or moves stay.
 * @param {string} source
 */
export function slimWgsl(source) {
  return source
    .split('\n')
    .map((line) => (SNIPPET.test(line) ? line : slimLine(line)))
    .filter((line) => line !== '')
    .reduce((text, line, i, lines) => {
      const before = lines[i - 1] ?? '';
      const isJoined = i === 0 || (/[;{},]$/.test(before) && !OWN_LINE.test(before) && !OWN_LINE.test(line));
      return text + (isJoined ? '' : '\n') + line;
    }, '');
}

/** @returns {import('vite').Plugin} */
export function slimShaders() {
  return {
    name: 'slim-shaders',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      const [file = '', query] = id.split('?');
      if (query !== 'raw' || !file.endsWith('.wgsl')) return null;
      return `export default ${JSON.stringify(slimWgsl(readFileSync(file, 'utf8')))};`;
    },
  };
}
