// Parts of the package that few pages need are files of their own, fetched when they are needed.
import { SourceError } from './errors.ts';

/** @throws {SourceError} the part cannot be fetched; browsers do not say why. */
export async function loadPart<T>(part: Promise<T>): Promise<T> {
  return part.catch((cause) => {
    throw new SourceError({
      what: 'A part of intab cannot be loaded',
      expected: "the package's files where the page came from, as they were when it was opened",
      actual: cause instanceof Error ? cause.message : String(cause),
      remedy: 'reload the page: there is no network, or a new version of the page is online',
      cause,
    });
  });
}
