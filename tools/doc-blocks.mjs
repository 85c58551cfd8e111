// Writes the JavaScript blocks of README.md, docs/ and the model cards into .cache/docs, where tests run them. The info string says where a block
// runs: `js` in the page, `js worker` is the file chat-worker.js beside it, `js node` in Node.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const MODELS = join(ROOT, 'demo/public/models');
export const BLOCKS_FOLDER = join(ROOT, '.cache/docs');

/**
 * The fenced blocks of a Markdown text.
 * @param {string} markdown
 * @returns {{ info: string, code: string }[]}
 */
export function fencedBlocks(markdown) {
  return [...markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    info: (match[1] ?? '').trim(),
    code: match[2] ?? '',
  }));
}

/** The documents whose blocks are run. */
export function documents() {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const cards = readdirSync(MODELS).map((name) => join(MODELS, name, 'README.md'));
  return [join(ROOT, 'README.md'), ...docs.map((name) => join(ROOT, 'docs', name)), ...cards];
}

/** Writes every block to its file and gives what was written, by info string. */
export function writeDocBlocks() {
  rmSync(BLOCKS_FOLDER, { recursive: true, force: true });
  mkdirSync(BLOCKS_FOLDER, { recursive: true });
  /** @type {{ info: string, file: string, code: string }[]} */
  const written = [];
  for (const document of documents()) {
    fencedBlocks(readFileSync(document, 'utf8')).forEach(({ info, code }, index) => {
      const stem = `${relative(ROOT, document).replace(/\W+/g, '-').toLowerCase()}-${index + 1}`;
      const names = { js: `${stem}.page.js`, 'js worker': 'chat-worker.js', 'js node': `${stem}.node.mjs` };
      const name = names[/** @type {keyof typeof names} */ (info)];
      const file = name ? join(BLOCKS_FOLDER, name) : '';
      if (file) writeFileSync(file, code);
      written.push({ info, file, code });
    });
  }
  return written;
}
