// The page that measures a peer: reads its options from the address, posts each result, and at the end how it ended, to the server.
import { openGpu } from '../../src/gpu/device.ts';
import type { PageMessage } from '../page.ts';
import { SHAPES } from '../shapes.ts';
import { loadIntab } from './intab-model.ts';
import { measurePeer, type PeerOptions } from './measure.ts';
import { loadTransformers } from './transformers-model.ts';
import { loadWllama } from './wllama-model.ts';

const options = JSON.parse(decodeURIComponent(location.hash.slice(1))) as PeerOptions;
const post = (message: PageMessage) => fetch('/result', { method: 'POST', body: JSON.stringify(message) });

try {
  const { engine, dtype, shape, promptTokens, decodeTokens } = options;
  const gpu = await openGpu();
  const { name } = gpu;
  const hasF16 = gpu.features.has('f16');
  // Peers open devices of their own.
  if (engine !== 'intab-gguf') gpu.dispose();
  const given = SHAPES[shape];
  const context = Math.max(...promptTokens) + decodeTokens;
  const load = async () => {
    if (engine === 'transformers.js') {
      if (given?.num_experts !== undefined) throw new Error('no ONNX file is written for mixtures of experts');
      return loadTransformers(dtype, hasF16);
    }
    return engine === 'wllama' ? loadWllama(dtype, context, hasF16) : loadIntab(gpu, dtype, context);
  };
  for await (const result of measurePeer(options, given?.vocab_size as number, name, load)) await post({ result });
  await post({});
} catch (error) {
  // Errors of other engines may say nothing, or be none.
  await post({ error: (error instanceof Error && error.message) || String(error) });
}
