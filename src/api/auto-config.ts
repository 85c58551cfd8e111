// AutoConfig: a checkpoint's config.json as it stands, with the fields that are missing filled in as the reference's configuration
// class of that model_type does.
import { SourceError } from '../errors.ts';
import { Fields } from '../formats/fields.ts';
import { type JsonObject, parseJsonObject } from '../formats/json.ts';
import { type ModelSourceOptions, openModelSource } from '../hub/gguf-source.ts';
import type { ModelLocation } from '../hub/open-source.ts';
import { fillIn } from '../models/registry.ts';

/** The fields of a configuration, by the names that config.json gives them. */
export interface PretrainedConfig {
  model_type?: string;
  [field: string]: unknown;
}

export const AutoConfig = {
  /** @throws {SourceError} there is no config.json; {FormatError} {ConfigError} it is malformed. */
  from_pretrained: async (
    location: ModelLocation,
    options: ModelSourceOptions & { signal?: AbortSignal } = {},
  ): Promise<PretrainedConfig> => {
    const source = openModelSource(location, options);
    const text = await source.text('config.json', options.signal);
    if (text !== undefined) return withDefaults(parseJsonObject(text, 'config.json'));
    throw new SourceError({
      what: `${source.name} has no config.json`,
      expected: 'a folder in Hub layout, or the name of a GGUF file as `file`',
      remedy: 'check the address, or the id on the Hub',
    });
  },
};

/**
 * A configuration with its family's defaults; that of a family that intab does not know stays as it is.
 * @throws {ConfigError} a field that others follow from is of the wrong type.
 */
export function withDefaults(object: JsonObject): PretrainedConfig {
  const config = new Fields(object, 'config.json');
  const filled = fillIn(config);
  if (filled === config) return object;
  return { ...filled.toJSON(), rope_parameters: config.object('rope_parameters')?.toJSON() ?? ropeParameters(config) };
}

/** The newer home of `rope_theta` and `rope_scaling`. */
function ropeParameters(config: Fields): JsonObject {
  const scaling = config.object('rope_scaling');
  const { type, ...scaled } = scaling?.toJSON() ?? {};
  return { rope_theta: config.number('rope_theta', { default: 10_000 }), rope_type: type ?? 'default', ...scaled };
}
