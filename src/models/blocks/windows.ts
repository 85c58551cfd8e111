// How far each layer's attention sees: everywhere, or only a sliding window.
import type { Fields } from '../../formats/fields.ts';
import type { AttentionShape } from '../../graph/graph.ts';
import type { DecoderSizes } from './decoder.ts';

const TYPES = ['full_attention', 'sliding_attention'];

/** One attention for all layers. `window`: tokens, undefined sees everything. */
export function sameShapes(sizes: DecoderSizes, window?: number): AttentionShape[] {
  const { heads, kvHeads, headDim, layers } = sizes;
  return Array.from({ length: layers }, () => ({ heads, kvHeads, headDim, scale: headDim ** -0.5, window }));
}

/** `sliding_window`; null means none. */
export function readWindow(config: Fields): number | undefined {
  return config.int('sliding_window', { default: undefined, min: 1 });
}

/** `sliding_window` of the families that switch it on by `use_sliding_window`. */
export function readSwitchedWindow(config: Fields): number | undefined {
  return config.bool('use_sliding_window') ? readWindow(config) : undefined;
}

/**
 * The attention of each layer: windows where `layer_types` says so.
 * @param window tokens; undefined where no layer has one
 * @throws {ConfigError} `layer_types` of the wrong length, or of a kind that intab does not run.
 */
export function windowedShapes(config: Fields, sizes: DecoderSizes, window: number | undefined): AttentionShape[] {
  const types = config.stringList('layer_types');
  const unknown = types.find((type) => !TYPES.includes(type));
  if (types.length !== sizes.layers || unknown !== undefined) {
    throw config.wrong(
      'layer_types',
      `${sizes.layers} of ${TYPES.join(', ')}`,
      unknown === undefined ? `${types.length}` : JSON.stringify(unknown),
    );
  }
  return sameShapes(sizes).map((shape, layer) => (types[layer] === 'sliding_attention' ? { ...shape, window } : shape));
}
