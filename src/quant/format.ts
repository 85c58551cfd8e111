// intab's quantised weights: unsigned integers of 4 or 8 bits in groups along the row, w = (u − zero) · scale, or
// w = u · scale + offset where a group has an offset of its own. All quants of a matrix lie together, its scales behind them, so that
// a lane of any kernel reads 16 bytes of quants at a time.

/** How a matrix is quantised. */
export interface QuantFormat {
  bits: 4 | 8;
  /** Weights along the row that share a scale; 16 only with 8 bits, as a group fills at least 16 bytes. */
  group: 16 | 32 | 64 | 128;
  /** Each group has an offset; otherwise zero lies in the middle of the range. */
  asymmetric: boolean;
  /**
   * Of symmetric groups of 4 bits: scales have no more than the 8 bits of a bfloat16, so that f16 holds every weight, an integer times a
   * scale, exactly. What is quantised here has them; other programs' formats do not.
   */
  shortScales?: boolean;
}

/** `q4g32`, with `a` behind it for asymmetric groups and `s` for short scales. */
export function quantName({ bits, group, asymmetric, shortScales = false }: QuantFormat): string {
  return `q${bits}g${group}${asymmetric ? 'a' : ''}${shortScales ? 's' : ''}`;
}

/** The integer that stands for 0 in a symmetric group. */
export function zeroPoint({ bits, asymmetric }: QuantFormat): number {
  return asymmetric ? 0 : 2 ** (bits - 1);
}

/** The largest integer. */
export function largestQuant({ bits }: QuantFormat): number {
  return 2 ** bits - 1;
}

/** Words of 32 bits that the quants of a row take. */
export function quantWords({ bits }: QuantFormat, width: number): number {
  return (width * bits) / 32;
}

/** Words that the scales of a row take: pairs of f16, of two groups or of one group's scale and offset. */
export function scaleWords({ group, asymmetric }: QuantFormat, width: number): number {
  const groups = width / group;
  return asymmetric ? groups : Math.ceil(groups / 2);
}

/** Words of a whole row. */
export function rowWords(format: QuantFormat, width: number): number {
  return quantWords(format, width) + scaleWords(format, width);
}

/** The largest group of at most `group`, and at least 32, whose multiple `width` is; undefined where there is none. */
export function fittingGroup(width: number, group: QuantFormat['group']): QuantFormat['group'] | undefined {
  return ([128, 64, 32] as const).find((candidate) => candidate <= group && width % candidate === 0);
}
