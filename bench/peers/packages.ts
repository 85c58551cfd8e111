// Which versions of the peers are measured, and which of their files a page loads.
import type { PeerEngineName } from './measure.ts';

/** Packages to install. WebLLM is not among them: it needs a library compiled for each model, and no package of npm was found to have one. */
export const PINNED = { '@huggingface/transformers': '4.3.1', '@wllama/wllama': '3.8.1' } as const;

const ORT = 'onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify';

/** The package of an engine that has one. */
export const PACKAGE_NAMES: Partial<Record<PeerEngineName, keyof typeof PINNED>> = {
  'transformers.js': '@huggingface/transformers',
  wllama: '@wllama/wllama',
};

/** From the folder that packages lie in. */
export const PACKAGE_PATHS = {
  transformers: '@huggingface/transformers/dist/transformers.min.js',
  ortModule: `${ORT}.mjs`,
  ortWasm: `${ORT}.wasm`,
  wllama: '@wllama/wllama/esm/index.min.js',
  wllamaWasm: '@wllama/wllama/esm/wasm/wllama.wasm',
} as const;

export const PACKAGE_FILES: readonly string[] = Object.values(PACKAGE_PATHS);

/** Which versions lie in the folder. */
export const MANIFESTS = Object.keys(PINNED).map((name) => `${name}/package.json`);

/** Where the page finds a file. */
export const packageUrl = (path: string) => new URL(`/packages/${path}`, location.href).href;
