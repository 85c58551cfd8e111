// The page: finds the adapter, and opens the tab that the address names.

import { bindBenchmark, openBenchmark } from './benchmark.ts';
import { bindChat, openChat, refuseChat } from './chat.ts';
import { bindClassify, openClassify } from './classify.ts';
import { element } from './elements.ts';
import { describeProblem, findAdapter } from './engine.ts';
import { bindTabs } from './tabs.ts';

async function start(): Promise<void> {
  bindChat();
  bindClassify();
  bindBenchmark();
  const opened = new Set<string>();
  const adapter = findAdapter().catch(describeProblem);
  bindTabs(['chat', 'classify', 'benchmark'], async (tab) => {
    element('chat-actions', HTMLElement).hidden = tab !== 'chat';
    const found = await adapter;
    if ('what' in found || opened.has(tab)) return;
    opened.add(tab);
    if (tab === 'chat') await openChat();
    else if (tab === 'classify') await openClassify();
    else openBenchmark(found.isFallback);
  });
  const chip = element('adapter', HTMLElement);
  const found = await adapter;
  if ('what' in found) {
    chip.textContent = 'No WebGPU';
    chip.classList.add('bad');
    refuseChat(found);
    return;
  }
  chip.textContent = found.isFallback ? `${found.name} (software: slow)` : found.name;
}

void start();
