/**
 * Who answers a command: components register handlers while they are on the screen, and the one that came last wins.
 * A command without a handler is not available, and neither its key nor its line in the palette does anything.
 */
import { useEffect, useRef } from 'react';
import { createKeybindingsHandler } from 'tinykeys';
import { createStore } from '../external-store.ts';
import { type CommandId, commands } from './registry.ts';

type Handler = () => void;
type Handlers = Partial<Record<CommandId, Handler | undefined>>;

const stack = createStore<readonly { readonly current: Handlers }[]>([]);

function handlerOf(id: CommandId): Handler | undefined {
  return stack.get().findLast((layer) => layer.current[id] !== undefined)?.current[id];
}

export function isAvailable(id: CommandId): boolean {
  return handlerOf(id) !== undefined;
}

/** Runs the command, if anything on the screen answers it. */
export function runCommand(id: CommandId): boolean {
  const handler = handlerOf(id);
  handler?.();
  return handler !== undefined;
}

/** Answers these commands while the component is on the screen. */
export function useCommands(handlers: Handlers): void {
  const layer = useRef(handlers);
  useEffect(() => {
    layer.current = handlers;
  });
  useEffect(() => {
    stack.set((layers) => [...layers, layer]);
    return () => stack.set((layers) => layers.filter((one) => one !== layer));
  }, []);
}

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Whether keys write into it. */
export function isEditable(target: EventTarget | null): target is HTMLElement {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
  return target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName);
}

const OPEN_LAYER = '[role="dialog"][data-state="open"],[role="menu"][data-state="open"],[role="alertdialog"]';
/** On what was opened to be typed into and has not got the focus yet: who types on at once means no commands. */
export const EXPECTS_TYPING = { 'data-expects-typing': '' };

/** Keys that mean something to the element they are typed into. */
function belongsToElement(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return true;
  if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)) return false;
  if (isEditable(event.target) || document.querySelector(`${OPEN_LAYER},[data-expects-typing]`)) return true;
  const isControl =
    event.target instanceof HTMLElement && event.target.closest('button,a,[role="separator"],input,summary') !== null;
  return isControl && ['Enter', ' ', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].includes(event.key);
}

/** One listener for all commands, sequences first, so that `g i` is never taken for `i`. */
export function createCommandListener(): (event: Event) => void {
  const bindings = commands
    .flatMap(({ id, keys }) => keys.map((key) => ({ id, key })))
    .sort((a, b) => b.key.split(' ').length - a.key.split(' ').length)
    .map(({ id, key }): [string, (event: KeyboardEvent) => void] => [
      key,
      (event) => {
        if (runCommand(id)) event.preventDefault();
      },
    ]);
  return createKeybindingsHandler(Object.fromEntries(bindings), { ignore: belongsToElement });
}

export function useCommandKeys(): void {
  useEffect(() => {
    const listener = createCommandListener();
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}
