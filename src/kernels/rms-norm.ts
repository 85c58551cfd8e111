// RMSNorm over rows. Twin of shaders/norm/rms_norm.wgsl.
import source from '../../shaders/norm/rms_norm.wgsl?raw';
import { assembleShader } from '../gpu/wgsl.ts';
import {
  type Activation,
  type KernelTarget,
  kernelLabel,
  type Launch,
  reduceFor,
  rowsOf,
  targetLabel,
  workgroupSize,
} from './kernel.ts';

export interface RmsNormArgs {
  x: Activation;
  /** [M] in f32, padded with zeros. */
  gain: GPUBuffer;
  eps: number;
  y: Activation;
}

export function rmsNorm(target: KernelTarget, { x, gain, eps, y }: RmsNormArgs): Launch[] {
  const constants = { WG: workgroupSize(target, 128), VECTORS: x.stride / 4, WIDTH: x.width, EPS: eps };
  return [
    {
      source: {
        label: kernelLabel('norm/rms_norm', constants, targetLabel(target)),
        code: assembleShader(source, { reduce: reduceFor(target) }),
        bindings: ['read', 'read', 'write'],
        constants,
      },
      bindings: [x.buffer, gain, y.buffer],
      grid: (size, grid) => {
        grid[0] = rowsOf(size, y.rows);
        grid[1] = 1;
        grid[2] = 1;
      },
    },
  ];
}
