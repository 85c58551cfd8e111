// Warming up: kernels compile while the weights load, the first prompt compiles none, and nothing else changes.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GpuValidationError } from '../../src/errors.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { AutoModel, AutoModelForCausalLM, type CausalLM, type LoadOptions, pipeline } from '../../src/index.ts';
import { GREEDY } from '../../src/kernels/sampling.ts';
import { TokenLoop } from '../../src/runtime/generate.ts';
import { Session } from '../../src/runtime/session.ts';
import { compileGeneration } from '../../src/runtime/warm-up.ts';
import { loadTiny } from './tiny-model.ts';

const LOCATION = '/models/intab-chat';
const QUESTION = [{ role: 'user', content: 'What is the capital of France?' }];
const PROMPT = [5, 7, 8, 9, 10, 11, 12];

describe('warming up', () => {
  let device: Gpu;
  beforeEach(async () => {
    device = await openGpu();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    device.dispose();
  });

  const load = (options: LoadOptions) => AutoModelForCausalLM.from_pretrained(LOCATION, { device, ...options });
  const generate = (model: CausalLM) =>
    model.generate({ input_ids: [PROMPT], max_new_tokens: 3, do_sample: false, eos_token_id: [] });

  /** Has kernels of these families compile as `compile` says. */
  function interceptCompiling(families: RegExp, compile: () => Promise<GPUComputePipeline>) {
    const { createComputePipelineAsync } = GPUDevice.prototype;
    return vi.spyOn(GPUDevice.prototype, 'createComputePipelineAsync').mockImplementation(function (
      this: GPUDevice,
      descriptor,
    ) {
      return families.test(descriptor.label ?? '') ? compile() : createComputePipelineAsync.call(this, descriptor);
    });
  }

  it('compiles while weights are read, so that the first prompt compiles nothing and says the same', async () => {
    const cold = await load({ warm_up: false });
    const compiledByLoad = device.pipelines.size;
    const expected = await generate(cold);
    const bytes = device.buffers.liveBytes;
    await cold.dispose();
    expect(device.pipelines.size).toBeGreaterThan(compiledByLoad + 8);

    const other = await openGpu();
    try {
      const compiling: number[] = [];
      const warm = await load({
        device: other,
        warm_up: true,
        progress_callback: ({ status }) => {
          if (status === 'progress') compiling.push(other.pipelines.size);
        },
      });
      const compiled = other.pipelines.size;
      expect(compiling[0]).toBeGreaterThan(8);
      expect(other.buffers.liveBytes).toBe(bytes);
      expect(await generate(warm)).toEqual(expected);
      await warm.generate({ input_ids: [PROMPT], max_new_tokens: 2, do_sample: true });
      expect(other.pipelines.size).toBe(compiled);
      await warm.dispose();
      expect(other.buffers.liveCount).toBe(0);
    } finally {
      other.dispose();
    }
  });

  it('leaves a pipeline with an empty cache and nothing to compile', async () => {
    const options = { max_new_tokens: 4, do_sample: false };
    const cold = await pipeline('text-generation', LOCATION, { warm_up: false });
    const expected = await cold(QUESTION, options);
    await cold.dispose();

    const chat = await pipeline('text-generation', LOCATION, { device, warm_up: true });
    const compiled = device.pipelines.size;
    expect(chat.stats).toBe(undefined);
    const begun = vi.spyOn(Session.prototype, 'beginStep');
    expect(await chat(QUESTION, options)).toEqual(expected);
    expect(device.pipelines.size).toBe(compiled);
    const [tokens] = begun.mock.calls[0] ?? [];
    expect(tokens).toBe(chat.stats?.promptTokens);
    await chat.dispose();
    expect(device.buffers.liveCount).toBe(0);
  });

  it('compiles nothing for models that generate no text, nor on a software adapter unless told to', async () => {
    await using model = await AutoModel.from_pretrained(LOCATION, { device, warm_up: true });
    const compiled = device.pipelines.size;
    await using generator = await load({});
    expect(device.isFallback).toBe(true);
    expect(device.pipelines.size).toBe(compiled);
    expect(compiled).toBeLessThan(4);
    expect([model.className, generator.className]).toEqual(['LlamaModel', 'LlamaForCausalLM']);
  });

  it('rejects with the reason of an abort while kernels compile, and leaves nothing', async () => {
    interceptCompiling(/^(linear|attention)\//, () => new Promise(() => {}));
    const controller = new AbortController();
    const reason = new Error('enough');
    const heard: string[] = [];
    const opening = load({
      warm_up: true,
      signal: controller.signal,
      progress_callback: ({ status }) => {
        heard.push(status);
        // The weights are there, and only the kernels are waited for.
        if (status === 'done') setTimeout(() => controller.abort(reason), 500);
      },
    });
    await expect(opening).rejects.toBe(reason);
    expect(heard.at(-1)).toBe('done');
    expect(device.buffers.liveCount).toBe(0);
  });

  it.each(['progress', 'ready'])('rejects with the reason of an abort at %s, and leaves nothing', async (at) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const options: LoadOptions = {
      device,
      warm_up: true,
      signal: controller.signal,
      progress_callback: ({ status }) => {
        if (status === at) controller.abort(reason);
      },
    };
    await expect(load(options)).rejects.toBe(reason);
    await expect(pipeline('text-generation', LOCATION, options)).rejects.toBe(reason);
    expect(device.buffers.liveCount).toBe(0);
  });

  it('loads although a kernel does not compile, which is an error at the first prompt', async () => {
    interceptCompiling(/^attention\//, () => Promise.reject(new Error('no such kernel')));
    const model = await load({ warm_up: true });
    await expect(generate(model)).rejects.toThrow(GpuValidationError);
    await model.dispose();
  });

  it('loads although a shader is wrong', async () => {
    const { createShaderModule } = GPUDevice.prototype;
    vi.spyOn(GPUDevice.prototype, 'createShaderModule').mockImplementation(function (this: GPUDevice, descriptor) {
      const code = descriptor.label?.startsWith('attention/') ? 'this is no shader' : descriptor.code;
      return createShaderModule.call(this, { ...descriptor, code });
    });
    const model = await load({ warm_up: true });
    await expect(generate(model)).rejects.toThrow(GpuValidationError);
    await model.dispose();
  });

  it.each([
    ['software', 1],
    ['hardware', 2],
  ] as const)(
    'compiles what short and long prompts need, greedy and sampled, on %s adapters',
    async (kernels, layers) => {
      const gpu = await openGpu({ kernels });
      try {
        using loaded = await loadTiny(gpu, { config: { num_hidden_layers: layers } });
        const buffers = gpu.buffers.liveCount;
        await compileGeneration(loaded);
        expect(gpu.buffers.liveCount).toBe(buffers);
        const compiled = gpu.pipelines.size;
        using loop = new TokenLoop(new Session(loaded, { capacity: 400 }));
        for (const sampling of [GREEDY, { ...GREEDY, sample: true, topK: 5 }]) {
          for (const length of [3, 200]) {
            const prompt = Array.from({ length }, (_, i) => (i * 7 + length) % 61);
            const settings = { maxNewTokens: 2, eosTokenIds: [], sampling };
            for await (const ids of loop.run([prompt], settings)) expect(ids.length).toBe(1);
          }
        }
        expect(gpu.pipelines.size).toBe(compiled);
      } finally {
        gpu.dispose();
      }
    },
  );
});
