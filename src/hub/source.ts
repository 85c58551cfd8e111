// Where a model's files come from. A source knows how to fetch text and byte ranges of files in one folder, nothing
// about what is in them; a weight cache can wrap `stream`, the only call that fetches weights.

export interface ByteRange {
  startBytes: number;
  /** Exclusive; absent means to the end of the file. */
  endBytes?: number;
}

export interface ByteStream {
  /** The bytes of the range, from its first to its last: a server that ignores ranges has been dealt with. */
  bytes: ReadableStream<Uint8Array>;
  /** Size of the whole file where the source knows it. */
  fileSizeBytes: number | undefined;
}

export interface ModelSource {
  /** What messages call the source: an id, an address, or the files a person picked. */
  readonly name: string;
  /** Names of the files, for the sources that can list them. */
  readonly fileNames?: readonly string[];
  /**
   * A whole text file; undefined when it does not exist.
   * @throws SourceError when it cannot be read, FormatError when it is not UTF-8; the signal's reason on abort.
   */
  text(file: string, signal?: AbortSignal): Promise<string | undefined>;
  /**
   * Opens a file at a byte range; undefined when it does not exist.
   * @throws SourceError when it cannot be read; the signal's reason on abort.
   */
  stream(file: string, range: ByteRange, signal?: AbortSignal): Promise<ByteStream | undefined>;
}
