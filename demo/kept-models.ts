// The models that the browser keeps: what there is, how much room it takes; load, export or delete one, or open an exported one.

import { element } from './elements.ts';
import { describeProblem, type KeptModel, keptModels, modelName } from './engine.ts';

/** Wires the list; gives what brings it up to date. */
export function bindKeptModels(onLoad: (name: string) => void): () => Promise<void> {
  const state = element('kept-state', HTMLElement);
  /** Does something to the cache, says how it went, and shows what there is now. */
  const change = async (said: string, work: () => Promise<unknown>) => {
    try {
      await work();
      state.textContent = said;
    } catch (error) {
      const { what, remedy } = describeProblem(error);
      state.textContent = `${what} ${remedy}`;
    }
    await show();
  };
  const show = async () => {
    const { models, room } = await keptModels.list().catch(() => ({ models: [], room: '' }));
    element('kept', HTMLElement).hidden = models.length === 0;
    element('kept-room', HTMLElement).textContent = room;
    element('kept-list', HTMLElement).replaceChildren(
      ...models.map((model) =>
        itemOf(model, {
          Load: () => onLoad(model.name),
          Export: () => void change('', () => save(model.name)),
          Delete: () => void change(`${modelName(model.name)} is deleted.`, () => keptModels.delete(model.name)),
        }),
      ),
    );
  };
  element('clear-kept', HTMLButtonElement).addEventListener(
    'click',
    () => void change('All models are deleted.', keptModels.clear),
  );
  const input = element('import-kept', HTMLInputElement);
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) void change(`${file.name} is kept.`, () => keptModels.import(file));
    input.value = '';
  });
  return show;
}

function itemOf({ name, detail }: KeptModel, actions: Record<string, () => void>): HTMLElement {
  const item = document.createElement('li');
  const text = document.createElement('span');
  const title = document.createElement('strong');
  title.textContent = modelName(name);
  title.title = name;
  const small = document.createElement('small');
  small.textContent = detail;
  text.append(title, small);
  const buttons = Object.entries(actions).map(([label, run]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet small';
    button.textContent = label;
    button.setAttribute('aria-label', `${label} ${modelName(name)}`);
    button.addEventListener('click', run);
    return button;
  });
  item.append(text, ...buttons);
  return item;
}

/** Offers a model as a download. */
async function save(name: string): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await keptModels.export(name));
  link.download = `${modelName(name)}.tar`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
