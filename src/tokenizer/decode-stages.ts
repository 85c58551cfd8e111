// From token texts back to text, one token at a time: the decoders of tokenizer.json as stages that take a token and
// give what is certain by now. Decoding at once and streaming run the same stages, so they agree by construction.
//
// Follows the Rust library (tokenizers 0.23, tokenizers/src/decoders). @huggingface/tokenizers 0.2.0 is not used to
// decode: it cannot stream, throws for an empty list, and differs for unknown ids (the reference drops them), for
// bytes that are not UTF-8 in a byte-fallback run (the reference gives one U+FFFD per byte of the whole run), and
// for byte-level tokens with characters outside the byte alphabet.

import { TokenizerError } from '../errors.ts';

/** One decoder. `push` and `flush` give texts for the next stage; after `flush` a stage is spent. */
export interface DecodeStage {
  push(token: string): string[];
  flush(): string[];
}

/**
 * Builds the stages for the `decoder` field of a tokenizer.json; null joins the tokens with spaces.
 * @throws TokenizerError for a decoder that is malformed or that intab does not know.
 */
export function createDecodeStage(decoder: unknown): DecodeStage {
  if (decoder === null || decoder === undefined) return joinWithSpaces();
  const { stages } = stagesOf(decoder, false);
  return chain(stages);
}

/** What a decoder becomes; `fused` says that its outputs are parts of one text and no longer tokens. */
interface Built {
  stages: DecodeStage[];
  fused: boolean;
}

function stagesOf(decoder: unknown, fused: boolean): Built {
  const config = asRecord(decoder, 'decoder');
  switch (config.type) {
    case 'Sequence': {
      const built: Built = { stages: [], fused };
      for (const item of asArray(config.decoders, 'decoder.decoders')) {
        const next = stagesOf(item, built.fused);
        built.stages.push(...next.stages);
        built.fused = next.fused;
      }
      return built;
    }
    case 'ByteLevel':
      return { stages: fused ? [hold(byteLevel)] : [byteLevel()], fused: true };
    case 'ByteFallback':
      return { stages: fused ? [hold(byteFallback)] : [byteFallback()], fused };
    case 'Fuse':
      return { stages: [], fused: true };
    case 'Replace': {
      const replace = replacer(config);
      // In one text, a match may span two pieces unless it is one character.
      const isLocal = !fused || replace.lengthUnits === 1;
      return { stages: isLocal ? [each(replace.apply)] : [hold(() => each(replace.apply))], fused };
    }
    case 'Strip': {
      const content = asString(config.content ?? ' ', 'decoder.content');
      const start = asCount(config.start, 'decoder.start');
      const stop = asCount(config.stop, 'decoder.stop');
      return {
        stages: [fused ? stripText(content, start, stop) : each((token) => strip(token, content, start, stop))],
        fused,
      };
    }
    case 'Metaspace': {
      const replacement = asString(config.replacement ?? '\u2581', 'decoder.replacement');
      const keepsFirst = config.prepend_scheme === 'never' || config.add_prefix_space === false;
      const stage = () => each((token, i) => token.replaceAll(replacement, () => (i === 0 && !keepsFirst ? '' : ' ')));
      return { stages: [fused ? hold(stage) : stage()], fused };
    }
    case 'WordPiece': {
      const prefix = asString(config.prefix ?? '##', 'decoder.prefix');
      const cleans = config.cleanup !== false;
      const stage = () =>
        each((token, i) => {
          const word = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
          return cleans ? cleanUp(word) : word;
        });
      return { stages: [fused ? hold(stage) : stage()], fused };
    }
    case 'BPEDecoder': {
      const suffix = asString(config.suffix ?? '</w>', 'decoder.suffix');
      return { stages: [fused ? hold(() => endOfWord(suffix)) : endOfWord(suffix)], fused };
    }
    default:
      throw new TokenizerError({
        what: 'The decoder of tokenizer.json is not one intab knows',
        expected:
          'ByteLevel, ByteFallback, Fuse, Replace, Strip, Metaspace, WordPiece, BPEDecoder or a Sequence of them',
        actual: JSON.stringify(config.type ?? null),
        remedy: 'use a text model; decoders for speech are not supported',
      });
  }
}

/** Stages one after the other. */
function chain(stages: readonly DecodeStage[]): DecodeStage {
  const through = (texts: string[], from: number): string[] => {
    let current = texts;
    for (const stage of stages.slice(from)) current = current.flatMap((text) => stage.push(text));
    return current;
  };
  return {
    push: (token) => through([token], 0),
    flush: () => stages.flatMap((stage, i) => through(stage.flush(), i + 1)),
  };
}

/** A stage that changes each token on its own; `i` counts the tokens. */
function each(change: (token: string, i: number) => string): DecodeStage {
  let i = 0;
  return { push: (token) => [change(token, i++)], flush: () => [] };
}

/** Keeps everything until the end, for a decoder that cannot work on parts of a text. */
function hold(create: () => DecodeStage): DecodeStage {
  let text = '';
  let isEmpty = true;
  return {
    push(part) {
      text += part;
      isEmpty = false;
      return [];
    },
    flush() {
      if (isEmpty) return [];
      const stage = create();
      return [...stage.push(text), ...stage.flush()];
    },
  };
}

function joinWithSpaces(): DecodeStage {
  return each((token, i) => (i === 0 ? token : ` ${token}`));
}

/** Bytes written as printable characters (GPT-2's alphabet); a token with any other character stands for itself. */
function byteLevel(): DecodeStage {
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  const emit = (text: string) => (text === '' ? [] : [text]);
  return {
    push: (token) => emit(utf8.decode(bytesOfToken(token) ?? encoder.encode(token), { stream: true })),
    flush: () => emit(utf8.decode()),
  };
}

/** Runs of `<0xAB>` tokens. A run that is not UTF-8 as a whole gives one U+FFFD per byte, so it waits for its end. */
function byteFallback(): DecodeStage {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let run: number[] = [];
  const endRun = (): string[] => {
    if (run.length === 0) return [];
    const bytes = Uint8Array.from(run);
    run = [];
    try {
      return [utf8.decode(bytes)];
    } catch {
      return ['\ufffd'.repeat(bytes.length)];
    }
  };
  return {
    push(token) {
      if (!/^<0x[0-9A-Fa-f]{2}>$/.test(token)) return [...endRun(), token];
      run.push(Number.parseInt(token.slice(3, 5), 16));
      return [];
    },
    flush: endRun,
  };
}

/** Strip on one text that arrives in parts: its start is cut as it comes, its possible end is held back. */
function stripText(content: string, start: number, stop: number): DecodeStage {
  let leftAtStart = start;
  let held = '';
  return {
    push(part) {
      let text = held + part;
      held = '';
      while (leftAtStart > 0 && text !== '') {
        if (text.startsWith(content)) {
          text = text.slice(content.length);
          leftAtStart--;
        } else leftAtStart = 0;
      }
      const body = strip(text, content, 0, stop);
      held = text.slice(body.length);
      return body === '' ? [] : [body];
    },
    flush: () => [],
  };
}

function strip(token: string, content: string, start: number, stop: number): string {
  let text = token;
  for (let i = 0; i < start && text.startsWith(content); i++) text = text.slice(content.length);
  for (let i = 0; i < stop && text.endsWith(content); i++) text = text.slice(0, -content.length);
  return text;
}

/** Tokens that carry an end-of-word suffix; only the last token loses it without a space. */
function endOfWord(suffix: string): DecodeStage {
  let last: string | undefined;
  return {
    push(token) {
      const previous = last;
      last = token;
      return previous === undefined ? [] : [previous.replaceAll(suffix, ' ')];
    },
    flush: () => (last === undefined ? [] : [last.replaceAll(suffix, '')]),
  };
}

function replacer(config: Record<string, unknown>): {
  apply: (token: string) => string;
  lengthUnits: number | undefined;
} {
  const content = asString(config.content ?? '', 'decoder.content');
  const pattern = asRecord(config.pattern, 'decoder.pattern');
  if (typeof pattern.String === 'string' && pattern.String !== '') {
    const text = pattern.String;
    return { apply: (token) => token.replaceAll(text, () => content), lengthUnits: text.length };
  }
  const regex = asString(pattern.Regex, 'decoder.pattern.Regex');
  try {
    const compiled = new RegExp(regex, 'gu');
    return { apply: (token) => token.replaceAll(compiled, () => content), lengthUnits: undefined };
  } catch (cause) {
    throw malformed('decoder.pattern.Regex', 'a regular expression', regex, cause);
  }
}

/** The clean-up of the WordPiece decoder, word by word. */
function cleanUp(word: string): string {
  return word
    .replaceAll(' .', '.')
    .replaceAll(' ?', '?')
    .replaceAll(' !', '!')
    .replaceAll(' ,', ',')
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(' do not', " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");
}

/** GPT-2's alphabet: printable bytes stand for themselves, the others for U+0100 and up, in order. */
const BYTE_OF_CHAR: ReadonlyMap<string, number> = (() => {
  const map = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    map.set(String.fromCharCode(isPrintable ? byte : next++), byte);
  }
  return map;
})();

function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF_CHAR.get(token.charAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

function asRecord(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw malformed(field, 'an object', value);
}

function asArray(value: unknown, field: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed(field, 'an array', value);
}

function asString(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw malformed(field, 'a string', value);
}

function asCount(value: unknown, field: string): number {
  if (value === undefined) return 0;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw malformed(field, 'a count', value);
}

function malformed(field: string, expected: string, actual: unknown, cause?: unknown): TokenizerError {
  return new TokenizerError({
    what: `tokenizer.json: ${field} is malformed`,
    expected,
    actual: JSON.stringify(actual)?.slice(0, 80) ?? 'nothing',
    remedy: 'download tokenizer.json again',
    cause,
  });
}
