// Every error intab throws on purpose. One base class; a message always says what went wrong, what was expected,
// what was found instead and what to do about it. Aborts are not errors of ours: they reject with the signal's reason.

/** The four parts of every message. `expected` and `actual` may be left out where they would only repeat `what`. */
export interface ErrorParts {
  /** What went wrong, naming the file, tensor, field or argument. */
  what: string;
  expected?: string;
  actual?: string;
  /** What the reader can do about it. */
  remedy: string;
  /** The lower-level error behind this one. */
  cause?: unknown;
}

export class IntabError extends Error {
  readonly what: string;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
  readonly remedy: string;

  constructor(parts: ErrorParts) {
    const sentences = [`${parts.what}.`];
    if (parts.expected !== undefined) sentences.push(`Expected: ${parts.expected}.`);
    if (parts.actual !== undefined) sentences.push(`Found: ${parts.actual}.`);
    sentences.push(`Remedy: ${parts.remedy}.`);
    super(sentences.join(' '), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = new.target.name;
    this.what = parts.what;
    this.expected = parts.expected;
    this.actual = parts.actual;
    this.remedy = parts.remedy;
  }
}

/** A file's bytes do not follow its format (safetensors, its index, JSON). */
export class FormatError extends IntabError {}

/** A configuration field is missing, of the wrong type or out of range. */
export class ConfigError extends IntabError {}

/** The file is well-formed, but asks for something intab does not run (architecture, activation, dtype …). */
export class UnsupportedError extends IntabError {}

/** A model file, or a part of the package, cannot be found or read: network, HTTP status, missing file. */
export class SourceError extends IntabError {}

/** A file's bytes are not those that its SHA-256 or a checksum promises. */
export class IntegrityError extends IntabError {}

/** The browser's storage is full, or cannot be used. */
export class StorageError extends IntabError {}

/** A tokenizer or chat template is missing, malformed or cannot handle its input. */
export class TokenizerError extends IntabError {}

/** An argument of a public function is wrong (shape, range, combination). */
export class InputError extends IntabError {}

/** No usable WebGPU adapter or device. */
export class WebGpuUnavailableError extends IntabError {}

/** The model, cache or context does not fit the device's memory or limits. */
export class DeviceMemoryError extends IntabError {}

/** The device was lost (driver reset, tab in the background for long, GPU unplugged). */
export class DeviceLostError extends IntabError {}

/** WebGPU rejected something intab did: a bug in intab or in the driver. */
export class GpuValidationError extends IntabError {}

/** An object was used after `dispose()`. */
export class DisposedError extends IntabError {}
