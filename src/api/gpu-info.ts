// What a page wants to know about WebGPU before it offers a model.
import { WebGpuUnavailableError } from '../errors.ts';
import { sharedGpu } from './load.ts';

export type GpuInfo =
  | {
      available: true;
      /** The adapter in words. */
      name: string;
      vendor: string;
      architecture: string;
      /** A software adapter: correct, but slow. */
      isFallback: boolean;
      /** Optional features that are there: f16, subgroups, timestamps. */
      features: string[];
      maxBufferBytes: number;
    }
  | { available: false; what: string; remedy: string };

/** Opens the page's device and describes it. Never throws for lack of WebGPU. */
export async function gpuInfo(): Promise<GpuInfo> {
  try {
    const gpu = await sharedGpu();
    return {
      available: true,
      name: gpu.name,
      vendor: gpu.info.vendor,
      architecture: gpu.info.architecture,
      isFallback: gpu.isFallback,
      features: [...gpu.features],
      maxBufferBytes: gpu.limits.maxStorageBufferBindingSize,
    };
  } catch (error) {
    if (error instanceof WebGpuUnavailableError) return { available: false, what: error.what, remedy: error.remedy };
    throw error;
  }
}
