import { DEFAULT_KNOBS, type KernelTarget } from '../src/kernels/kernel.ts';

/** A device with WebGPU's default limits and without optional features. */
export const DEFAULT_TARGET: KernelTarget = {
  subgroups: false,
  minSubgroup: 1,
  maxSubgroup: 1,
  f16: false,
  matrices: false,
  integerDot: true,
  maxInvocations: 256,
  maxWorkgroupBytes: 16_384,
  knobs: DEFAULT_KNOBS,
  software: false,
};

/** The same with subgroups of 32. */
export const SUBGROUP_TARGET: KernelTarget = { ...DEFAULT_TARGET, subgroups: true, minSubgroup: 32, maxSubgroup: 32 };
