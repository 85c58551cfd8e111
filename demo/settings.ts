// System prompt and sampling: the settings dialog, kept in localStorage where the browser allows it.

export interface ChatSettings {
  systemPrompt: string;
  sample: boolean;
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  repetitionPenalty: number;
  maxNewTokens: number;
  /** Absent: another one each time. */
  seed: number | undefined;
}

const DEFAULTS: ChatSettings = {
  systemPrompt: '',
  sample: false,
  temperature: 0.7,
  topK: 50,
  topP: 0.95,
  minP: 0,
  repetitionPenalty: 1,
  maxNewTokens: 512,
  seed: undefined,
};

const STORAGE_KEY = 'intab.chat.settings';
type NumberName = 'temperature' | 'topK' | 'topP' | 'minP' | 'repetitionPenalty' | 'maxNewTokens' | 'seed';
const NUMBER_NAMES: readonly NumberName[] = [
  'temperature',
  'topK',
  'topP',
  'minP',
  'repetitionPenalty',
  'maxNewTokens',
  'seed',
];

/** Binds the form; `current` is what it says now. */
export class SettingsForm {
  readonly #form: HTMLFormElement;
  #current: ChatSettings;

  constructor(form: HTMLFormElement, resetButton: HTMLButtonElement) {
    this.#form = form;
    this.#current = restore();
    this.#show();
    form.addEventListener('input', () => this.#read());
    form.addEventListener('change', () => this.#show());
    resetButton.addEventListener('click', () => {
      this.#current = { ...DEFAULTS };
      this.#show();
      store(this.#current);
    });
  }

  get current(): ChatSettings {
    return { ...this.#current };
  }

  #input(name: keyof ChatSettings): HTMLInputElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement;
  }

  /** From the form to the settings; a number out of its range keeps the last good one. */
  #read(): void {
    this.#current.systemPrompt = this.#input('systemPrompt').value;
    this.#current.sample = this.#input('sample').checked;
    for (const name of NUMBER_NAMES) {
      const input = this.#input(name);
      if (name === 'seed' && input.value === '' && input.validity.valid) this.#current.seed = undefined;
      else if (input.value !== '' && input.validity.valid) this.#current[name] = input.valueAsNumber;
    }
    store(this.#current);
    this.#showOutputs();
  }

  #show(): void {
    this.#input('systemPrompt').value = this.#current.systemPrompt;
    this.#input('sample').checked = this.#current.sample;
    for (const name of NUMBER_NAMES) this.#input(name).value = String(this.#current[name] ?? '');
    this.#showOutputs();
  }

  #showOutputs(): void {
    for (const output of this.#form.querySelectorAll('output')) {
      const input = output.parentElement?.querySelector('input');
      if (input) output.value = input.value;
    }
    const sampling = this.#form.querySelector('fieldset');
    if (sampling) sampling.disabled = !this.#current.sample;
  }
}

function restore(): ChatSettings {
  const settings = { ...DEFAULTS };
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return settings;
    const values = stored as Record<string, unknown>;
    if (typeof values.systemPrompt === 'string') settings.systemPrompt = values.systemPrompt;
    if (typeof values.sample === 'boolean') settings.sample = values.sample;
    for (const name of NUMBER_NAMES) {
      const value = values[name];
      if (typeof value === 'number' && Number.isFinite(value) && value >= 0) settings[name] = value;
    }
  } catch {
    // Storage is blocked or holds something else: the defaults will do.
  }
  return settings;
}

function store(settings: ChatSettings): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(settings));
  } catch {
    // Private windows may refuse: the settings then last as long as the page.
  }
}
