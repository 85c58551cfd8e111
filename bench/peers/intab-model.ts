// intab with the weights that wllama gets: the same GGUF file.
import { openModel } from '../../src/api/load.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { GREEDY } from '../../src/kernels/sampling.ts';
import { TokenLoop } from '../../src/runtime/generate.ts';
import { Session } from '../../src/runtime/session.ts';
import type { PeerDType, PeerModel } from './measure.ts';

export async function loadIntab(device: Gpu, dtype: PeerDType, contextTokens: number): Promise<PeerModel> {
  const url = new URL(`/models/gguf-${dtype}/model.gguf`, location.href).href;
  const { loaded } = await openModel(url, 'causal', { device }, { generates: true });
  const session = await Session.open(loaded, { capacity: contextTokens });
  const loop = new TokenLoop(session);
  return {
    driver: `TokenLoop, keys and values in ${session.cache.dtype}`,
    format: dtype === 'q4' ? 'Q4_0' : 'F16',
    async generate(prompt, tokens, onToken) {
      loop.assumeCached([]);
      const settings = { maxNewTokens: tokens, eosTokenIds: [], sampling: GREEDY };
      for await (const [id] of loop.run([[...prompt]], settings, {})) onToken(id as number);
      return undefined;
    },
  };
}
