// The activations of gated MLPs: the names configurations use, their number in WGSL and their CPU reference.
import snippet from '../../shaders/lib/activation.wgsl?raw';

/** Number 0 in WGSL means no activation. */
const NUMBERS = {
  silu: 1,
  gelu: 2,
  gelu_tanh: 3,
  quick_gelu: 4,
  relu: 5,
  relu2: 6,
  sigmoid: 7,
  tanh: 8,
} as const;

export type ActivationName = keyof typeof NUMBERS;

/** The `ACT` constant of a shader. */
export function activationNumber(name: ActivationName | undefined): number {
  return name === undefined ? 0 : NUMBERS[name];
}

/** The snippet for `// @use activation`. */
export const ACTIVATION_WGSL = snippet;
