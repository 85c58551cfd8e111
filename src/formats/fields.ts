// Typed reading of configuration objects (config.json, generation_config.json): every field that is read is checked
// for type and range, and the error names the file and the path of the field. JSON null counts as absent.

import { ConfigError } from '../errors.ts';
import { describeJson, isJsonObject, type JsonObject } from './json.ts';

export interface NumberRange {
  min?: number;
  max?: number;
}

const NULL_MEANS_NONE = /^(\w+_token_id|sliding_window)$/;

export class Fields {
  readonly file: string;
  /** Path of this object inside the file, '' at the top level. */
  readonly path: string;
  readonly #object: JsonObject;

  constructor(object: JsonObject, file: string, path = '') {
    this.#object = object;
    this.file = file;
    this.path = path;
  }

  /**
   * The same fields with `defaults` for those that are absent. One that is null gets its default too, unless null means "none"
   * there: the token ids and `sliding_window`.
   */
  withDefaults(defaults: JsonObject): Fields {
    const given = Object.entries(this.#object).filter(
      ([name, value]) => value !== null || NULL_MEANS_NONE.test(name) || !Object.hasOwn(defaults, name),
    );
    return new Fields({ ...defaults, ...Object.fromEntries(given) }, this.file, this.path);
  }

  toJSON(): JsonObject {
    return this.#object;
  }

  /** Names of the fields that are present (null counts as absent). */
  names(): string[] {
    return Object.keys(this.#object).filter((name) => this.has(name));
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** The value as parsed; undefined when absent or null. */
  raw(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? (this.#object[name] ?? undefined) : undefined;
  }

  /** Which of a field's names is present; the first where none is. */
  nameOf(...names: [string, ...string[]]): string {
    return names.find((name) => this.has(name)) ?? names[0];
  }

  /** An integer. Without `default` the field is required. */
  int<D extends number | undefined>(name: string, options: NumberRange & { default: D }): number | D;
  int(name: string, options?: NumberRange): number;
  int(name: string, options: NumberRange & { default?: number | undefined } = {}): number | undefined {
    const value = this.#read(name, options, 'an integer');
    if (value === undefined) return options.default;
    if (!Number.isSafeInteger(value)) throw this.wrong(name, rangeText('an integer', options), describeJson(value));
    return this.#inRange(name, value as number, 'an integer', options);
  }

  /** A finite number. Without `default` the field is required. */
  number<D extends number | undefined>(name: string, options: NumberRange & { default: D }): number | D;
  number(name: string, options?: NumberRange): number;
  number(name: string, options: NumberRange & { default?: number | undefined } = {}): number | undefined {
    const value = this.#read(name, options, 'a number');
    if (value === undefined) return options.default;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw this.wrong(name, rangeText('a finite number', options), describeJson(value));
    }
    return this.#inRange(name, value, 'a number', options);
  }

  bool<D extends boolean | undefined>(name: string, options: { default: D }): boolean | D;
  bool(name: string): boolean;
  bool(name: string, options: { default?: boolean | undefined } = {}): boolean | undefined {
    const value = this.#read(name, options, 'true or false');
    if (value === undefined) return options.default;
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false', describeJson(value));
    return value;
  }

  string<D extends string | undefined>(name: string, options: { default: D }): string | D;
  string(name: string): string;
  string(name: string, options: { default?: string | undefined } = {}): string | undefined {
    const value = this.#read(name, options, 'a string');
    if (value === undefined) return options.default;
    if (typeof value !== 'string') throw this.wrong(name, 'a string', describeJson(value));
    return value;
  }

  /** A string that must be one of `list`. */
  oneOf<T extends string, D extends T | undefined>(name: string, list: readonly T[], options: { default: D }): T | D;
  oneOf<T extends string>(name: string, list: readonly T[]): T;
  oneOf<T extends string>(name: string, list: readonly T[], options: { default?: T | undefined } = {}): T | undefined {
    const expected = `one of ${list.join(', ')}`;
    const value = this.#read(name, options, expected);
    if (value === undefined) return options.default;
    const found = list.find((item) => item === value);
    if (found === undefined) throw this.wrong(name, expected, describeJson(value));
    return found;
  }

  /** An array of finite numbers, each within the range; `length` asks for an exact count. */
  numberList<D extends number[] | undefined>(
    name: string,
    options: NumberRange & { length?: number; default: D },
  ): number[] | D;
  numberList(name: string, options?: NumberRange & { length?: number }): number[];
  numberList(
    name: string,
    options: NumberRange & { length?: number; default?: number[] | undefined } = {},
  ): number[] | undefined {
    const kind = options.length === undefined ? 'a list of numbers' : `a list of ${options.length} numbers`;
    const value = this.#read(name, options, kind);
    if (value === undefined) return options.default;
    if (!Array.isArray(value) || (options.length !== undefined && value.length !== options.length)) {
      throw this.wrong(name, kind, describeJson(value));
    }
    return value.map((item: unknown, i) => {
      if (typeof item !== 'number' || !Number.isFinite(item)) {
        throw this.wrong(`${name}[${i}]`, rangeText('a finite number', options), describeJson(item));
      }
      return this.#inRange(`${name}[${i}]`, item, 'a number', options);
    });
  }

  stringList<D extends string[] | undefined>(name: string, options: { default: D }): string[] | D;
  stringList(name: string): string[];
  stringList(name: string, options: { default?: string[] | undefined } = {}): string[] | undefined {
    const value = this.#read(name, options, 'a list of strings');
    if (value === undefined) return options.default;
    if (!Array.isArray(value)) throw this.wrong(name, 'a list of strings', describeJson(value));
    return value.map((item: unknown, i) => {
      if (typeof item !== 'string') throw this.wrong(`${name}[${i}]`, 'a string', describeJson(item));
      return item;
    });
  }

  /** A nested object, undefined when absent. */
  object(name: string): Fields | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (!isJsonObject(value)) throw this.wrong(name, 'an object', describeJson(value));
    return new Fields(value, this.file, this.#pathOf(name));
  }

  /** `config.json: rope_parameters.factor`, the way every message names a field. */
  label(name: string): string {
    return `${this.file}: ${this.#pathOf(name)}`;
  }

  /** A ConfigError about one field, for checks that need more than one value. */
  wrong(name: string, expected: string, actual: string, remedy = `correct the field in ${this.file}`): ConfigError {
    return new ConfigError({ what: `${this.label(name)} is not valid`, expected, actual, remedy });
  }

  #pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  #read(name: string, options: object, expected: string): unknown {
    const value = this.raw(name);
    if (value === undefined && !('default' in options)) {
      throw new ConfigError({
        what: `${this.label(name)} is missing`,
        expected,
        remedy: `use a checkpoint whose ${this.file} states it, or add the field`,
      });
    }
    return value;
  }

  #inRange(name: string, value: number, kind: string, { min, max }: NumberRange): number {
    if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
      throw this.wrong(name, rangeText(kind, { min, max }), String(value));
    }
    return value;
  }
}

function rangeText(kind: string, { min, max }: NumberRange): string {
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  if (min !== undefined) return `${kind} of at least ${min}`;
  if (max !== undefined) return `${kind} of at most ${max}`;
  return kind;
}
