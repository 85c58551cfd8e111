// Bytes in the origin private file system, a file per key. In workers through synchronous handles, the fastest way to a disk that a
// browser has; elsewhere through streams. A write that a dying tab leaves unfinished can leave part of a file.
import type { BlobStore } from './blob-store.ts';

/** What workers have beyond the types of a page. */
interface SyncAccessHandle {
  getSize(): number;
  read(bytes: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(sizeBytes: number): void;
  close(): void;
}

type FileHandle = FileSystemFileHandle & {
  createSyncAccessHandle?(options?: { mode: 'read-only' | 'readwrite' }): Promise<SyncAccessHandle>;
};

/** How long a file that is open elsewhere is waited for. Chunks are open for as long as it takes to read or write 4 MiB. */
const LOCKED_TIMEOUT_MS = 10_000;
const LOCKED_PAUSE_MS = 20;

/** Whether files can be read and written synchronously here. */
export function hasSyncAccess(): boolean {
  return typeof FileSystemFileHandle === 'function' && 'createSyncAccessHandle' in FileSystemFileHandle.prototype;
}

export class OpfsStore implements BlobStore {
  readonly #root: FileSystemDirectoryHandle;

  private constructor(root: FileSystemDirectoryHandle) {
    this.#root = root;
  }

  /**
   * @param name of the folder.
   * @throws DOMException where there is no such file system.
   */
  static async open(name: string): Promise<OpfsStore> {
    const root = await navigator.storage.getDirectory();
    return new OpfsStore(await root.getDirectoryHandle(name, { create: true }));
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const file = await this.#file(key, false);
    if (!file) return undefined;
    // Fails where another tab has the file open: then it is read the other way.
    const handle = await file.createSyncAccessHandle?.({ mode: 'read-only' }).catch(() => undefined);
    if (!handle) return new Uint8Array(await (await file.getFile()).arrayBuffer());
    try {
      const bytes = new Uint8Array(handle.getSize());
      handle.read(bytes, { at: 0 });
      return bytes;
    } finally {
      handle.close();
    }
  }

  async put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const file = (await this.#file(key, true)) as FileHandle;
    const handle = await file.createSyncAccessHandle?.().catch(() => undefined);
    if (handle) {
      try {
        handle.truncate(0);
        handle.write(bytes, { at: 0 });
      } catch (error) {
        handle.truncate(0);
        throw error;
      } finally {
        handle.close();
      }
      return;
    }
    const stream = await whenUnlocked(() => file.createWritable());
    try {
      await stream.write(bytes);
    } catch (error) {
      await stream.abort();
      throw error;
    }
    await stream.close();
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const [folder, name] = await this.#place(key, false);
      await whenUnlocked(async () => folder?.removeEntry(name)).catch(ignoreNotFound);
    }
  }

  async deleteFolder(folder: string): Promise<void> {
    const [parent, name] = await this.#place(folder.slice(0, -1), false);
    await whenUnlocked(async () => parent?.removeEntry(name, { recursive: true })).catch(ignoreNotFound);
  }

  async keys(folder: string): Promise<string[]> {
    const [place] = await this.#place(folder, false);
    const keys: string[] = [];
    if (place) await list(place, folder, keys);
    return keys;
  }

  async #file(key: string, create: boolean): Promise<FileHandle | undefined> {
    const [folder, name] = await this.#place(key, create);
    return folder?.getFileHandle(name, { create }).catch(ignoreNotFound);
  }

  /** The folder of a key, and its name there. */
  async #place(key: string, create: boolean): Promise<[FileSystemDirectoryHandle | undefined, string]> {
    const parts = key.split('/');
    const name = parts.pop() ?? '';
    let folder: FileSystemDirectoryHandle | undefined = this.#root;
    for (const part of parts) folder = await folder?.getDirectoryHandle(part, { create }).catch(ignoreNotFound);
    return [folder, name];
  }
}

async function list(folder: FileSystemDirectoryHandle, path: string, keys: string[]): Promise<void> {
  for await (const [name, entry] of folder.entries()) {
    if (entry.kind === 'file') keys.push(path + name);
    else await list(entry as FileSystemDirectoryHandle, `${path}${name}/`, keys);
  }
}

/**
 * Does what needs a file for itself, again and again while another tab or worker has it open.
 * @throws DOMException `NoModificationAllowedError` when it stays open.
 */
async function whenUnlocked<T>(action: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + LOCKED_TIMEOUT_MS;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      const isLocked = error instanceof DOMException && error.name === 'NoModificationAllowedError';
      if (!isLocked || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCKED_PAUSE_MS));
  }
}

function ignoreNotFound(error: unknown): undefined {
  if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
  throw error;
}
