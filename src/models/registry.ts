// Which architectures intab runs: one line per family, found by `model_type`.
import { UnsupportedError } from '../errors.ts';
import type { Fields } from '../formats/fields.ts';
import { readQuantMethod } from '../formats/quant-method.ts';
import { castRope, type RopePrecision } from './blocks/rope.ts';
import { DOTS1 } from './dots1.ts';
import { HUNYUAN_V1_DENSE } from './hunyuan-v1-dense.ts';
import { HUNYUAN_V1_MOE } from './hunyuan-v1-moe.ts';
import { LLAMA } from './llama.ts';
import { MISTRAL } from './mistral.ts';
import type { Layout, Model, ModelFamily, Task } from './model.ts';
import { QWEN2 } from './qwen2.ts';
import { QWEN2_MOE } from './qwen2-moe.ts';
import { QWEN3 } from './qwen3.ts';
import { QWEN3_MOE } from './qwen3-moe.ts';

export const FAMILIES: readonly ModelFamily[] = [
  LLAMA,
  MISTRAL,
  QWEN2,
  QWEN3,
  QWEN2_MOE,
  QWEN3_MOE,
  DOTS1,
  HUNYUAN_V1_DENSE,
  HUNYUAN_V1_MOE,
];

/**
 * A configuration with its family's defaults; that of a family that intab does not know stays as it is.
 * @throws {ConfigError} a field that others follow from is of the wrong type.
 */
export function fillIn(config: Fields): Fields {
  const type = config.string('model_type', { default: undefined });
  const family = FAMILIES.find((candidate) => candidate.type === type);
  return family ? config.withDefaults(family.defaults(config)) : config;
}

/** Fields that change what a model computes and that intab does not know how to follow. */
const REFUSED = ['adapter_config', 'sliding_window_pattern', 'attn_logit_softcapping'] as const;

/**
 * The model that a configuration describes.
 * @param tensors names of the checkpoint's tensors
 * @throws {UnsupportedError} an architecture or a field that intab cannot run, by name.
 * @throws {ConfigError} a field of the wrong type or range.
 */
export function createModel(
  config: Fields,
  task: Task,
  tensors: ReadonlySet<string>,
  ropePrecision: RopePrecision = 'f32',
): Model {
  const family = findFamily(config);
  readQuantMethod(config);
  for (const field of REFUSED) {
    if (config.has(field)) {
      throw new UnsupportedError({
        what: `${config.file}: ${field} is not supported`,
        remedy: 'use another checkpoint',
      });
    }
  }
  const className = family.architectures[task];
  if (className === undefined) {
    throw new UnsupportedError({
      what: `${config.file}: model_type ${family.type} has no class for ${task}`,
      expected: Object.keys(family.architectures).join(', '),
      remedy: 'load the model for one of these tasks',
    });
  }
  const model = family.create(config.withDefaults(family.defaults(config)), task, layoutOf(tensors));
  if (model.bidirectional && task === 'causal') {
    throw new UnsupportedError({
      what: `${config.file}: is_causal is false, so the model cannot generate text`,
      expected: Object.keys(family.architectures)
        .filter((name) => name !== task)
        .join(', '),
      remedy: 'load the model for one of these tasks',
    });
  }
  return { ...model, type: family.type, className, task, rope: castRope(model.rope, ropePrecision) };
}

function layoutOf(tensors: ReadonlySet<string>): Layout {
  const prefix = ['', 'model.', 'transformer.'].find((candidate) => tensors.has(`${candidate}embed_tokens.weight`));
  return { prefix: prefix ?? 'model.', has: (tensor) => tensors.has(tensor) };
}

function findFamily(config: Fields): ModelFamily {
  const architectures = config.stringList('architectures', { default: [] });
  const known = FAMILIES.flatMap((family) => Object.values(family.architectures));
  const remedy = `use a checkpoint of one of these architectures: ${known.join(', ')}`;
  const type = config.string('model_type', { default: undefined });
  const family = FAMILIES.find((candidate) =>
    type === undefined
      ? architectures.some((name) => Object.values(candidate.architectures).includes(name))
      : candidate.type === type,
  );
  if (!family) {
    throw new UnsupportedError({
      what: `${config.file}: model_type ${JSON.stringify(type ?? null)} is not supported`,
      expected: FAMILIES.map((candidate) => candidate.type).join(', '),
      remedy,
    });
  }
  const [architecture] = architectures;
  if (architecture !== undefined && !Object.values(family.architectures).includes(architecture)) {
    throw new UnsupportedError({
      what: `${config.file}: architecture ${JSON.stringify(architecture)} is not supported`,
      expected: Object.values(family.architectures).join(', '),
      remedy,
    });
  }
  return family;
}
