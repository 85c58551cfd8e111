// A person on the demo page: loads the embedded model, asks, reads, stops, starts anew; offline and under the page's CSP.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoPage } from './demo-page.ts';

describe('the demo page', () => {
  let demo: DemoPage;

  beforeAll(async () => {
    demo = await DemoPage.open();
    await demo.ready();
    // From here on there is no network at all.
    await demo.context.setOffline(true);
  });

  afterAll(() => demo?.close());

  it('answers questions, with follow-ups', async () => {
    expect(await demo.ask('What is the capital of France?')).toContain('Paris');
    expect(await demo.ask('and of Japan?')).toContain('Tokyo');
    expect(await demo.ask('347 + 589')).toContain('936');
  });

  it('says how fast it was and on what', async () => {
    expect(await demo.page.getByTestId('stats').last().textContent()).toMatch(/tokens\/s/);
    expect(await demo.page.getByTestId('adapter').textContent()).not.toBe('');
  });

  it('renders Markdown', async () => {
    expect(await demo.page.getByTestId('message-assistant').last().locator('strong').textContent()).toContain('936');
  });

  it('stops on request and goes on afterwards', async () => {
    // Clicks as soon as text comes: on a fast GPU the answer would be there before a click from outside.
    await demo.page.evaluate(() => {
      const observer = new MutationObserver(() => {
        if (!document.querySelector('[data-testid=message-assistant][data-state=streaming]')) return;
        observer.disconnect();
        document.querySelector<HTMLButtonElement>('[data-testid=stop]')?.click();
      });
      observer.observe(document.body, { subtree: true, attributes: true, childList: true });
    });
    await demo.page.getByTestId('prompt').fill('What is 987 * 654?');
    await demo.page.getByTestId('send').click();
    await demo.page.locator('[data-testid=message-assistant][data-state=stopped]').waitFor();
    expect(await demo.ask('What is the currency of Japan?')).toMatch(/yen/i);
  });

  it('starts a new chat', async () => {
    await demo.page.getByTestId('new-chat').click();
    expect(await demo.page.getByTestId('message-user').count()).toBe(0);
    expect(await demo.ask('Reverse the word planet')).toContain('tenalp');
  });

  it('redacts, sorts and answers on the classify tab', async () => {
    const { page } = demo;
    await demo.context.setOffline(false);
    await page.getByTestId('tab-classify').click();
    const redacted = page.getByTestId('redact-result');
    await redacted.locator('mark').first().waitFor({ timeout: 120_000 });
    const labels = () => redacted.locator('mark').evaluateAll((marks) => marks.map((mark) => mark.dataset.label));
    expect(new Set(await labels())).toEqual(new Set(['NAME', 'DATE', 'CARD', 'EMAIL', 'PHONE', 'ADDRESS']));
    const bars = page.getByTestId('intent-result').locator('li');
    await bars.first().waitFor({ timeout: 120_000 });
    expect(await bars.count()).toBeGreaterThan(15);
    const answer = page.getByTestId('answer-result').locator('mark');
    await answer.waitFor({ timeout: 120_000 });
    expect(await answer.textContent()).toContain('Keel');

    await demo.context.setOffline(true);
    await page.getByTestId('redact-text').fill('Write to jo@example.com');
    await page.waitForFunction(() => document.querySelectorAll('#redact .result mark').length === 1);
    expect(await labels()).toEqual(['EMAIL']);
    await page.getByTestId('intent-text').fill('please cancel my order');
    await page.waitForFunction(() => document.querySelector('#intent .result li')?.textContent?.includes('cancel'));
  });

  it('measures a shape with two dtypes and two contexts, draws it, and copies it', async () => {
    const { page } = demo;
    await demo.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByTestId('tab-benchmark').click();
    await page.getByTestId('benchmark-shape').selectOption('tiny');
    await page.getByLabel('f32').check();
    await page.getByLabel('f16').check();
    await page.getByLabel('q4').uncheck();
    await page.getByLabel('Contexts, in tokens').fill('32, 128');
    await page.getByLabel('Prompt', { exact: true }).fill('16');
    await page.getByLabel('Tokens to write').fill('4');
    await page.getByTestId('benchmark-run').click();
    await page.getByTestId('benchmark-run').waitFor({ timeout: 240_000 });
    const rows = page.getByTestId('benchmark-table').locator('tbody tr');
    const cells = await rows.evaluateAll((all) =>
      all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
    );
    expect(cells.map(([dtype, context]) => [dtype, context])).toEqual([
      ['f32', '32'],
      ['f32', '128'],
      ['f16', '32'],
      ['f16', '128'],
    ]);
    for (const row of cells) for (const cell of row.slice(1)) expect(cell).toMatch(/^[\d,.]+( ms| s| [KMG]B)?$/);
    const chart = page.getByTestId('benchmark-chart');
    expect(await chart.locator('li').allTextContents()).toEqual(['f32', 'f16']);
    // The marks say the numbers that the table has.
    const decode = cells.map((row) => Number(row[3]?.replace(',', '')));
    const said = await chart.locator('svg[role=img] g > title').allTextContents();
    expect(said.length).toBe(4);
    said.forEach((text, i) => {
      expect(Number(/: ([\d,.]+) /.exec(text)?.[1]?.replace(',', '')) / (decode[i] ?? 0)).toBeCloseTo(1, 1);
    });
    await page.getByRole('button', { name: 'Copy result' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^\| tiny +\| f16 +\| +16 \| +128 \|/m);
    const json = /```json\n([\s\S]*)\n```/.exec(copied)?.[1] ?? '';
    expect((JSON.parse(json) as unknown[]).length).toBe(4);
  });

  it('stops a benchmark on request, and says what does not fit', async () => {
    const { page } = demo;
    await page.getByLabel('Contexts, in tokens').fill('4096');
    await page.getByLabel('Tokens to write').fill('1024');
    await page.getByTestId('benchmark-run').click();
    await page.getByTestId('benchmark-stop').click();
    await page.getByTestId('benchmark-run').waitFor();
    expect(await page.getByTestId('benchmark-problems').textContent()).toBe('');

    await page.getByLabel('Contexts, in tokens').fill('8');
    await page.getByTestId('benchmark-run').click();
    const problems = page.getByTestId('benchmark-problems');
    await problems.locator('.what').waitFor();
    expect(await problems.textContent()).toMatch(/context is shorter than its prompt/);

    // The keys of a thousand million tokens are more than one buffer holds on any device.
    await page.getByLabel('Contexts, in tokens').fill('1000000000');
    await page.getByTestId('benchmark-run').click();
    await problems
      .locator('.what', { hasText: /fit|larger|memory/ })
      .first()
      .waitFor({ timeout: 60_000 });
    await page.getByTestId('benchmark-run').waitFor();
    expect(await problems.locator('.problem').count()).toBe(2);
  });

  it('lists what the browser keeps, exports, deletes and takes it back', async () => {
    const { page } = demo;
    await demo.context.setOffline(false);
    await page.locator('#tab-chat').click();
    await page.locator('#open-model').click();
    const items = page.getByTestId('kept-list').locator('li');
    await items.first().waitFor();
    expect((await items.allTextContents()).map((text) => /intab-[a-z]+/.exec(text)?.[0]).toSorted()).toEqual([
      'intab-chat',
      'intab-intent',
      'intab-pii',
      'intab-qa',
    ]);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export intab-intent' }).click();
    const path = await (await download).path();
    await page.getByRole('button', { name: 'Delete intab-intent' }).click();
    await page.waitForFunction(() => document.querySelectorAll('#kept-list li').length === 3);
    await page.locator('#import-kept').setInputFiles(path);
    await page.waitForFunction(() => document.querySelectorAll('#kept-list li').length === 4);
    await page.getByRole('button', { name: 'Close model panel' }).click();
  });

  it('asked no other host and met no error', () => {
    expect(demo.foreignRequests).toEqual([]);
    expect(demo.problems).toEqual([]);
  });
});

describe('a browser without WebGPU', () => {
  it('is told so, with the remedy', async () => {
    const demo = await DemoPage.open(['--no-sandbox', '--disable-gpu']);
    try {
      const error = await demo.page.getByTestId('error').textContent({ timeout: 60_000 });
      expect(error).toMatch(/WebGPU/);
      expect(error).toMatch(/Chrome|driver|browser/);
    } finally {
      await demo.close();
    }
  });
});
