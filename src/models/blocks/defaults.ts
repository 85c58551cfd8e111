// What a field that config.json leaves out means: what the families' defaults have in common (transformers 5.17's
// configuration classes).
import type { Fields } from '../../formats/fields.ts';
import type { JsonObject } from '../../formats/json.ts';

/** A family's own defaults, by the names that config.json uses, with those that all families share and those that follow. */
export function decoderDefaults(
  config: Fields,
  own: JsonObject & { hidden_size: number; num_attention_heads: number },
): JsonObject {
  const hidden = config.int('hidden_size', { default: own.hidden_size, min: 1 });
  const heads = config.int('num_attention_heads', { default: own.num_attention_heads, min: 1 });
  return {
    num_key_value_heads: heads,
    head_dim: Math.floor(hidden / heads),
    hidden_act: 'silu',
    tie_word_embeddings: false,
    use_cache: true,
    initializer_range: 0.02,
    attention_dropout: 0,
    ...own,
  };
}

/** `layer_types` where it is not stated: windows from `max_window_layers` on, if there are windows at all. */
export function layerTypes(
  config: Fields,
  windows: boolean,
  own: { num_hidden_layers: number; max_window_layers: number },
): string[] {
  const layers = config.int('num_hidden_layers', { default: own.num_hidden_layers, min: 1, max: MAX_LAYERS });
  const first = config.int('max_window_layers', { default: own.max_window_layers, min: 0 });
  return Array.from({ length: layers }, (_, i) => (windows && i >= first ? 'sliding_attention' : 'full_attention'));
}

/** `layerTypes` of the families that switch windows on by `use_sliding_window`. */
export function switchedLayerTypes(
  config: Fields,
  own: { num_hidden_layers: number; max_window_layers: number },
): string[] {
  const windows = config.bool('use_sliding_window', { default: false }) && config.toJSON().sliding_window !== null;
  return layerTypes(config, windows, own);
}

/** Far more than any model has; keeps a hostile configuration from filling memory before its tensors are looked at. */
export const MAX_LAYERS = 4096;
