/** Light and dark: applies the choice to the page and leaves it where `theme.js` finds it before the next paint. */
import { createStore, useStore } from './external-store.ts';
import { write } from './remembered.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';

const isDark = createStore(typeof document !== 'undefined' && document.documentElement.classList.contains('dark'));
let choice: ThemeChoice = 'system';

export function applyTheme(next: ThemeChoice): void {
  choice = next;
  write('postroom.theme', next);
  refresh();
}

function refresh(): void {
  const dark = choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
  isDark.set(dark);
}

/** Follows the system while the choice is `system`. */
export function watchSystemTheme(): () => void {
  const list = matchMedia('(prefers-color-scheme: dark)');
  list.addEventListener('change', refresh);
  return () => list.removeEventListener('change', refresh);
}

export function useIsDark(): boolean {
  return useStore(isDark);
}
