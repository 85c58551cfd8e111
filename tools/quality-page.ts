// The part of the quality command that runs in the browser: how far each dtype's predictions are from those of f32.
import { AutoModelForCausalLM, type LoadOptions } from '../src/index.ts';

/** A sequence, and the token that its scored part begins with. */
export interface Scored {
  ids: number[];
  from: number;
}

export interface Quality {
  /** exp of the mean negative log-likelihood of the scored tokens. */
  perplexity: number;
  /** Share of positions where the likeliest token is the same as with f32. */
  top1: number;
  /** Mean Kullback-Leibler divergence from f32's distribution, in nats per token. */
  kl: number;
  /** Bytes of all weights on the GPU, per weight of the checkpoint. */
  bytesPerWeight: number;
}

/** log softmax of one row. */
function logProbabilities(logits: Float32Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
  return Float64Array.from(logits, (logit) => logit - top - Math.log(total));
}

const likeliest = (row: Float64Array) => row.indexOf(row.reduce((a, b) => Math.max(a, b)));

/** The distributions before each scored token of each sequence. */
async function predictions(model: string, options: LoadOptions, sequences: readonly Scored[]) {
  await using loaded = await AutoModelForCausalLM.from_pretrained(model, options);
  const rows: Float64Array[] = [];
  for (const { ids, from } of sequences) {
    const { logits } = await loaded.forward({ input_ids: [ids], logits_to_keep: ids.length - from + 1 });
    if (!logits) throw new Error('a causal model gave no logits');
    const [, count = 0, vocab = 0] = logits.dims;
    const data = logits.data as Float32Array;
    for (let i = 0; i < count - 1; i++) rows.push(logProbabilities(data.subarray(i * vocab, (i + 1) * vocab)));
  }
  return { rows, weightBytes: loaded.weightBytes };
}

/** Compares each set of options with f32. */
export async function measure(model: string, choices: LoadOptions[], sequences: Scored[]): Promise<Quality[]> {
  const exact = await predictions(model, { dtype: 'f32' }, sequences);
  const targets = sequences.flatMap(({ ids, from }) => ids.slice(from));
  const results: Quality[] = [];
  for (const options of choices) {
    const { rows, weightBytes } = await predictions(model, options, sequences);
    const sums = { loss: 0, same: 0, kl: 0 };
    rows.forEach((row, i) => {
      const reference = exact.rows[i] as Float64Array;
      sums.loss -= row[targets[i] as number] as number;
      if (likeliest(row) === likeliest(reference)) sums.same++;
      sums.kl += reference.reduce((sum, log, id) => sum + Math.exp(log) * (log - (row[id] as number)), 0);
    });
    results.push({
      perplexity: Math.exp(sums.loss / rows.length),
      top1: sums.same / rows.length,
      kl: sums.kl / rows.length,
      bytesPerWeight: weightBytes / (exact.weightBytes / 4),
    });
  }
  return results;
}
