// From what a caller names a model by to a source of its files.

import { InputError } from '../errors.ts';
import { FilesSource } from './files-source.ts';
import { FolderOrHubSource } from './folder-or-hub-source.ts';
import { HubSource, isHubId } from './hub-source.ts';
import type { ModelSource } from './source.ts';
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
}

/**
 * Opens a model by name, without any request yet. A string with a scheme or a leading `/`, `./`, `../` is a folder
 * address; `owner/name` is a folder relative to the page where there is one, else a Hub id; anything else is a folder.
 * @throws InputError for a location that can be none of these.
 */
export function openSource(model: ModelLocation, options: SourceOptions = {}): ModelSource {
  if (model instanceof URL) return new UrlSource(model, options.base_url);
  if (typeof model !== 'string') {
    if (model === null || typeof model !== 'object' || !(Symbol.iterator in model)) {
      throw new InputError({
        what: 'The model is not something intab can open',
        expected: 'a folder address, a Hub id, a list of files, or a map of blobs',
        actual: typeof model,
        remedy: "pass for example 'models/intab-chat'",
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
  if (/^[a-z][a-z0-9+.-]*:/i.test(model) || /^\.{0,2}\//.test(model)) return new UrlSource(model, options.base_url);
  if (!isHubId(model) || options.local_only) return new UrlSource(model, options.base_url);
  const hub = new HubSource(model, options);
  return (options.base_url ?? pageAddress()) === undefined
    ? hub
    : new FolderOrHubSource(model, new UrlSource(model, options.base_url), hub);
}
