// Tabs: one panel shows, the address keeps which, arrow keys go from tab to tab.

import { element } from './elements.ts';

/** Shows the tab that the address names, else the first; calls `onShow` each time a tab is shown. */
export function bindTabs(names: readonly string[], onShow: (name: string) => void): void {
  const tabs = names.map((name) => element(`tab-${name}`, HTMLButtonElement));
  const show = (name: string) => {
    names.forEach((other, i) => {
      const isShown = other === name;
      const tab = tabs[i] as HTMLButtonElement;
      tab.ariaSelected = String(isShown);
      tab.tabIndex = isShown ? 0 : -1;
      element(other, HTMLElement).hidden = !isShown;
    });
    onShow(name);
  };
  const named = () => names.find((name) => location.hash === `#${name}`) ?? (names[0] as string);
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => {
      location.hash = names[i] as string;
    });
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const next = (i + step + names.length) % names.length;
      tabs[next]?.focus();
      location.hash = names[next] as string;
    });
  });
  window.addEventListener('hashchange', () => show(named()));
  show(named());
}
