// Compiles compute pipelines asynchronously, once per label, with explicit bind group layouts.
import { GpuValidationError } from '../errors.ts';

/** How a kernel uses a binding; bindings are numbered in order in group 0. */
export type BindingUse = 'read' | 'write';

/** Everything WebGPU needs to compile one kernel. The label names kernel and knobs, and is the cache key. */
export interface KernelSource {
  label: string;
  code: string;
  bindings: readonly BindingUse[];
  constants: Readonly<Record<string, number>>;
}

export interface CompiledKernel {
  label: string;
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
}

const COMPUTE_STAGE = 0x4; // GPUShaderStage.COMPUTE

export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #kernels = new Map<string, Promise<CompiledKernel>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #modules = new Map<string, GPUShaderModule>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Number of kernels compiled or compiling. */
  get size(): number {
    return this.#kernels.size;
  }

  /**
   * The compiled kernel; compiles it on the first call.
   * @throws {GpuValidationError} the shader or the pipeline is invalid on this device.
   */
  compile(source: KernelSource): Promise<CompiledKernel> {
    let kernel = this.#kernels.get(source.label);
    if (!kernel) {
      kernel = this.#compile(source);
      this.#kernels.set(source.label, kernel);
    }
    return kernel;
  }

  async #compile({ label, code, bindings, constants }: KernelSource): Promise<CompiledKernel> {
    const layout = this.#layout(bindings);
    try {
      const pipeline = await this.#device.createComputePipelineAsync({
        label,
        layout: this.#device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
        compute: { module: this.#module(label, code), entryPoint: 'main', constants: { ...constants } },
      });
      return { label, pipeline, layout };
    } catch (cause) {
      const { messages } = await this.#module(label, code).getCompilationInfo();
      const reasons = messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`);
      reasons.push(cause instanceof Error ? cause.message : String(cause));
      throw new GpuValidationError({
        what: `Kernel ${label} does not compile on this device`,
        actual: reasons.join('; '),
        remedy: 'report this with the adapter name and the browser version',
        cause,
      });
    }
  }

  #module(label: string, code: string): GPUShaderModule {
    let module = this.#modules.get(code);
    if (!module) {
      module = this.#device.createShaderModule({ label, code });
      this.#modules.set(code, module);
    }
    return module;
  }

  #layout(bindings: readonly BindingUse[]): GPUBindGroupLayout {
    const key = bindings.join();
    let layout = this.#layouts.get(key);
    if (!layout) {
      layout = this.#device.createBindGroupLayout({
        label: key,
        entries: bindings.map((use, binding) => ({
          binding,
          visibility: COMPUTE_STAGE,
          buffer: { type: use === 'write' ? 'storage' : 'read-only-storage' },
        })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}
