// From what a caller names a model by to a source of its files.

import { InputError, type StorageError } from '../errors.ts';
import { hasStores, openStores } from '../storage/stores.ts';
import { CachedSource } from './cached-source.ts';
import { FilesSource } from './files-source.ts';
import { FolderOrHubSource } from './folder-or-hub-source.ts';
import { HubSource, isHubId } from './hub-source.ts';
import type { ModelSource, RemoteSource } from './source.ts';
import { pageAddress, UrlSource } from './url-source.ts';

/** A folder address, a Hub id, picked files, or blobs by name. */
export type ModelLocation = string | URL | readonly File[] | FileList | ReadonlyMap<string, Blob>;

export interface SourceOptions {
  /** Branch, tag or commit on the Hub; `main` when left out. */
  revision?: string | undefined;
  /** Access token for gated and private repositories of the Hub. */
  token?: string | undefined;
  /** What relative folder addresses count from; the page where left out. For workers, whose own address is another. */
  base_url?: string | undefined;
  /** Never ask the Hub: names are folders relative to the page. */
  local_only?: boolean | undefined;
  /** Keep the files in the browser's storage and read them from there. On by default where there is such a storage. */
  cache?: boolean | undefined;
  /**
   * SHA-256 of files, in hexadecimal: a load that gets other bytes fails. In place of what the server says; false where what it says
   * is not to be trusted.
   */
  sha256?: Readonly<Record<string, string | false>> | undefined;
}

/**
 * Opens a model by name, without any request yet. A string with a scheme or a leading `/`, `./`, `../` is a folder
 * address; `owner/name` is a folder relative to the page where there is one, else a Hub id; anything else is a folder.
 * @param onCacheError hears why files are not kept; the load goes on without.
 * @throws InputError for a location that can be none of these.
 */
export function openSource(
  model: ModelLocation,
  options: SourceOptions = {},
  onCacheError?: (error: StorageError) => void,
): ModelSource {
  const { cache = hasStores(), sha256 } = options;
  const checked = (source: RemoteSource): ModelSource =>
    cache || sha256 ? new CachedSource(source, cache ? openStores : undefined, { sha256, onCacheError }) : source;
  if (model instanceof URL) return checked(new UrlSource(model, options.base_url));
  if (typeof model !== 'string') {
    if (model === null || typeof model !== 'object' || !(Symbol.iterator in model)) {
      throw new InputError({
        what: 'The model is not something intab can open',
        expected: 'a folder address, a Hub id, a list of files, or a map of blobs',
        actual: typeof model,
        remedy: "pass for example 'models/intab-chat'",
      });
    }
    if (sha256) {
      throw new InputError({
        what: 'sha256 is for files from a server',
        actual: 'picked files, or blobs',
        remedy: 'leave sha256 out, or load from an address',
      });
    }
    return new FilesSource(model);
  }
  if (model.trim() === '') {
    throw new InputError({
      what: 'The model name is empty',
      expected: 'a folder address or a Hub id',
      remedy: "pass for example 'models/intab-chat'",
    });
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(model) || /^\.{0,2}\//.test(model)) {
    return checked(new UrlSource(model, options.base_url));
  }
  if (!isHubId(model) || options.local_only) return checked(new UrlSource(model, options.base_url));
  const hub = checked(new HubSource(model, options));
  return (options.base_url ?? pageAddress()) === undefined
    ? hub
    : new FolderOrHubSource(model, checked(new UrlSource(model, options.base_url)), hub);
}
