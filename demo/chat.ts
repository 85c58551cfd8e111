// The chat tab: loads a model, and runs one conversation with it.

import { ChatView } from './chat-view.ts';
import { element } from './elements.ts';
import {
  type AnswerStats,
  type ChatModel,
  describeProblem,
  EMBEDDED_MODEL,
  loadModel,
  type Message,
  type ModelChoice,
  modelName,
  type Problem,
} from './engine.ts';
import { bindModelPanel } from './model-panel.ts';
import { SettingsForm } from './settings.ts';

const SUGGESTIONS = [
  'What is 128 + 467?',
  'What is the capital of Japan?',
  'Convert 12 km to miles',
  'Sort these words: pear, fig, apple, kiwi',
  'Reverse the word planet',
  'What is the chemical symbol of gold?',
  'How do I load a model with intab?',
];

const prompt = element('prompt', HTMLTextAreaElement);
const sendButton = element('send', HTMLButtonElement);
const stopButton = element('stop', HTMLButtonElement);
const welcome = element('welcome', HTMLElement);
const statsLine = element('stats', HTMLElement);
const banner = element('banner', HTMLElement);
const loading = element('loading', HTMLElement);
const loadLabel = element('load-label', HTMLElement);
const loadBar = element('load-progress', HTMLProgressElement);
const announcer = element('announcer', HTMLElement);
const settingsDialog = element('settings-dialog', HTMLDialogElement);
const settings = new SettingsForm(
  element('settings-form', HTMLFormElement),
  element('reset-settings', HTMLButtonElement),
);
const view = new ChatView(
  element('scroller', HTMLElement),
  element('messages', HTMLElement),
  element('jump', HTMLButtonElement),
);

let model: ChatModel | undefined;
let load: AbortController | undefined;
let answering: AbortController | undefined;
let history: Message[] = [];
/** Settles when no answer runs on the model any more; an aborted one takes a moment to end. */
let running: Promise<void> = Promise.resolve();

/** Makes the tab work; `open` then loads the embedded model. */
export function bindChat(): void {
  buildSuggestions();
  bindComposer();
  bindModelPanel((choice) => void switchModel(choice));
  element('open-settings', HTMLButtonElement).addEventListener('click', () => settingsDialog.showModal());
  element('new-chat', HTMLButtonElement).addEventListener('click', newChat);
  element('cancel-load', HTMLButtonElement).addEventListener('click', () => load?.abort());
  updateControls();
}

/** Loads the embedded model. */
export async function openChat(): Promise<void> {
  await switchModel(EMBEDDED_MODEL);
}

/** Says why nothing runs in this browser. */
export function refuseChat(problem: Problem): void {
  prompt.placeholder = 'This browser cannot run the model';
  showBanner(problem, [['Try again', () => location.reload()]]);
}

/** Replaces the model; the conversation starts anew, as another model would not know the first one's template. */
async function switchModel(choice: ModelChoice): Promise<void> {
  load?.abort();
  answering?.abort();
  const abort = new AbortController();
  load = abort;
  const previous = model;
  model = undefined;
  hideBanner();
  newChat();
  loading.hidden = false;
  loadBar.removeAttribute('value');
  loadLabel.textContent = 'Loading the model';
  element('model-name', HTMLElement).textContent = modelName(choice);
  element('current-model', HTMLElement).textContent = `${modelName(choice)}, loading`;
  prompt.placeholder = 'Loading the model…';
  updateControls();
  try {
    await running;
    await previous?.dispose();
    const loaded = await loadModel(
      choice,
      ({ text, percent }) => {
        if (load !== abort) return;
        loadLabel.textContent = text;
        if (percent === undefined) loadBar.removeAttribute('value');
        else loadBar.value = percent;
      },
      abort.signal,
    );
    if (load !== abort) {
      await loaded.dispose();
      return;
    }
    model = loaded;
    element('current-model', HTMLElement).textContent = loaded.name;
    prompt.placeholder = 'Message';
    announcer.textContent = 'The model is ready.';
  } catch (error) {
    if (load !== abort) return;
    element('model-name', HTMLElement).textContent = 'Model';
    element('current-model', HTMLElement).textContent = 'none';
    prompt.placeholder = 'Choose a model to begin';
    const problem = abort.signal.aborted ? { what: 'Loading was cancelled.', remedy: '' } : describeProblem(error);
    const actions: [string, () => void][] = [['Try again', () => void switchModel(choice)]];
    if (choice !== EMBEDDED_MODEL) actions.push(['Use the built-in model', () => void switchModel(EMBEDDED_MODEL)]);
    showBanner(problem, actions);
  } finally {
    if (load === abort) {
      load = undefined;
      loading.hidden = true;
      updateControls();
      if (model !== undefined && !document.querySelector('dialog[open]')) prompt.focus();
    }
  }
}

function newChat(): void {
  answering?.abort();
  answering = undefined;
  history = [];
  view.clear();
  welcome.hidden = false;
  statsLine.textContent = '';
  updateControls();
  prompt.focus();
}

/** Sends a message and streams the answer. */
function send(text: string): void {
  if (model === undefined || answering !== undefined || text.trim() === '') return;
  running = answerTo(text, model, running);
}

async function answerTo(text: string, chat: ChatModel, previous: Promise<void>): Promise<void> {
  const abort = new AbortController();
  answering = abort;
  welcome.hidden = true;
  hideBanner();
  const bubble = view.addUser(text);
  const answer = view.addAnswer();
  statsLine.textContent = '';
  updateControls();
  const turn: Message = { role: 'user', content: text };
  const current = settings.current;
  const system: Message[] =
    current.systemPrompt.trim() === '' ? [] : [{ role: 'system', content: current.systemPrompt }];
  const isCurrent = () => answering === abort;
  try {
    await previous;
    for await (const piece of chat.stream([...system, ...history, turn], current, abort.signal)) {
      if (!isCurrent()) return;
      answer.append(piece);
      showStats(chat.stats());
    }
    if (!isCurrent()) return;
    finish(abort.signal.aborted ? 'stopped' : 'done');
  } catch (error) {
    if (!isCurrent()) return;
    if (abort.signal.aborted) finish('stopped');
    else {
      const problem = describeProblem(error);
      answer.fail(problem, () => {
        bubble.remove();
        answer.element.remove();
        send(text);
      });
    }
  } finally {
    if (isCurrent()) {
      answering = undefined;
      updateControls();
      prompt.focus();
    }
  }

  function finish(state: 'done' | 'stopped'): void {
    const stats = chat.stats();
    showStats(stats);
    const note =
      state === 'stopped' ? 'Stopped' : stats?.finishReason === 'length' ? 'Reached the longest answer' : undefined;
    answer.finish(state, note);
    if (answer.text !== '') history.push(turn, { role: 'assistant', content: answer.text });
    announcer.textContent = answer.text === '' ? 'No answer.' : answer.text;
  }
}

function showStats(stats: AnswerStats | undefined): void {
  if (stats === undefined || stats.newTokens === 0) return;
  const rate = stats.tokensPerSecond > 0 ? `${rounded(stats.tokensPerSecond)} tokens/s` : '';
  const first = stats.timeToFirstTokenMs > 0 ? `first after ${rounded(stats.timeToFirstTokenMs)} ms` : '';
  const count = `${stats.newTokens} token${stats.newTokens === 1 ? '' : 's'}`;
  statsLine.textContent = [rate, first, count].filter((part) => part !== '').join(' · ');
}

function rounded(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}

function bindComposer(): void {
  element('composer', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  prompt.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  prompt.addEventListener('input', () => {
    fitPrompt();
    updateControls();
  });
  stopButton.addEventListener('click', () => answering?.abort());
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !document.querySelector('dialog[open]')) answering?.abort();
  });
}

function submit(): void {
  if (model === undefined || answering !== undefined) return;
  const text = prompt.value;
  if (text.trim() === '') return;
  prompt.value = '';
  fitPrompt();
  send(text);
}

/** The field grows with its text, up to the limit in the style sheet. */
function fitPrompt(): void {
  prompt.style.height = 'auto';
  prompt.style.height = `${prompt.scrollHeight}px`;
}

function buildSuggestions(): void {
  const list = element('suggestions', HTMLElement);
  for (const text of SUGGESTIONS) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.addEventListener('click', () => {
      if (model === undefined) {
        prompt.value = text;
        fitPrompt();
        prompt.focus();
      } else send(text);
    });
    item.append(button);
    list.append(item);
  }
}

function updateControls(): void {
  const isAnswering = answering !== undefined;
  sendButton.hidden = isAnswering;
  stopButton.hidden = !isAnswering;
  sendButton.disabled = model === undefined || prompt.value.trim() === '';
}

function showBanner(problem: Problem, actions: readonly [string, () => void][]): void {
  const [what, remedy, buttons] = [...banner.children];
  if (what) what.textContent = problem.what;
  if (remedy) remedy.textContent = problem.remedy;
  buttons?.replaceChildren(
    ...actions.map(([label, run]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'quiet small';
      button.textContent = label;
      button.addEventListener('click', run);
      return button;
    }),
  );
  banner.dataset.testid = 'error';
  banner.hidden = false;
}

function hideBanner(): void {
  delete banner.dataset.testid;
  banner.hidden = true;
}
