// Results as tables of words: printed as aligned Markdown by the command, shown and copied by the demo page.
import type { BenchResult } from './bench.ts';
import type { KernelResult } from './kernels.ts';

export interface Table {
  title?: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A number with as many digits as say something. */
export function inDigits(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function inBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${inDigits(bytes / 1e6)} MB`;
}

/** One row per measurement. */
export function speedTable(results: readonly BenchResult[]): Table {
  return {
    head: [
      'shape',
      'weights',
      'prompt',
      'context',
      'prefill tok/s',
      'decode tok/s',
      'first token',
      'load',
      'GPU memory',
    ],
    rows: results.map((result) => [
      result.shape,
      result.dtype,
      String(result.prompt_tokens),
      String(result.context_tokens),
      inDigits(result.prefill_tok_s),
      inDigits(result.decode_tok_s),
      `${inDigits(result.ttft_ms)} ms`,
      `${inDigits(result.load_ms / 1000)} s`,
      inBytes(result.gpu_bytes),
    ]),
  };
}

/** One table per step, under its peaks. */
export function kernelTables({ adapter, shape, dtype, peaks, steps }: KernelResult): Table[] {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const peak = [
    `copy ${inDigits(peaks.copy_gb_s)} GB/s`,
    `read ${inDigits(peaks.read_gb_s)} GB/s`,
    `multiply-add ${inDigits(peaks.multiply_add_gflop_s)} GFLOP/s`,
  ].join(', ');
  return steps.map(({ step, tokens, past, us, sum_us, gb_s, gflop_s, ops }) => ({
    title: [
      `${shape}, ${dtype}, ${step} of ${tokens} behind ${past} on ${adapter}; peaks: ${peak}.`,
      `The step takes ${inDigits(us)} µs (its ops ${inDigits(sum_us)} µs): ${inDigits(gb_s)} GB/s, ${inDigits(gflop_s)} GFLOP/s.`,
    ].join('\n'),
    head: [
      'op',
      'µs',
      'times',
      'total µs',
      'MB',
      'MFLOP',
      'GB/s',
      'of copy',
      'of read',
      'cached',
      'GFLOP/s',
      'of multiply-add',
      'kernels',
    ],
    rows: ops.map((op) => [
      op.op,
      inDigits(op.us),
      String(op.count),
      inDigits(op.total_us),
      inDigits(op.bytes / 1e6),
      inDigits(op.flops / 1e6),
      inDigits(op.gb_s),
      percent(op.of_copy),
      percent(op.of_read),
      op.cached ? 'yes' : '',
      inDigits(op.gflop_s),
      percent(op.of_multiply_add),
      [...new Set(op.kernels.map((label) => label.split(':')[0]))].join(', '),
    ]),
  }));
}

/** A Markdown table whose columns are also aligned as plain text: words to the left, columns of numbers to the right. */
export function markdown({ head, rows }: Table): string {
  const widths = head.map((name, i) => Math.max(3, name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const isNumber = head.map((_, i) => rows.length > 0 && rows.every((row) => /^[\d.,]/.test(row[i] ?? '')));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (isNumber[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => `${'-'.repeat(width - 1)}${isNumber[i] ? ':' : '-'}`);
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
