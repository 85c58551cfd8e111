import { describe, expect, it } from 'vitest';
import { MarkdownView, renderMarkdown } from './markdown.ts';

function html(markdown: string): string {
  const div = document.createElement('div');
  div.append(renderMarkdown(markdown));
  return div.innerHTML;
}

describe('renderMarkdown', () => {
  it('renders what chats use', () => {
    expect(html('**a** `b`')).toBe('<p><strong>a</strong> <code>b</code></p>\n');
    expect(html('1. x\n2. y')).toContain('<li>x</li>');
    expect(html('|a|\n|-|\n|b|')).toContain('<table>');
    expect(html('```js\nlet a;\n```')).toContain('<span>js</span><button type="button" class="copy">Copy</button>');
  });

  it('shows raw HTML as text', () => {
    expect(html('a <b>c</b> Vec<T>')).toBe('<p>a &lt;b&gt;c&lt;/b&gt; Vec&lt;T&gt;</p>\n');
    expect(html('<style>*{display:none}</style>')).not.toContain('<style>');
  });

  it.each([
    '<img src=x onerror="globalThis.pwned = 1">',
    '<script>globalThis.pwned = 1</script>',
    '<svg onload="globalThis.pwned = 1"><use href="https://example.org/x"/></svg>',
    '![x](https://example.org/pixel.png)',
    '![x](x" onerror="globalThis.pwned = 1)',
    '<iframe src="https://example.org"></iframe>',
    '[x](javascript:globalThis.pwned=1)',
    '[x](data:text/html,<script>globalThis.pwned=1</script>)',
    '<a href="javascript:globalThis.pwned=1">x</a>',
    '[x]: https://example.org/p.png\n\n![x]',
    '```"><img src=x onerror="globalThis.pwned = 1">\nx\n```',
    '<form action="https://example.org"><input autofocus onfocus="globalThis.pwned = 1"></form>',
    '<p style="background:url(https://example.org)">x</p>',
    '|<img src=x onerror="globalThis.pwned = 1">|\n|-|\n|x|',
  ])('lets nothing run or load: %s', async (markdown) => {
    const div = document.createElement('div');
    div.append(renderMarkdown(markdown));
    document.body.append(div);
    const active =
      'img, script, svg, iframe, style, form, input, link, object, embed, video, audio, [style], [onerror]';
    expect(div.querySelectorAll(active)).toHaveLength(0);
    for (const link of div.querySelectorAll('a[href]')) expect(link.getAttribute('href')).toMatch(/^https:/);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect('pwned' in globalThis).toBe(false);
    div.remove();
  });

  it('keeps links, which open apart and tell nothing', () => {
    expect(html('[x](https://example.org)')).toBe(
      '<p><a href="https://example.org" target="_blank" rel="noopener noreferrer nofollow">x</a></p>\n',
    );
  });
});

describe('MarkdownView', () => {
  it('gives what rendering at once gives, whatever the pieces', () => {
    const text =
      '# T\n\nA **b** [c](https://example.org)\n\n```js\nlet x = 1;\n```\n\n- a\n- b\n\n|a|b|\n|-|-|\n|1|2|\n\nEnd';
    const whole = document.createElement('div');
    new MarkdownView(whole).update(text);
    const element = document.createElement('div');
    const view = new MarkdownView(element);
    for (let end = 1; end <= text.length; end++) view.update(text.slice(0, end));
    expect(element.innerHTML).toBe(whole.innerHTML);
    expect(element.textContent).toContain('End');
  });

  it('keeps the nodes of blocks that are finished', () => {
    const element = document.createElement('div');
    const view = new MarkdownView(element);
    view.update('first\n\nsec');
    const first = element.querySelector('p');
    view.update('first\n\nsecond');
    expect(element.querySelector('p')).toBe(first);
    expect(element.querySelectorAll('p')).toHaveLength(2);
  });
});
