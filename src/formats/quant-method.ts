// How config.json says that a checkpoint is quantised. Every model is asked; what reads the weights (quantized-linear.ts) is loaded for those
// that are.
import { UnsupportedError } from '../errors.ts';
import type { Fields } from './fields.ts';

export type QuantMethod =
  | { kind: 'gptq'; zeroShift: 0 | 1; hasActOrder: boolean; isSymmetric: boolean }
  | { kind: 'awq' }
  | { kind: 'packed' }
  | { kind: 'int8' };

/**
 * How a checkpoint is quantised; undefined where it is not.
 * @throws {UnsupportedError} a method, or a setting of one, that intab does not read.
 */
export function readQuantMethod(config: Fields): QuantMethod | undefined {
  const quantization = config.object('quantization_config');
  if (!quantization) return undefined;
  const method = quantization.string('quant_method', { default: 'none' });
  const unsupported = (actual: string): UnsupportedError =>
    new UnsupportedError({
      what: `${config.file}: quantization_config is not supported`,
      expected:
        'GPTQ or AWQ (GEMM) with 4 bits, compressed-tensors pack-quantized with 4 bits, bitsandbytes with 8 bits',
      actual,
      remedy: 'use the unquantised checkpoint with dtype q4 or q8, or a GGUF file',
    });
  const fourBits = (fields: Fields, name: string) => {
    const bits = fields.int(name, { default: 4 });
    if (bits !== 4) throw unsupported(`${method} with ${bits} bits`);
  };
  switch (method) {
    case 'gptq': {
      fourBits(quantization, 'bits');
      const isFirstFormat = quantization.string('checkpoint_format', { default: 'gptq' }) === 'gptq';
      const hasActOrder = quantization.bool('desc_act', { default: false });
      const isSymmetric = quantization.bool('sym', { default: false });
      return { kind: 'gptq', zeroShift: isFirstFormat ? 1 : 0, hasActOrder, isSymmetric };
    }
    case 'awq': {
      fourBits(quantization, 'bits');
      const version = quantization.string('version', { default: 'gemm' });
      if (version.toLowerCase() !== 'gemm') throw unsupported(`awq in the layout ${version}`);
      return { kind: 'awq' };
    }
    case 'compressed-tensors': {
      const format = quantization.string('format', { default: '' });
      if (format !== 'pack-quantized') throw unsupported(`compressed-tensors in the format ${JSON.stringify(format)}`);
      const groups = quantization.object('config_groups');
      for (const name of groups?.names() ?? []) {
        const weights = groups?.object(name)?.object('weights');
        if (!weights) continue;
        fourBits(weights, 'num_bits');
        if (!weights.bool('symmetric', { default: true })) throw unsupported('compressed-tensors with zero points');
      }
      return { kind: 'packed' };
    }
    case 'bitsandbytes':
      if (quantization.bool('load_in_8bit', { default: false })) return { kind: 'int8' };
      throw unsupported('bitsandbytes with 4 bits');
    default:
      throw unsupported(JSON.stringify(method));
  }
}
