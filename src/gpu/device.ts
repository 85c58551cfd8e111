// Opens WebGPU: finds an adapter, asks for every limit and feature intab can use, and owns the device.
// The same code runs in a page, in a worker, and in Node on the optional `webgpu` package (Dawn).
import { WebGpuUnavailableError } from '../errors.ts';
import { BufferPool } from './buffers.ts';
import { loadMatrixShaders } from './matrix-shaders.ts';
import { PipelineCache } from './pipelines.ts';

/** Features used when the adapter has them and never needed. */
export const OPTIONAL_FEATURES = ['f16', 'subgroups', 'matrices', 'integerDot', 'timestamps'] as const;
export type OptionalFeature = (typeof OPTIONAL_FEATURES)[number];

/** Those that a device is asked for. The others are of WGSL, and there or not. */
const FEATURE_NAMES: Readonly<Partial<Record<OptionalFeature, GPUFeatureName>>> = {
  f16: 'shader-f16',
  subgroups: 'subgroups',
  // Experimental: browsers have it behind a flag (gpuweb proposal subgroup-matrix).
  matrices: 'chromium-experimental-subgroup-matrix' as GPUFeatureName,
  timestamps: 'timestamp-query',
};

/** Features as a device is asked for them. */
export function featureNames(features: readonly OptionalFeature[]): GPUFeatureName[] {
  return features.flatMap((feature) => FEATURE_NAMES[feature] ?? []);
}

const INTEGER_DOT = 'packed_4x8_integer_dot_product';

/** Limits where more is useful. Everything else keeps WebGPU's defaults. */
const USEFUL_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxStorageBuffersPerShaderStage',
] as const;

export interface GpuOptions {
  /** `best` asks for all the adapter has; `default` pretends it has only WebGPU's default limits. */
  limits?: 'best' | 'default';
  /** Optional features to leave unused even where the adapter has them. */
  without?: readonly OptionalFeature[];
  /** Kernels for hardware or for software adapters; what the adapter is decides where left out. */
  kernels?: 'hardware' | 'software';
  powerPreference?: GPUPowerPreference;
  /** Command-line switches for Dawn in Node, such as `enable-dawn-features=allow_unsafe_apis`. Ignored in browsers. */
  dawn?: readonly string[];
}

/** A shape of subgroup matrices, as the experimental feature lists them. */
interface MatrixConfig {
  M: number;
  N: number;
  K: number;
  componentType: string;
  resultComponentType: string;
}
const MATRIX_SIZE = 16;
const MATRIX_SUBGROUP = 32;

const ADAPTER_ATTEMPTS = 4;
const ADAPTER_RETRY_MS = 150;

/** Dawn's entries in Node, by switches: Dawn crashes when its entry is garbage-collected while devices live. */
const dawnEntries = new Map<string, GPU>();

/** `navigator.gpu` in browsers, Dawn's in Node. Throws {@link WebGpuUnavailableError} where there is neither. */
async function gpuEntry(dawn: readonly string[]): Promise<GPU> {
  if (typeof navigator !== 'undefined' && navigator.gpu) return navigator.gpu;
  if (typeof process !== 'undefined' && process.versions?.node && typeof document === 'undefined') {
    const packageName = 'webgpu';
    try {
      const module = (await import(/* @vite-ignore */ packageName)) as typeof import('webgpu');
      Object.assign(globalThis, module.globals);
      const entry = dawnEntries.get(dawn.join()) ?? module.create([...dawn]);
      dawnEntries.set(dawn.join(), entry);
      return entry;
    } catch (cause) {
      throw new WebGpuUnavailableError({
        what: 'WebGPU is not available in Node',
        expected: 'the optional package `webgpu`',
        actual: cause instanceof Error ? cause.message : String(cause),
        remedy: 'run `npm install webgpu`',
        cause,
      });
    }
  }
  const insecure = typeof isSecureContext !== 'undefined' && !isSecureContext;
  throw new WebGpuUnavailableError({
    what: 'This browser offers no WebGPU',
    expected: 'navigator.gpu',
    actual: insecure ? 'a page that is not a secure context' : 'undefined',
    remedy: insecure
      ? 'serve the page over https or from localhost'
      : 'use a current Chrome, Edge, Safari or Firefox, and on Linux start Chrome with --enable-unsafe-webgpu',
  });
}

/** A fresh browser's GPU process may refuse the first request, so it is asked again. */
async function requestAdapter(entry: GPU, powerPreference: GPUPowerPreference): Promise<GPUAdapter> {
  let cause: unknown;
  for (let attempt = 0; attempt < ADAPTER_ATTEMPTS; attempt++) {
    try {
      const adapter = await entry.requestAdapter({ powerPreference });
      if (adapter) return adapter;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, ADAPTER_RETRY_MS));
  }
  throw new WebGpuUnavailableError({
    what: 'WebGPU found no adapter',
    expected: 'a GPU with a WebGPU driver',
    actual: `none after ${ADAPTER_ATTEMPTS} requests`,
    remedy: 'update the GPU driver and the browser, and check that hardware acceleration is on (chrome://gpu)',
    cause,
  });
}

/** Whether subgroups are of one size and multiply matrices of f16 in the one shape that the kernels use, adding up in f32. */
function hasUsedMatrices(info: GPUAdapterInfo & { subgroupMatrixConfigs?: readonly MatrixConfig[] }): boolean {
  if (info.subgroupMinSize !== MATRIX_SUBGROUP || info.subgroupMaxSize !== MATRIX_SUBGROUP) return false;
  return [...(info.subgroupMatrixConfigs ?? [])].some(
    ({ M, N, K, componentType, resultComponentType }) =>
      M === MATRIX_SIZE &&
      N === MATRIX_SIZE &&
      K === MATRIX_SIZE &&
      componentType === 'f16' &&
      resultComponentType === 'f32',
  );
}

/**
 * Opens a device.
 * @throws {WebGpuUnavailableError} no WebGPU, no adapter, or the adapter refuses a device; {SourceError} what the device's features need
 * cannot be fetched.
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  const { limits = 'best', without = [], kernels, powerPreference = 'high-performance', dawn = [] } = options;
  const entry = await gpuEntry(dawn);
  const adapter = await requestAdapter(entry, powerPreference);
  const features = OPTIONAL_FEATURES.filter(
    (feature) =>
      !without.includes(feature) &&
      featureNames([feature]).every((name) => adapter.features.has(name)) &&
      (feature !== 'matrices' || hasUsedMatrices(adapter.info)) &&
      (feature !== 'integerDot' || entry.wgslLanguageFeatures?.has(INTEGER_DOT)),
  );
  if (features.includes('matrices')) await loadMatrixShaders();
  const requiredLimits: Record<string, number> = {};
  if (limits === 'best') for (const name of USEFUL_LIMITS) requiredLimits[name] = adapter.limits[name];
  try {
    const device = await adapter.requestDevice({
      label: 'intab',
      requiredFeatures: featureNames(features),
      requiredLimits,
    });
    return new Gpu(device, adapter.info, new Set(features), kernels);
  } catch (cause) {
    throw new WebGpuUnavailableError({
      what: 'The adapter refused a device',
      expected: 'a WebGPU device',
      actual: cause instanceof Error ? cause.message : String(cause),
      remedy: 'close other pages that use the GPU and reload',
      cause,
    });
  }
}

/** A device with what intab needs to know of it. Whoever opened it disposes it. */
export class Gpu {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  readonly features: ReadonlySet<OptionalFeature>;
  /** Whether kernels are chosen for a software adapter. */
  readonly softwareKernels: boolean;
  readonly buffers: BufferPool;
  readonly pipelines: PipelineCache;
  /** Why the device went away, once it has; undefined while it lives. */
  lostReason: string | undefined;
  /** Resolves with the reason when the device goes away, also through `dispose()`. */
  readonly lost: Promise<string>;

  constructor(
    device: GPUDevice,
    info: GPUAdapterInfo,
    features: ReadonlySet<OptionalFeature>,
    kernels?: 'hardware' | 'software',
  ) {
    this.device = device;
    this.info = info;
    this.features = features;
    this.softwareKernels = kernels ? kernels === 'software' : this.isFallback;
    this.buffers = new BufferPool(device);
    this.pipelines = new PipelineCache(device);
    this.lost = device.lost.then(({ reason, message }) => {
      this.lostReason = message || reason || 'unknown';
      return this.lostReason;
    });
  }

  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  get queue(): GPUQueue {
    return this.device.queue;
  }

  /** Invocations in the smallest subgroup there may be; 1 without subgroups. */
  get minSubgroup(): number {
    return this.features.has('subgroups') ? (this.info.subgroupMinSize ?? 4) : 1;
  }

  /** Invocations in the largest. */
  get maxSubgroup(): number {
    return this.features.has('subgroups') ? (this.info.subgroupMaxSize ?? 128) : 1;
  }

  /** The adapter in words, such as `nvidia hopper`. */
  get name(): string {
    const { vendor, architecture, device, description } = this.info;
    return description || [vendor, architecture, device].filter(Boolean).join(' ') || 'unknown adapter';
  }

  /** Whether this is a software adapter: correct, but slow. */
  get isFallback(): boolean {
    return this.info.isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${this.info.architecture} ${this.name}`);
  }

  dispose(): void {
    this.buffers.dispose();
    this.device.destroy();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
