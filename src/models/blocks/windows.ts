// Which layers see only a sliding window: from `layer_types`, or from `max_window_layers` on.
import type { Fields } from '../../formats/fields.ts';
import type { AttentionShape } from '../../graph/graph.ts';

const TYPES = ['full_attention', 'sliding_attention'];

/**
 * The attention of each layer.
 * @param window tokens; undefined where no layer has one
 * @throws {ConfigError} `layer_types` of the wrong length, or of a kind that intab does not run.
 */
export function windowedShapes(
  config: Fields,
  layers: number,
  shape: AttentionShape,
  { window, firstLayer }: { window: number | undefined; firstLayer: number },
): AttentionShape[] {
  const types = config.stringList('layer_types', { default: undefined });
  const unknown = types?.find((type) => !TYPES.includes(type));
  if (types && (types.length !== layers || unknown !== undefined)) {
    throw config.wrong(
      'layer_types',
      `${layers} of ${TYPES.join(', ')}`,
      unknown === undefined ? `${types.length}` : JSON.stringify(unknown),
    );
  }
  return Array.from({ length: layers }, (_, layer) => {
    const sliding = types ? types[layer] === 'sliding_attention' : layer >= firstLayer;
    return sliding && window !== undefined ? { ...shape, window } : shape;
  });
}
