// npm run quality -- [MODEL …]: what each dtype costs in exactness on the embedded chat models, over their reference chats (golden.json): perplexity of
// the replies, agreement of the likeliest token with f32, and divergence from f32's distribution. Prints the table of docs/formats.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadOptions } from '../src/index.ts';
import type { Scored } from './quality-page.ts';
import { withPage } from './serve-page.ts';

const MODELS = ['intab-chat', 'intab-chat-moe'];

const CHOICES: LoadOptions[] = [
  { dtype: 'f32' },
  { dtype: 'f16' },
  { dtype: 'bf16' },
  { dtype: 'q8' },
  { dtype: 'q8', group_size: 128 },
  { dtype: 'q8', symmetric: false },
  { dtype: 'q4', symmetric: false },
  { dtype: 'q4' },
  { dtype: 'q4', group_size: 64 },
  { dtype: 'q4', group_size: 128 },
  { dtype: 'q4', embeddings_dtype: 'q4' },
];

const nameOf = (options: LoadOptions) =>
  Object.entries(options)
    .map(([key, value]) =>
      key === 'dtype' ? `\`${value}\`` : `\`${key}: ${JSON.stringify(value)}\``.replaceAll('"', "'"),
    )
    .join(', ');

/** Longer replies take long on a software adapter. */
const MOST_TOKENS = 40;

/** The shorter replies that the reference gave. */
function repliesOf(model: string): { prompt_ids: number[]; ids: number[] }[] {
  const file = join(import.meta.dirname, 'train', model.replaceAll('-', '_'), 'golden.json');
  const replies: { prompt_ids: number[]; ids: number[] }[] = JSON.parse(readFileSync(file, 'utf8'));
  return replies.filter(({ ids }) => ids.length <= MOST_TOKENS);
}

export async function main(models: string[]): Promise<number> {
  await withPage({ module: '/tools/quality-page.ts', folders: { '/models/': 'demo/public/models' } }, async (page) => {
    for (const name of models.length > 0 ? models : MODELS) {
      const sequences: Scored[] = repliesOf(name).map(({ prompt_ids, ids }) => ({
        ids: [...prompt_ids, ...ids],
        from: prompt_ids.length,
      }));
      const results = await page.evaluate(
        ({ model, choices, sequences }) => {
          const { page: module } = globalThis as unknown as { page: typeof import('./quality-page.ts') };
          return module.measure(model, choices, sequences);
        },
        { model: `/models/${name}`, choices: CHOICES, sequences },
      );
      const tokens = sequences.reduce((sum, { ids, from }) => sum + ids.length - from, 0);
      console.log(`\n${name}, ${tokens} tokens of ${sequences.length} replies\n`);
      console.log('| options | bytes a weight | perplexity | top-1 as f32 | KL, nats a token |\n|---|---|---|---|---|');
      results.forEach(({ perplexity, top1, kl, bytesPerWeight }, i) => {
        const cells = [
          nameOf(CHOICES[i] as LoadOptions),
          bytesPerWeight.toFixed(3),
          perplexity.toFixed(4),
          `${(100 * top1).toFixed(2)} %`,
          kl.toExponential(1),
        ];
        console.log(`| ${cells.join(' | ')} |`);
      });
    }
  });
  return 0;
}
