// The conversation on the page: messages, the answer that grows, scrolling that follows it until the reader scrolls up.

import type { Problem } from './engine.ts';
import { copyButton, MarkdownView } from './markdown.ts';

/** How near the end counts as reading the newest line. */
const NEAR_END_PX = 48;

export class ChatView {
  readonly #scroller: HTMLElement;
  readonly #list: HTMLElement;
  readonly #jump: HTMLButtonElement;
  #follows = true;
  #lastTop = 0;

  constructor(scroller: HTMLElement, list: HTMLElement, jump: HTMLButtonElement) {
    this.#scroller = scroller;
    this.#list = list;
    this.#jump = jump;
    scroller.addEventListener('scroll', () => this.#onScroll(), { passive: true });
    jump.addEventListener('click', () => this.follow());
    new ResizeObserver(() => this.keepUp()).observe(scroller);
  }

  clear(): void {
    this.#list.replaceChildren();
    this.follow();
  }

  addUser(text: string): HTMLElement {
    const item = document.createElement('li');
    item.className = 'message user';
    item.dataset.testid = 'message-user';
    const author = document.createElement('span');
    author.className = 'visually-hidden';
    author.textContent = 'You: ';
    const body = document.createElement('div');
    body.className = 'bubble';
    body.textContent = text;
    item.append(author, body);
    this.#list.append(item);
    this.follow();
    return item;
  }

  addAnswer(): Answer {
    const answer = new Answer(() => this.keepUp());
    this.#list.append(answer.element);
    this.follow();
    return answer;
  }

  /** Goes to the end and stays there. */
  follow(): void {
    this.#follows = true;
    this.#jump.hidden = true;
    this.keepUp();
  }

  /** Scrolls to the end while the reader has not left it. */
  keepUp(): void {
    // With no messages, the welcome is read from its top.
    if (this.#list.childElementCount === 0) this.#scroller.scrollTop = 0;
    else if (this.#follows) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    else this.#jump.hidden = this.#distanceToEnd() < NEAR_END_PX;
  }

  #onScroll(): void {
    const top = this.#scroller.scrollTop;
    if (this.#distanceToEnd() < NEAR_END_PX) this.#follows = true;
    else if (top < this.#lastTop) this.#follows = false;
    this.#lastTop = top;
    this.#jump.hidden = this.#follows;
  }

  #distanceToEnd(): number {
    return this.#scroller.scrollHeight - this.#scroller.clientHeight - this.#scroller.scrollTop;
  }
}

export type AnswerState = 'waiting' | 'streaming' | 'done' | 'stopped' | 'error';

/** One answer; text is drawn at most once per frame. */
export class Answer {
  readonly element: HTMLElement;
  readonly #body: HTMLElement;
  readonly #markdown: MarkdownView;
  readonly #onResize: () => void;
  #text = '';
  #frame: number | undefined;

  constructor(onResize: () => void) {
    this.#onResize = onResize;
    this.element = document.createElement('li');
    this.element.className = 'message assistant';
    this.element.dataset.testid = 'message-assistant';
    const author = document.createElement('span');
    author.className = 'visually-hidden';
    author.textContent = 'Model: ';
    this.#body = document.createElement('div');
    this.#body.className = 'markdown';
    this.element.append(author, this.#body);
    this.#markdown = new MarkdownView(this.#body);
    this.#setState('waiting');
  }

  get text(): string {
    return this.#text;
  }

  append(text: string): void {
    if (text === '') return;
    this.#text += text;
    this.#setState('streaming');
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  /** Draws what is left and says how it ended; `note` is shown beside the copy button. */
  finish(state: 'done' | 'stopped', note: string | undefined): void {
    this.#draw();
    this.#setState(state);
    const foot = document.createElement('div');
    foot.className = 'message-foot';
    if (this.#text !== '') foot.append(copyButton(() => this.#text));
    if (note !== undefined) foot.append(note);
    this.element.append(foot);
    this.#onResize();
  }

  /** Shows an error below what there is, with a button to try again. */
  fail(problem: Problem, retry: () => void): void {
    this.#draw();
    this.#setState('error');
    const card = document.createElement('div');
    card.className = 'problem';
    card.dataset.testid = 'error';
    card.setAttribute('role', 'alert');
    const what = document.createElement('p');
    what.className = 'what';
    what.textContent = problem.what;
    const remedy = document.createElement('p');
    remedy.className = 'remedy';
    remedy.textContent = problem.remedy;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet small';
    button.textContent = 'Try again';
    button.addEventListener('click', retry, { once: true });
    card.append(what, remedy, button);
    this.element.append(card);
    this.#onResize();
  }

  #setState(state: AnswerState): void {
    this.element.dataset.state = state;
    this.element.setAttribute('aria-busy', String(state === 'waiting' || state === 'streaming'));
  }

  #draw(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.#markdown.update(this.#text);
    this.#onResize();
  }
}
