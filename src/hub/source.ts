// Where a model's files come from. A source knows how to fetch text and byte ranges of files in one folder, nothing
// about what is in them. A source of remote files says enough about them to be cached (cached-source.ts).

export interface ByteRange {
  startBytes: number;
  /** Exclusive; absent means to the end of the file. */
  endBytes?: number | undefined;
}

export interface ByteStream {
  /**
   * The bytes of the range, from its first to its last: a server that ignores ranges has been dealt with. A piece may be overwritten when
   * the next is read.
   */
  bytes: ReadableStream<Uint8Array>;
  /** Size of the whole file where the source knows it. */
  fileSizeBytes: number | undefined;
}

/** Bytes that are asked for first of any weight file: enough for most headers, and a chunk of its own in the cache. */
export const HEAD_BYTES = 64 * 2 ** 10;

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
  /**
   * Fetches a range that will be read later, if there is a place to keep it. Never fails: the later read says what is wrong.
   * @param onBytes hears how many more bytes of the range are there.
   */
  prefetch?(file: string, range: ByteRange, signal: AbortSignal, onBytes: (sizeBytes: number) => void): Promise<void>;
  /**
   * A place for bytes made from files of this model; undefined where nothing is kept.
   * @param from the files, which were opened before.
   */
  derived?(name: string, from: readonly Origin[]): Promise<DerivedBytes | undefined>;
}

/** A file that something is made from. */
export interface Origin {
  file: string;
  /** Bytes at its beginning that are read all the same: its header. */
  headBytes: number;
}

/** Bytes made from a model's files, kept for the next load: derived-file.ts. */
export interface DerivedBytes {
  /** The bytes, in order; the generator returns false where a damaged piece ends them early. Undefined where there are none. */
  read(): Promise<{ sizeBytes: number; pieces: AsyncGenerator<Uint8Array<ArrayBuffer>, boolean> } | undefined>;
  write(sizeBytes: number, read: (startBytes: number, lengthBytes: number) => Promise<Uint8Array>): Promise<void>;
}

/** What a server says about a file. */
export interface FileFacts {
  sizeBytes: number | undefined;
  /** Differs when the file does: its ETag, its date, or its object id on the Hub. */
  version: string | undefined;
  /** SHA-256 of the whole file, in hexadecimal. */
  sha256: string | undefined;
}

/** How versions begin that are ids of the Hub's objects; they cannot be compared to what an answer's headers say. */
export const OBJECT_ID = 'oid ';

/** A source on a server. */
export interface RemoteSource extends ModelSource {
  /** The same for the same files, whatever page asks: a Hub id with its revision, or the folder's address. */
  readonly address: string;
  /**
   * What the server says about a file now; undefined when it does not have it.
   * @param retry whether to try again when the server cannot be reached.
   * @throws as {@link ModelSource.stream}
   */
  describe(file: string, retry: boolean, signal?: AbortSignal): Promise<FileFacts | undefined>;
  /**
   * Opens a file at a byte range, past the browser's own cache.
   * @param version as {@link describe} gave it.
   * @throws SourceError also when the file is no longer that version.
   */
  download(
    file: string,
    range: ByteRange,
    version: string | undefined,
    signal?: AbortSignal,
  ): Promise<ByteStream | undefined>;
}
