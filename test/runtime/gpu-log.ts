// Records what is asked of a device and its queue, by wrapping their methods: for tests that count.
import type { Gpu } from '../../src/gpu/device.ts';

type AnyMethod = (...args: unknown[]) => unknown;

const DEVICE_METHODS = [
  'createBuffer',
  'createBindGroup',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createComputePipeline',
  'createComputePipelineAsync',
  'createShaderModule',
] as const;

/** Calls in order: method names, and `dispatch`, `pass`, `copy`, `mapAsync`, `read` for what encoders and buffers did. */
export class GpuLog {
  readonly calls: string[] = [];

  constructor(gpu: Gpu) {
    const { device, queue } = gpu;
    for (const name of DEVICE_METHODS) this.#wrap(device, name, name);
    this.#wrap(queue, 'submit', 'submit');
    this.#wrap(queue, 'writeBuffer', 'writeBuffer');
    this.#wrap(device, 'createCommandEncoder', undefined, (encoder) => {
      this.#wrap(encoder, 'copyBufferToBuffer', 'copy');
      this.#wrap(encoder, 'beginComputePass', 'pass', (pass) => this.#wrap(pass, 'dispatchWorkgroups', 'dispatch'));
    });
  }

  /** Also logs mapping and reading of buffers made from now on. */
  watchBuffers(gpu: Gpu): void {
    this.#wrap(gpu.device, 'createBuffer', undefined, (buffer) => {
      this.#wrap(buffer, 'mapAsync', 'mapAsync');
      this.#wrap(buffer, 'getMappedRange', 'read');
    });
  }

  count(name: string): number {
    return this.calls.filter((call) => call === name).length;
  }

  clear(): void {
    this.calls.length = 0;
  }

  #wrap(target: object, name: string, call: string | undefined, then?: (result: object) => void): void {
    const owner = target as Record<string, AnyMethod>;
    const original = (owner[name] as AnyMethod).bind(target);
    owner[name] = (...args) => {
      if (call) this.calls.push(call);
      const result = original(...args);
      then?.(result as object);
      return result;
    };
  }
}
