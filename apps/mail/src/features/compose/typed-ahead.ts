/**
 * What is typed between the command that opens a composer and the focus in it. Nothing of it is lost, and no letter of it
 * is taken for a command: it is kept, and written where the focus then is.
 */
import { type FocusEvent, useEffect, useRef, useState } from 'react';
import { EXPECTS_TYPING, isEditable } from '../../lib/keyboard/index.ts';

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>;

/** `text` after this key. Unchanged by what writes nothing, and by a key held down: the one that opened the composer. */
export function withKey(text: string, { key, ctrlKey, metaKey, altKey, repeat }: Key): string {
  if (ctrlKey || metaKey || altKey || repeat) return text;
  const characters = [...text];
  if (key === 'Backspace') return characters.slice(0, -1).join('');
  return [...key].length === 1 ? text + key : text;
}

/**
 * For the element around a composer: until something in it has the focus it expects to be typed into. Whoever points at
 * something instead does something else: what was typed is not to appear when they come back.
 */
export function useTypedAhead() {
  const [isExpected, setExpected] = useState(true);
  const typed = useRef('');
  useEffect(() => {
    if (!isExpected) return;
    const keep = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented || isEditable(event.target)) return;
      const text = withKey(typed.current, event);
      if (text === typed.current) return;
      typed.current = text;
      event.preventDefault();
    };
    const end = () => {
      typed.current = '';
      setExpected(false);
    };
    window.addEventListener('keydown', keep, true);
    window.addEventListener('pointerdown', end);
    return () => {
      window.removeEventListener('keydown', keep, true);
      window.removeEventListener('pointerdown', end);
    };
  }, [isExpected]);
  const onFocus = ({ target }: FocusEvent) => {
    setExpected(false);
    const text = typed.current;
    typed.current = '';
    if (text === '' || !isEditable(target)) return;
    // The field answers its focus first: it sets its selection, or opens what it suggests. What inserts like a person is
    // seen by React, the editor and the way back alike.
    requestAnimationFrame(() => document.execCommand('insertText', false, text));
  };
  return { onFocus, ...(isExpected ? EXPECTS_TYPING : {}) };
}
