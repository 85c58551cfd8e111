// AutoConfig: a checkpoint's config.json as it stands, with the fields that are missing filled in as the reference's configuration
// class of that model_type does.
import { SourceError } from '../errors.ts';
import { Fields } from '../formats/fields.ts';
import { type JsonObject, parseJsonObject } from '../formats/json.ts';
import { type ModelLocation, openSource, type SourceOptions } from '../hub/open-source.ts';
import { CONFIG_DEFAULTS } from './config-defaults.ts';

/** The fields of a configuration, by the names that config.json gives them. */
export interface PretrainedConfig {
  model_type?: string;
  [field: string]: unknown;
}

export const AutoConfig = {
  /** @throws {SourceError} there is no config.json; {FormatError} {ConfigError} it is malformed. */
  from_pretrained: async (
    location: ModelLocation,
    options: SourceOptions & { signal?: AbortSignal } = {},
  ): Promise<PretrainedConfig> => {
    const source = openSource(location, options);
    const text = await source.text('config.json', options.signal);
    if (text !== undefined) return withDefaults(parseJsonObject(text, 'config.json'));
    throw new SourceError({
      what: `${source.name} has no config.json`,
      expected: 'a folder in Hub layout',
      remedy: 'check the address, or the id on the Hub',
    });
  },
};

/** Fields that the reference derives where they are null; any other null means none. */
const DERIVED = ['num_key_value_heads', 'head_dim', 'layer_types', 'moe_intermediate_size', 'rope_parameters'];

/**
 * A configuration with its family's defaults; that of a family that intab does not know stays as it is.
 * @throws {ConfigError} a field that others follow from is of the wrong type.
 */
export function withDefaults(object: JsonObject): PretrainedConfig {
  const config = new Fields(object, 'config.json');
  const type = config.string('model_type', { default: '' });
  const family = Object.hasOwn(CONFIG_DEFAULTS, type) ? CONFIG_DEFAULTS[type] : undefined;
  if (!family) return object;
  const given = Object.fromEntries(
    Object.entries(object).filter(([name, value]) => value !== null || !DERIVED.includes(name)),
  );
  return { ...family(config, object), rope_parameters: ropeParameters(config), ...given };
}

/** The newer home of `rope_theta` and `rope_scaling`. */
function ropeParameters(config: Fields): JsonObject {
  const scaling = config.object('rope_scaling');
  const { type, ...scaled } = Object.fromEntries(scaling?.names().map((name) => [name, scaling.raw(name)]) ?? []);
  return { rope_theta: config.number('rope_theta', { default: 10_000 }), rope_type: type ?? 'default', ...scaled };
}
