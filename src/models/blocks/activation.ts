// The activations that configurations name (transformers 5.17, activations.py) and what intab calls them.
import { UnsupportedError } from '../../errors.ts';
import type { Fields } from '../../formats/fields.ts';
import type { ActivationName } from '../../graph/graph.ts';

const NAMES: Record<string, ActivationName> = {
  silu: 'silu',
  swish: 'silu',
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_fast: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  gelu_python_tanh: 'gelu_tanh',
  quick_gelu: 'quick_gelu',
  relu: 'relu',
  relu2: 'relu2',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
};

/** @throws {UnsupportedError} an activation intab does not have. */
export function readActivation(config: Fields, field = 'hidden_act'): ActivationName {
  const name = config.string(field, { default: 'silu' });
  const activation = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
  if (activation === undefined) {
    throw new UnsupportedError({
      what: `${config.file}: ${field} ${JSON.stringify(name)} is not supported`,
      expected: `one of ${Object.keys(NAMES).join(', ')}`,
      remedy: 'use a checkpoint with one of these activations',
    });
  }
  return activation;
}
