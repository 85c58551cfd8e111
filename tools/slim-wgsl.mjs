// A Vite plugin for builds: shaders without comments and indentation, which a page would download for nothing.
import { readFileSync } from 'node:fs';

/**
 * A shader without comments and indentation; the lines `// @use NAME` that assembleShader replaces stay.
 * @param {string} source
 */
export function slimWgsl(source) {
  return source
    .split('\n')
    .map((line) => (/^\/\/ @use \w+$/.test(line) ? line : line.replace(/\/\/.*$/, '').trim()))
    .filter((line) => line !== '')
    .join('\n');
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
