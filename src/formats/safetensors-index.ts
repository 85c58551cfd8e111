// model.safetensors.index.json: which shard file holds which tensor, and the check against the shards' own headers.

import { FormatError } from '../errors.ts';
import { describeJson, isJsonObject, parseJsonObject } from './json.ts';
import { scanJson } from './json-scan.ts';
import { quoteName, type TensorEntry } from './safetensors.ts';

/**
 * Parses a shard index.
 * @returns tensor name → shard file name, in the order of the file.
 * @throws FormatError naming the file: no `weight_map`, duplicate tensors, a shard name that is not a plain file name.
 */
export function parseSafetensorsIndex(text: string, file: string): Map<string, string> {
  const index = parseJsonObject(text, file);
  const map = Object.hasOwn(index, 'weight_map') ? index.weight_map : undefined;
  const malformed = (what: string, expected: string, actual: string) =>
    new FormatError({ what, expected, actual, remedy: 'save the checkpoint again with the safetensors library' });
  if (!isJsonObject(map)) {
    throw malformed(`${file} has no weight_map`, 'an object of tensor names and file names', describeJson(map));
  }
  const duplicate = scanJson(text).duplicate;
  if (duplicate?.[0] === 'weight_map') {
    throw malformed(
      `Tensor ${quoteName(duplicate.at(-1) ?? '')} occurs twice in ${file}`,
      'each name once',
      'two entries',
    );
  }
  const shards = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== 'string' || !isPlainFileName(shard)) {
      const what = `Tensor ${quoteName(tensor)} of ${file} names a file that cannot be a shard`;
      throw malformed(what, 'the plain name of a .safetensors file in the same folder', describeJson(shard));
    }
    shards.set(tensor, shard);
  }
  if (shards.size === 0) throw malformed(`${file} lists no tensors`, 'at least one tensor', 'an empty weight_map');
  return shards;
}

/**
 * Checks the index against the headers of the shards it names.
 * @param entries the tensors of all shards.
 * @throws FormatError for a tensor in two shards, one the index misses, one it places elsewhere, or one that is not there.
 */
export function checkAgainstIndex(
  index: ReadonlyMap<string, string>,
  entries: readonly TensorEntry[],
  indexFile: string,
): void {
  const mismatch = (what: string, expected: string, actual: string) =>
    new FormatError({ what, expected, actual, remedy: 'download the index and every shard again, from one revision' });
  const seen = new Map<string, string>();
  for (const { name, file } of entries) {
    const first = seen.get(name);
    if (first !== undefined) {
      throw mismatch(`Tensor ${quoteName(name)} is in two shards`, 'one shard', `${first} and ${file}`);
    }
    seen.set(name, file);
    const listed = index.get(name);
    if (listed !== file) {
      throw mismatch(
        `${indexFile} and ${file} disagree about tensor ${quoteName(name)}`,
        `an entry for ${file}`,
        listed === undefined ? 'no entry' : listed,
      );
    }
  }
  for (const [name, shard] of index) {
    if (!seen.has(name)) {
      throw mismatch(`Tensor ${quoteName(name)} is missing`, `in ${shard}, as ${indexFile} states`, 'not in that file');
    }
  }
}

/** A relative file name without folders: no traversal, no URL, nothing a server could read as another address. */
function isPlainFileName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._ -]*\.safetensors$/.test(name) && name.length <= 255;
}
