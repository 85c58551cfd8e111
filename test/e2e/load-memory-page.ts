// The page of the test of memory: loads a model to the GPU as users do.
import { AutoModelForCausalLM } from '../../src/index.ts';

export interface Loading {
  weightBytes: number;
  /** Why nothing is kept. */
  uncached?: string;
}

export async function loadModel(url: string): Promise<Loading> {
  const loading: Loading = { weightBytes: 0 };
  const model = await AutoModelForCausalLM.from_pretrained(url, {
    dtype: 'bf16',
    progress_callback: ({ status, error }) => {
      if (status === 'uncached') loading.uncached = String(error);
    },
  });
  loading.weightBytes = model.weightBytes;
  await model.dispose();
  return loading;
}
