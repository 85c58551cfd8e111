// Choosing a model: the built-in one, a Hub id or folder address, picked files, or files dropped on the page.

import { element } from './elements.ts';
import { EMBEDDED_MODEL, type ModelChoice } from './engine.ts';
import { bindKeptModels } from './kept-models.ts';

/** Wires the dialog and drag-and-drop; calls `onChoose` with what the person chose. */
export function bindModelPanel(onChoose: (choice: ModelChoice) => void): void {
  const dialog = element('model-dialog', HTMLDialogElement);
  const location = element('model-location', HTMLInputElement);
  const choose = (choice: ModelChoice) => {
    if (choice.length === 0) return;
    dialog.close();
    onChoose(choice);
  };
  const showKept = bindKeptModels((name) => choose(name));
  element('open-model', HTMLButtonElement).addEventListener('click', () => {
    dialog.showModal();
    void showKept();
  });
  element('load-embedded', HTMLButtonElement).addEventListener('click', () => choose(EMBEDDED_MODEL));
  element('load-location', HTMLButtonElement).addEventListener('click', () => choose(location.value.trim()));
  location.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    choose(location.value.trim());
  });
  for (const id of ['pick-folder', 'pick-files']) {
    const input = element(id, HTMLInputElement);
    input.addEventListener('change', () => {
      choose([...(input.files ?? [])]);
      input.value = '';
    });
  }
  bindDrop(element('drop-hint', HTMLElement), choose);
}

function bindDrop(hint: HTMLElement, choose: (files: File[]) => void): void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    hint.hidden = false;
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) hint.hidden = true;
  });
  document.addEventListener('drop', async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    hint.hidden = true;
    // Entries must be taken before the first await, or the browser forgets them.
    const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry());
    const plain = [...(event.dataTransfer?.files ?? [])];
    const files = (await Promise.all(entries.map((entry) => (entry === null ? [] : filesOf(entry))))).flat();
    choose(files.length > 0 ? files : plain);
  });
}

/** The files of a dropped entry, folders included. */
async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return new Promise((resolve) =>
      (entry as FileSystemFileEntry).file(
        (file) => resolve([file]),
        () => resolve([]),
      ),
    );
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  while (true) {
    const batch = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (batch.length === 0) return files;
    for (const child of batch) files.push(...(await filesOf(child)));
  }
}
