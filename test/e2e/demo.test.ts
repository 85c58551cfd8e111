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
