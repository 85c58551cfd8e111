// The classify tab: three small models, each run again while the person types.

import { element } from './elements.ts';
import { describeProblem, type Finder, openAnswerer, openFinder, openSorter } from './engine.ts';
import { copyButton } from './markdown.ts';

/** Waits for a pause in typing. */
const PAUSE_MS = 150;

/** One card: its fields, where it says what it does, where its result goes. */
class Card<Model> {
  readonly #state: HTMLElement;
  readonly #fields: readonly (HTMLTextAreaElement | HTMLInputElement)[];
  readonly #run: (model: Model) => Promise<void>;
  #model: Model | undefined;
  #running = false;
  #again = false;

  constructor(
    card: HTMLElement,
    fields: readonly (HTMLTextAreaElement | HTMLInputElement)[],
    run: (model: Model) => Promise<void>,
  ) {
    this.#state = card.querySelector('.state') as HTMLElement;
    this.#fields = fields;
    this.#run = run;
    let pause: ReturnType<typeof setTimeout> | undefined;
    for (const field of fields) {
      field.addEventListener('input', () => {
        clearTimeout(pause);
        pause = setTimeout(() => void this.refresh(), PAUSE_MS);
      });
    }
  }

  async load(open: (onState: (text: string) => void) => Promise<Model>): Promise<void> {
    const say = (text: string) => {
      this.#state.textContent = text;
    };
    try {
      this.#model = await open(say);
      say('');
      await this.refresh();
    } catch (error) {
      const { what, remedy } = describeProblem(error);
      say(`${what} ${remedy}`);
    }
  }

  /** Runs on what the fields say now; while it runs, at most one more run waits. */
  async refresh(): Promise<void> {
    if (this.#model === undefined) return;
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#again) {
        this.#again = false;
        if (this.#fields.some((field) => field.value.trim() === '')) continue;
        const started = performance.now();
        await this.#run(this.#model);
        this.#state.textContent = `${(performance.now() - started).toFixed(0)} ms`;
      }
    } catch (error) {
      const { what, remedy } = describeProblem(error);
      this.#state.textContent = `${what} ${remedy}`;
    } finally {
      this.#running = false;
    }
  }
}

interface Mark {
  start: number;
  end: number;
  label: string;
  score: number;
}

/** Puts a text with marked spans in the place of what was there. */
function showMarked(target: HTMLElement, text: string, marks: readonly Mark[]): void {
  const pieces: Node[] = [];
  let at = 0;
  for (const { start, end, label, score } of marks) {
    pieces.push(document.createTextNode(text.slice(at, start)));
    const mark = document.createElement('mark');
    mark.dataset.label = label;
    mark.title = `${label}, ${(100 * score).toFixed(1)} %`;
    mark.textContent = text.slice(start, end);
    pieces.push(mark);
    at = end;
  }
  target.replaceChildren(...pieces, document.createTextNode(text.slice(at)));
}

/** The text with each span replaced by its label. */
export function redacted(text: string, marks: readonly Mark[]): string {
  return marks.reduceRight(
    (rest, { start, end, label }) => `${rest.slice(0, start)}[${label}]${rest.slice(end)}`,
    text,
  );
}

function showLegend(target: HTMLElement, marks: readonly Mark[]): void {
  const counts = new Map<string, number>();
  for (const { label } of marks) counts.set(label, (counts.get(label) ?? 0) + 1);
  const chips = [...counts].map(([label, count]) => {
    const chip = document.createElement('mark');
    chip.dataset.label = label;
    chip.textContent = `${label.toLowerCase()} ${count}`;
    return chip;
  });
  target.replaceChildren(...(chips.length > 0 ? chips : ['Nothing to redact']));
}

function showBars(target: HTMLElement, labels: readonly { label: string; score: number }[]): void {
  target.replaceChildren(
    ...labels.map(({ label, score }) => {
      const item = document.createElement('li');
      const name = document.createElement('span');
      name.textContent = label.replaceAll('_', ' ');
      const bar = document.createElement('progress');
      bar.max = 1;
      bar.value = score;
      bar.setAttribute('aria-label', label);
      const value = document.createElement('span');
      value.textContent = `${(100 * score).toFixed(score < 0.0995 ? 1 : 0)} %`;
      item.append(name, bar, value);
      return item;
    }),
  );
}

let redact: Card<Finder<Mark[]>>;
let intent: Card<Finder<{ label: string; score: number }[]>>;
let answer: Card<(question: string, text: string) => Promise<Mark | undefined>>;

/** Makes the cards work; `openClassify` then loads their models. */
export function bindClassify(): void {
  const resultOf = (id: string) => document.querySelector(`#${id} .result`) as HTMLElement;
  const redactText = element('redact-text', HTMLTextAreaElement);
  let clean = '';
  redact = new Card(element('redact', HTMLElement), [redactText], async (find) => {
    const text = redactText.value;
    const marks = await find(text);
    clean = redacted(text, marks);
    showMarked(resultOf('redact'), text, marks);
    showLegend(document.querySelector('#redact .legend') as HTMLElement, marks);
  });
  const copy = copyButton(() => clean, 'Copy redacted');
  document.querySelector('#redact .tools')?.append(copy);

  const intentText = element('intent-text', HTMLTextAreaElement);
  intent = new Card(element('intent', HTMLElement), [intentText], async (sort) => {
    showBars(resultOf('intent'), await sort(intentText.value));
  });

  const answerText = element('answer-text', HTMLTextAreaElement);
  const question = element('answer-question', HTMLInputElement);
  answer = new Card(element('answer', HTMLElement), [answerText, question], async (find) => {
    const text = answerText.value;
    const found = await find(question.value, text);
    showMarked(resultOf('answer'), text, found ? [found] : []);
    resultOf('answer').dataset.found = String(found !== undefined);
  });
}

/** Loads the three models, one after the other. */
export async function openClassify(): Promise<void> {
  await redact.load(openFinder);
  await intent.load(openSorter);
  await answer.load(openAnswerer);
}
