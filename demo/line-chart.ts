// A line chart as an SVG element: a logarithmic x axis with a mark at each value, a y axis from 0, one line per series.
// Colours and type come from style.css; series differ in colour and in the form of their marks.

export interface Series {
  name: string;
  points: readonly { x: number; y: number }[];
}

export interface LineChart {
  /** What the chart shows, for those who cannot see it. */
  title: string;
  xLabel: string;
  yLabel: string;
  /** Values to mark on the x axis. */
  xs: readonly number[];
  /** At most four; a series without points keeps its colour for others to be compared by. */
  series: readonly Series[];
}

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 300;
const MARGIN = { top: 28, right: 20, bottom: 48, left: 52 };
const Y_TICKS = 4;
/** Room that a number on the x axis needs. */
const X_LABEL_WIDTH = 52;
/** Forms around (0, 0), by series: circle, square, triangle, diamond. */
const MARKS = [
  'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z',
  'M-4 -4h8v8h-8z',
  'M0 -5.5L5 3.5H-5z',
  'M0 -5.5L5.5 0L0 5.5L-5.5 0z',
];

type Attributes = Readonly<Record<string, string | number>>;

function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes,
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Round numbers from 0 to at least `most`. */
export function ticksTo(most: number): number[] {
  const rough = most > 0 ? most / Y_TICKS : 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.max(Math.ceil(most / step), 1) + 1 }, (_, i) => i * step);
}

const inWords = (value: number) => value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 1 });

/** The line and mark of a series, as the legend shows it. */
export function legendMark(index: number): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '-14 -7 28 14', class: `series series-${index % MARKS.length}`, 'aria-hidden': 'true' },
    svg('path', { class: 'line', d: 'M-14 0H14' }),
    svg('path', { class: 'mark', d: MARKS[index % MARKS.length] ?? '' }),
  );
}

/** Draws the chart `width` CSS pixels wide. */
export function lineChart(width: number, { title, xLabel, yLabel, xs: marked, series }: LineChart): SVGSVGElement {
  const xs = [...new Set(marked)].sort((a, b) => a - b);
  const yTicks = ticksTo(Math.max(...series.flatMap(({ points }) => points.map(({ y }) => y)), 0));
  const [left, right] = [MARGIN.left, width - MARGIN.right];
  const [top, bottom] = [MARGIN.top, HEIGHT - MARGIN.bottom];
  const [first = 1, last = 1] = [xs[0], xs.at(-1)];
  // A single value stands in the middle.
  const xAt = (x: number) =>
    first === last
      ? (left + right) / 2
      : left + 14 + ((right - left - 28) * Math.log(x / first)) / Math.log(last / first);
  const yAt = (y: number) => bottom - ((bottom - top) * y) / (yTicks.at(-1) ?? 1);

  const grid = yTicks.map((tick) =>
    svg(
      'g',
      {},
      svg('path', { class: 'grid', d: `M${left} ${yAt(tick)}H${right}` }),
      svg('text', { x: left - 8, y: yAt(tick) + 4, 'text-anchor': 'end' }, inWords(tick)),
    ),
  );
  let free = Number.NEGATIVE_INFINITY;
  const axis = xs.map((x) => {
    const at = xAt(x);
    const mark = svg('g', {}, svg('path', { class: 'axis', d: `M${at} ${bottom}v5` }));
    if (at - X_LABEL_WIDTH / 2 >= free) {
      mark.append(svg('text', { x: at, y: bottom + 19, 'text-anchor': 'middle' }, inWords(x)));
      free = at + X_LABEL_WIDTH / 2;
    }
    return mark;
  });
  const lines = series.map(({ name, points: own }, index) => {
    const sorted = [...own].sort((a, b) => a.x - b.x);
    const path = sorted.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${xAt(x)} ${yAt(y)}`).join('');
    const marks = sorted.map(({ x, y }) =>
      svg(
        'g',
        { transform: `translate(${xAt(x)} ${yAt(y)})` },
        svg('title', {}, `${name}, ${inWords(x)} ${xLabel}: ${inWords(y)} ${yLabel}`),
        svg('circle', { class: 'target', r: 14 }),
        svg('path', { class: 'mark', d: MARKS[index % MARKS.length] ?? '' }),
      ),
    );
    return svg(
      'g',
      { class: `series series-${index % MARKS.length}` },
      svg('path', { class: 'line', d: path || 'M0 0' }),
      ...marks,
    );
  });
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img', 'aria-label': title },
    ...grid,
    svg('path', { class: 'axis', d: `M${left} ${bottom}H${right}` }),
    ...axis,
    svg('text', { class: 'label', x: 0, y: 14 }, yLabel),
    svg('text', { class: 'label', x: right, y: HEIGHT - 6, 'text-anchor': 'end' }, xLabel),
    ...lines,
  );
}
