// transformers.js as a page uses it: a model from a server, and `generate` with a streamer.
import type { PeerDType, PeerModel } from './measure.ts';
import { PACKAGE_PATHS, packageUrl } from './packages.ts';

/** What of the package is used. */
interface Transformers {
  env: {
    remoteHost: string;
    remotePathTemplate: string;
    useBrowserCache: boolean;
    useWasmCache: boolean;
    backends: { onnx: { versions: { web: string }; wasm: { wasmPaths: object } } };
  };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => object;
  AutoModelForCausalLM: {
    from_pretrained(name: string, options: object): Promise<{ generate(options: object): Promise<object> }>;
  };
}

/** @param hasF16 whether the adapter computes in f16; four-bit weights have activations of f32 otherwise. */
export async function loadTransformers(dtype: PeerDType, hasF16: boolean): Promise<PeerModel> {
  const { env, Tensor, AutoModelForCausalLM }: Transformers = await import(
    /* @vite-ignore */ packageUrl(PACKAGE_PATHS.transformers)
  );
  const format = dtype === 'f16' ? 'fp16' : hasF16 ? 'q4f16' : 'q4';
  env.remoteHost = new URL('/models/', location.href).href;
  env.remotePathTemplate = '{model}/';
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const { versions, wasm } = env.backends.onnx;
  wasm.wasmPaths = { mjs: packageUrl(PACKAGE_PATHS.ortModule), wasm: packageUrl(PACKAGE_PATHS.ortWasm) };
  const model = await AutoModelForCausalLM.from_pretrained(`onnx-${format}`, { dtype: format, device: 'webgpu' });
  const int64 = (ids: readonly number[]) => new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
  return {
    driver: `AutoModelForCausalLM.generate, onnxruntime-web ${versions.web} on WebGPU`,
    format,
    async generate(prompt, tokens, onToken) {
      let isPrompt = true;
      const streamer = {
        put([ids]: [readonly bigint[]]) {
          if (!isPrompt) onToken(Number(ids[0]));
          isPrompt = false;
        },
        end() {},
      };
      await model.generate({
        input_ids: int64(prompt),
        attention_mask: int64(prompt.map(() => 1)),
        max_new_tokens: tokens,
        do_sample: false,
        streamer,
      });
      return undefined;
    },
  };
}
