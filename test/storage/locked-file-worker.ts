// Keeps a file of the origin private file system open for itself, as a tab does while it writes, for as many milliseconds as it is told.
self.addEventListener('message', async ({ data }: MessageEvent<{ path: string[]; openMs: number }>) => {
  const names = [...data.path];
  const name = names.pop() ?? '';
  let folder = await navigator.storage.getDirectory();
  for (const each of names) folder = await folder.getDirectoryHandle(each, { create: true });
  const file = await folder.getFileHandle(name, { create: true });
  const open = (file as unknown as { createSyncAccessHandle(): Promise<{ close(): void }> }).createSyncAccessHandle;
  const handle = await open.call(file);
  self.postMessage('open');
  setTimeout(() => handle.close(), data.openMs);
});
