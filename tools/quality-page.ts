// The part of the quality command that runs in the browser: how far each dtype's predictions are from those of f32.
import { AutoModelForCausalLM, type LoadOptions } from '../src/index.ts';

/** A chat, and the position of the first token of its last reply. */
export interface Chat {
  ids: number[];
  replyFrom: number;
}

export interface Quality {
  /** exp of the mean negative log-likelihood of the replies' tokens. */
  perplexity: number;
  /** Share of the replies' tokens where the likeliest one is the same as with f32. */
  top1: number;
  /** Mean Kullback-Leibler divergence from f32's distribution over the replies, in nats per token. */
  replyKl: number;
  /** The same over the questions, where these models, which learnt replies alone, are unsure. */
  questionKl: number;
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

/** The distributions before each token of each chat but the first. */
async function predictions(model: string, options: LoadOptions, chats: readonly Chat[]) {
  await using loaded = await AutoModelForCausalLM.from_pretrained(model, options);
  const rows: Float64Array[] = [];
  for (const { ids } of chats) {
    const { logits } = await loaded.forward({ input_ids: [ids] });
    if (!logits) throw new Error('a causal model gave no logits');
    const [, count = 0, vocab = 0] = logits.dims;
    const data = logits.data as Float32Array;
    for (let i = 0; i < count - 1; i++) rows.push(logProbabilities(data.subarray(i * vocab, (i + 1) * vocab)));
  }
  return { rows, weightBytes: loaded.weightBytes };
}

/** Compares each set of options with f32. */
export async function measure(model: string, choices: LoadOptions[], chats: Chat[]): Promise<Quality[]> {
  const exact = await predictions(model, { dtype: 'f32' }, chats);
  const tokens = chats.flatMap(({ ids, replyFrom }) =>
    ids.slice(1).map((id, i) => ({ id, isReply: i + 1 >= replyFrom })),
  );
  const replyTokens = tokens.filter(({ isReply }) => isReply).length;
  const results: Quality[] = [];
  for (const options of choices) {
    const { rows, weightBytes } = await predictions(model, options, chats);
    const sums = { loss: 0, same: 0, replyKl: 0, questionKl: 0 };
    tokens.forEach(({ id, isReply }, i) => {
      const [row, reference] = [rows[i], exact.rows[i]] as [Float64Array, Float64Array];
      const kl = reference.reduce((sum, log, j) => sum + Math.exp(log) * (log - (row[j] as number)), 0);
      sums[isReply ? 'replyKl' : 'questionKl'] += kl;
      if (!isReply) return;
      sums.loss -= row[id] as number;
      if (likeliest(row) === likeliest(reference)) sums.same++;
    });
    results.push({
      perplexity: Math.exp(sums.loss / replyTokens),
      top1: sums.same / replyTokens,
      replyKl: sums.replyKl / replyTokens,
      questionKl: sums.questionKl / (tokens.length - replyTokens),
      bytesPerWeight: weightBytes / (exact.weightBytes / 4),
    });
  }
  return results;
}
