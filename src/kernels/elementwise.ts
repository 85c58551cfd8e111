// Residual add and gated activation on their own, for graphs in which they are not fused into a linear.
// Twin of shaders/norm/add.wgsl and shaders/mlp/gate.wgsl.
import gateSource from '../../shaders/mlp/gate.wgsl?raw';
import addSource from '../../shaders/norm/add.wgsl?raw';
import { assembleShader } from '../gpu/wgsl.ts';
import { ACTIVATION_WGSL, type ActivationName, activationNumber } from './activation.ts';
import { type Activation, foldGrid, kernelLabel, type Launch, rowsIndex, rowsOf, STEP_WGSL } from './kernel.ts';

export interface AddArgs {
  a: Activation;
  b: Activation;
  y: Activation;
  step: GPUBuffer;
}

export function add({ a, b, y, step }: AddArgs): Launch[] {
  const constants = { VECTORS: y.stride / 4, ROWS: rowsIndex(y.rows) };
  return [
    {
      source: {
        label: kernelLabel('norm/add', constants),
        code: assembleShader(addSource, { step: STEP_WGSL }),
        bindings: ['read', 'read', 'read', 'write'],
        constants,
      },
      bindings: [step, a.buffer, b.buffer, y.buffer],
      grid: (size, grid) => foldGrid(grid, Math.ceil((rowsOf(size, y.rows) * y.stride) / 4 / 64)),
    },
  ];
}

export interface GateArgs {
  /** [rows, 2F], gate and up interleaved. */
  x: Activation;
  activation: ActivationName;
  /** [rows, F] */
  y: Activation;
  step: GPUBuffer;
}

export function gate({ x, activation, y, step }: GateArgs): Launch[] {
  const constants = {
    WIDTH: y.stride,
    ROWS: rowsIndex(y.rows),
    ACT: activationNumber(activation),
  };
  return [
    {
      source: {
        label: kernelLabel('mlp/gate', constants),
        code: assembleShader(gateSource, { step: STEP_WGSL, activation: ACTIVATION_WGSL }),
        bindings: ['read', 'read', 'write'],
        constants,
      },
      bindings: [step, x.buffer, y.buffer],
      grid: (size, grid) => foldGrid(grid, Math.ceil((rowsOf(size, y.rows) * y.stride) / 64)),
    },
  ];
}
