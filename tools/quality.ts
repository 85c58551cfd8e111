// npm run quality -- [MODEL …]: what each dtype costs in exactness on the embedded chat models, over some of their reference chats
// (golden.json). Prints the tables of docs/quantization.md.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadOptions } from '../src/index.ts';
import type { Chat } from './quality-page.ts';
import { withPage } from './serve-page.ts';

const MODELS = ['intab-chat', 'intab-chat-moe'];

const CHOICES: LoadOptions[] = [
  { dtype: 'f32' },
  { dtype: 'f32', kv_cache_dtype: 'f16' },
  { dtype: 'f32', kv_cache_dtype: 'q8' },
  { dtype: 'f16' },
  { dtype: 'q8' },
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
const MOST_TOKENS = 16;

/** The shorter replies that the reference gave. */
function repliesOf(model: string): { prompt_ids: number[]; ids: number[] }[] {
  const file = join(import.meta.dirname, 'train', model.replaceAll('-', '_'), 'golden.json');
  const replies: { prompt_ids: number[]; ids: number[] }[] = JSON.parse(readFileSync(file, 'utf8'));
  return replies.filter(({ ids }) => ids.length <= MOST_TOKENS);
}

export async function main(models: string[]): Promise<number> {
  await withPage({ module: '/tools/quality-page.ts', folders: { '/models/': 'demo/public/models' } }, async (page) => {
    for (const name of models.length > 0 ? models : MODELS) {
      const chats = repliesOf(name).map(
        ({ prompt_ids, ids }): Chat => ({ ids: [...prompt_ids, ...ids], replyFrom: prompt_ids.length }),
      );
      const results = await page.evaluate(
        ({ model, choices, chats }) => {
          const { page: module } = globalThis as unknown as { page: typeof import('./quality-page.ts') };
          return module.measure(model, choices, chats);
        },
        { model: `/models/${name}`, choices: CHOICES, chats },
      );
      const tokens = chats.reduce((sum, { ids, replyFrom }) => sum + ids.length - replyFrom, 0);
      console.log(`\n${name}, ${tokens} tokens of ${chats.length} replies\n`);
      console.log('| options | bytes a weight | perplexity | top-1 as f32 | KL of replies | of questions |');
      console.log('|---|---|---|---|---|---|');
      results.forEach(({ perplexity, top1, replyKl, questionKl, bytesPerWeight }, i) => {
        const cells = [
          nameOf(CHOICES[i] as LoadOptions),
          bytesPerWeight.toFixed(3),
          perplexity.toFixed(4),
          `${(100 * top1).toFixed(2)} %`,
          replyKl.toExponential(1),
          questionKl.toExponential(1),
        ];
        console.log(`| ${cells.join(' | ')} |`);
      });
    }
  });
  return 0;
}
