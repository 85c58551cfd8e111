// A model's Markdown as safe DOM. Nothing in it runs, loads or leaves the tab: raw HTML shows as text, images become
// their alt text, links open only when clicked, and DOMPurify lets through a short list of elements.

import DOMPurify from 'dompurify';
import { Marked, type Token, type TokensList } from 'marked';

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ text }) => escapeHtml(text),
  },
});

const purifier = DOMPurify(window);
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node instanceof HTMLAnchorElement && node.hasAttribute('href')) {
    node.target = '_blank';
    node.rel = 'noopener noreferrer nofollow';
  }
});

const ALLOWED = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'hr', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a'],
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'class', 'start', 'align'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

/** Markdown to sanitized nodes. */
export function renderMarkdown(text: string): DocumentFragment {
  return renderTokens(marked.lexer(text));
}

/**
 * Shows a Markdown text that grows: blocks that did not change keep their nodes, so a selection in them survives and
 * the cost of an update is that of the last block.
 */
export class MarkdownView {
  readonly #element: HTMLElement;
  #blocks: { raw: string; nodes: ChildNode[] }[] = [];

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  update(text: string): void {
    const tokens = marked.lexer(text);
    let same = 0;
    while (same < tokens.length && this.#blocks[same]?.raw === tokens[same]?.raw) same++;
    for (const { nodes } of this.#blocks.splice(same)) for (const node of nodes) node.remove();
    for (const token of tokens.slice(same)) {
      const fragment = renderTokens(Object.assign([token], { links: tokens.links }));
      const nodes = [...fragment.childNodes];
      this.#blocks.push({ raw: token.raw, nodes });
      this.#element.append(fragment);
    }
  }
}

function renderTokens(tokens: Token[] | TokensList): DocumentFragment {
  const html = marked.parser(tokens);
  const fragment = purifier.sanitize(html, { ...ALLOWED, RETURN_DOM_FRAGMENT: true });
  for (const block of fragment.querySelectorAll('pre')) frameCode(block);
  for (const table of fragment.querySelectorAll('table')) {
    const scroller = document.createElement('div');
    scroller.className = 'table-scroller';
    table.replaceWith(scroller);
    scroller.append(table);
  }
  return fragment;
}

/** Puts a code block under a bar with its language and a copy button. */
function frameCode(block: HTMLPreElement): void {
  const frame = document.createElement('div');
  frame.className = 'code-frame';
  const bar = document.createElement('div');
  bar.className = 'code-bar';
  const language = document.createElement('span');
  language.textContent = /language-([\w+#-]+)/.exec(block.firstElementChild?.className ?? '')?.[1] ?? 'code';
  block.tabIndex = 0;
  block.setAttribute('role', 'region');
  block.setAttribute('aria-label', `Code, ${language.textContent}`);
  bar.append(
    language,
    copyButton(() => block.textContent ?? ''),
  );
  block.replaceWith(frame);
  frame.append(bar, block);
}

/** A button that copies a text and says so. */
export function copyButton(text: () => string, label = 'Copy'): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = label;
  button.addEventListener('click', async () => {
    const said = await navigator.clipboard.writeText(text()).then(
      () => 'Copied',
      () => 'Not allowed',
    );
    button.textContent = said;
    setTimeout(() => {
      button.textContent = label;
    }, 1500);
  });
  return button;
}
