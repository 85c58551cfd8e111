// The benchmark tab: measures a shape with random weights on this device, for several dtypes and contexts, and draws what it found.

import { type BenchDType, type BenchOptions, type BenchResult, runBench } from '../bench/bench.ts';
import { SHAPES } from '../bench/shapes.ts';
import { markdown, speedTable, type Table } from '../bench/table.ts';
import { DeviceMemoryError } from '../src/index.ts';
import { element } from './elements.ts';
import { describeProblem, type Problem } from './engine.ts';
import { legendMark, lineChart } from './line-chart.ts';
import { copyButton } from './markdown.ts';

/** What the page compares, each with a colour of its own. */
const DTYPES: readonly BenchDType[] = ['f32', 'f16', 'q8', 'q4'];
const REPEATS = 3;
/** What a software adapter does in seconds. */
const SOFTWARE_DEFAULTS = { shape: 'tiny', promptTokens: '16', decodeTokens: '8', contexts: '64, 256' };
/** Columns that say the same in every row here. */
const COMMON_COLUMNS = ['shape', 'prompt'];

const form = element('benchmark-form', HTMLFormElement);
const runButton = element('benchmark-run', HTMLButtonElement);
const stopButton = element('benchmark-stop', HTMLButtonElement);
const progress = element('benchmark-progress', HTMLElement);
const progressLabel = element('benchmark-label', HTMLElement);
const progressBar = element('benchmark-bar', HTMLProgressElement);
const problems = element('benchmark-problems', HTMLElement);
const report = element('benchmark-report', HTMLElement);
const figure = element('benchmark-chart', HTMLElement);

let results: BenchResult[] = [];
/** The contexts that the results will have. */
let contexts: readonly number[] = [];
let running: AbortController | undefined;

/** Makes the tab work. */
export function bindBenchmark(): void {
  field('shape').append(...Object.keys(SHAPES).map((name) => new Option(name, name, false, name === 'smollm2-135m')));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run();
  });
  field('contexts').addEventListener('input', () => checkContexts());
  for (const box of dtypeBoxes()) box.addEventListener('input', () => checkDTypes());
  stopButton.addEventListener('click', () => {
    running?.abort();
    progressLabel.textContent = 'Stopping';
  });
  element('benchmark-copy', HTMLElement).append(copyButton(copiedText, 'Copy result'));
  // The chart is drawn for the width it has, so that its type keeps its size.
  new ResizeObserver(() => drawChart()).observe(figure);
}

/** Suggests less where the adapter is software. */
export function openBenchmark(isFallback: boolean): void {
  if (!isFallback) return;
  for (const [name, value] of Object.entries(SOFTWARE_DEFAULTS)) field(name).value = value;
}

function field<T extends HTMLInputElement & HTMLSelectElement>(name: string): T {
  return form.elements.namedItem(name) as T;
}

function dtypeBoxes(): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>('input[name=dtype]')];
}

function contextsOf(text: string): number[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
}

function checkContexts(): void {
  const counts = contextsOf(field('contexts').value);
  const isGood = counts.length > 0 && counts.every((count) => Number.isInteger(count) && count > 0);
  field('contexts').setCustomValidity(isGood ? '' : 'Whole numbers with commas between, such as 512, 2048');
}

function checkDTypes(): void {
  const boxes = dtypeBoxes();
  boxes[0]?.setCustomValidity(boxes.some((box) => box.checked) ? '' : 'Choose at least one');
}

async function run(): Promise<void> {
  checkContexts();
  checkDTypes();
  if (running || !form.reportValidity()) return;
  const abort = new AbortController();
  running = abort;
  results = [];
  contexts = contextsOf(field('contexts').value);
  problems.replaceChildren();
  showRunning(true);
  showResults();
  const dtypes = dtypeBoxes().flatMap((box) => (box.checked ? [box.value as BenchDType] : []));
  const options: Omit<BenchOptions, 'dtype'> = {
    shape: field('shape').value,
    promptTokens: [field('promptTokens').valueAsNumber],
    contexts,
    decodeTokens: field('decodeTokens').valueAsNumber,
    repeats: REPEATS,
    gpu: {},
  };
  for (const [index, dtype] of dtypes.entries()) {
    try {
      const measured = runBench({ ...options, dtype }, 'browser', {
        signal: abort.signal,
        onProgress: ({ done, total, text }) => {
          if (!abort.signal.aborted) progressLabel.textContent = text;
          progressBar.value = (100 * (index + done / total)) / dtypes.length;
        },
      });
      for await (const result of measured) {
        results.push(result);
        showResults();
      }
    } catch (error) {
      if (abort.signal.aborted) break;
      showProblem(describeProblem(error));
      // A smaller dtype may fit where this one does not.
      if (!(error instanceof DeviceMemoryError)) break;
    }
  }
  running = undefined;
  showRunning(false);
  element('announcer', HTMLElement).textContent = abort.signal.aborted
    ? 'The benchmark was stopped.'
    : 'The benchmark is done.';
}

function showRunning(isRunning: boolean): void {
  runButton.hidden = isRunning;
  stopButton.hidden = !isRunning;
  progress.hidden = !isRunning;
  progressBar.value = 0;
  form.dataset.state = isRunning ? 'running' : 'done';
  (isRunning ? stopButton : runButton).focus({ preventScroll: true });
}

function showProblem({ what, remedy }: Problem): void {
  const box = document.createElement('div');
  box.className = 'problem';
  box.setAttribute('role', 'alert');
  box.append(paragraph('what', what), paragraph('remedy', remedy));
  problems.append(box);
}

function paragraph(className: string, text: string): HTMLElement {
  const made = document.createElement('p');
  made.className = className;
  made.textContent = text;
  return made;
}

/** The chart and the table of what there is so far. */
function showResults(): void {
  const [first] = results;
  report.hidden = first === undefined;
  if (!first) return;
  element('benchmark-what', HTMLElement).textContent =
    `${first.shape} on ${first.adapter}. Prompt of ${first.prompt_tokens}, ${first.decode_tokens} tokens written, median of ${REPEATS} runs.`;
  const { head, rows } = speedTable(results);
  const shown = head.flatMap((name, i) => (COMMON_COLUMNS.includes(name) ? [] : [i]));
  const pick = (cells: readonly string[]) => shown.map((i) => cells[i] ?? '');
  element('benchmark-table', HTMLTableElement).replaceChildren(
    ...tableParts({ head: pick(head), rows: rows.map(pick) }),
  );
  drawChart();
}

function tableParts({ head, rows }: Table): Node[] {
  const row = (cells: readonly string[], tag: 'th' | 'td') => {
    const made = document.createElement('tr');
    cells.forEach((text, i) => {
      const isHeader = tag === 'th' || i === 0;
      const cell = document.createElement(isHeader ? 'th' : 'td');
      if (isHeader) cell.setAttribute('scope', tag === 'th' ? 'col' : 'row');
      cell.textContent = text;
      made.append(cell);
    });
    return made;
  };
  const [top, body] = [document.createElement('thead'), document.createElement('tbody')];
  top.append(row(head, 'th'));
  body.append(...rows.map((cells) => row(cells, 'td')));
  return [top, body];
}

function drawChart(): void {
  const [first] = results;
  if (!first || figure.clientWidth === 0) return;
  const series = DTYPES.map((dtype) => ({
    name: dtype,
    points: results
      .filter((result) => result.dtype === dtype)
      .map(({ context_tokens, decode_tok_s }) => ({ x: context_tokens, y: decode_tok_s })),
  }));
  const chart = lineChart(figure.clientWidth, {
    title: `Decoded tokens per second over the length of the context, ${first.shape} on ${first.adapter}; the table has the numbers`,
    xLabel: 'tokens of context',
    yLabel: 'decoded tokens/s',
    xs: contexts,
    series,
  });
  const legend = document.createElement('ul');
  legend.className = 'lines';
  series.forEach(({ name, points }, index) => {
    if (points.length === 0) return;
    const item = document.createElement('li');
    item.append(legendMark(index), name);
    legend.append(item);
  });
  figure.replaceChildren(legend, chart);
}

/** For an issue or a message: a table to read, and everything that was measured. */
function copiedText(): string {
  const json = JSON.stringify(results, undefined, 2);
  return `${results[0]?.adapter ?? ''}, ${navigator.userAgent}\n\n${markdown(speedTable(results))}\n\n\`\`\`json\n${json}\n\`\`\`\n`;
}
