// Strict UTF-8 decoding with a typed error: every text file of a model goes through here.

import { FormatError } from '../errors.ts';

/**
 * Decodes `bytes` as UTF-8, without a leading byte order mark.
 * @throws FormatError naming `file` when the bytes are not valid UTF-8.
 */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError({
      what: `${file} is not text`,
      expected: 'valid UTF-8',
      actual: `${bytes.length} bytes with an invalid sequence`,
      remedy: 'download the file again, or save it as UTF-8',
      cause,
    });
  }
}
