// JSON files to plain objects, with typed errors that name the file. Accepts a byte order mark and the bare
// `Infinity` that Python's json module writes (e.g. `time_step_limit`); nothing else beyond the JSON standard.

import { FormatError } from '../errors.ts';

export type JsonObject = { [name: string]: unknown };

/** True for what JSON calls an object: neither an array nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A short description of a parsed JSON value for error messages. */
export function describeJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * Parses any JSON value.
 * @throws FormatError naming `file` when the text is not JSON.
 */
export function parseJson(text: string, file: string): unknown {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return JSON.parse(body);
  } catch (cause) {
    const repaired = withoutPythonInfinity(body);
    if (repaired !== undefined) return repaired.value;
    throw new FormatError({
      what: `${file} is not valid JSON`,
      actual: cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause),
      remedy: body.trimStart().startsWith('<')
        ? 'the server sent an HTML page: check that the file exists at this address'
        : 'download the file again; NaN and comments are not JSON',
      cause,
    });
  }
}

/**
 * Parses a JSON file whose top level is an object.
 * @throws FormatError naming `file`.
 */
export function parseJsonObject(text: string, file: string): JsonObject {
  const value = parseJson(text, file);
  if (isJsonObject(value)) return value;
  throw new FormatError({
    what: `${file} does not hold a JSON object`,
    expected: 'an object at the top level',
    actual: describeJson(value),
    remedy: 'check that this is the right file',
  });
}

/** JSON text with bare `Infinity` outside strings read as numbers, or undefined when that does not help. */
function withoutPythonInfinity(text: string): { value: unknown } | undefined {
  if (!text.includes('Infinity')) return undefined;
  try {
    const numbers = text.replace(/"(?:[^"\\]|\\.)*"|Infinity/g, (token) => (token === 'Infinity' ? '1e999' : token));
    return { value: JSON.parse(numbers) };
  } catch {
    return undefined;
  }
}
