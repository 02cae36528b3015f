/**
 * Every command that has a key or a line in the palette, once, as data: the bindings, the help sheet and the palette
 * are made from it. Keys are the Gmail set, in tinykeys' syntax; sequences are pressed one after the other.
 */
export const commandGroups = ['Move around', 'Act', 'Write', 'Go to', 'Select', 'Postroom'] as const;
export type CommandGroup = (typeof commandGroups)[number];

interface CommandData {
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  readonly keys: readonly string[];
  /** Shown in the palette. Moving the cursor is not. */
  readonly inPalette?: boolean;
}

const data = [
  { id: 'next', title: 'Next conversation', group: 'Move around', keys: ['j', 'ArrowDown'] },
  { id: 'previous', title: 'Previous conversation', group: 'Move around', keys: ['k', 'ArrowUp'] },
  { id: 'open', title: 'Open conversation', group: 'Move around', keys: ['o', 'Enter'] },
  { id: 'back', title: 'Back to the list', group: 'Move around', keys: ['u', 'Escape'] },
  { id: 'nextMessage', title: 'Next message in the conversation', group: 'Move around', keys: ['n'] },
  { id: 'previousMessage', title: 'Previous message in the conversation', group: 'Move around', keys: ['p'] },

  { id: 'archive', title: 'Archive', group: 'Act', keys: ['e'], inPalette: true },
  { id: 'delete', title: 'Delete', group: 'Act', keys: ['[Shift]+#', 'Delete'], inPalette: true },
  { id: 'spam', title: 'Report spam', group: 'Act', keys: ['[Shift]+!'], inPalette: true },
  { id: 'star', title: 'Star or unstar', group: 'Act', keys: ['s'], inPalette: true },
  { id: 'markRead', title: 'Mark as read', group: 'Act', keys: ['Shift+i'], inPalette: true },
  { id: 'markUnread', title: 'Mark as unread', group: 'Act', keys: ['Shift+u'], inPalette: true },
  { id: 'label', title: 'Label…', group: 'Act', keys: ['l'], inPalette: true },
  { id: 'move', title: 'Move to…', group: 'Act', keys: ['v'], inPalette: true },
  { id: 'snooze', title: 'Snooze…', group: 'Act', keys: ['b', 'h'], inPalette: true },
  { id: 'remind', title: 'Remind me if nobody answers…', group: 'Act', keys: ['Shift+b'], inPalette: true },
  { id: 'print', title: 'Print what is open', group: 'Act', keys: ['$mod+p'], inPalette: true },
  { id: 'undo', title: 'Undo the last action', group: 'Act', keys: ['z'], inPalette: true },

  { id: 'compose', title: 'New message', group: 'Write', keys: ['c'], inPalette: true },
  { id: 'reply', title: 'Reply', group: 'Write', keys: ['r'], inPalette: true },
  { id: 'replyAll', title: 'Reply to all', group: 'Write', keys: ['a'], inPalette: true },
  { id: 'forward', title: 'Forward', group: 'Write', keys: ['f'], inPalette: true },
  { id: 'forwardAsFile', title: 'Forward as attachment', group: 'Write', keys: ['Shift+f'], inPalette: true },
  { id: 'redirect', title: 'Redirect', group: 'Write', keys: ['Shift+r'], inPalette: true },
  { id: 'editAsNew', title: 'Edit as a new message', group: 'Write', keys: ['Shift+e'], inPalette: true },
  {
    id: 'insertTemplate',
    title: 'Insert a template… (while writing)',
    group: 'Write',
    keys: ['$mod+.'],
    inPalette: true,
  },
  { id: 'send', title: 'Send (while writing)', group: 'Write', keys: ['$mod+Enter'] },

  { id: 'goInbox', title: 'Go to Inbox', group: 'Go to', keys: ['g i'], inPalette: true },
  { id: 'goStarred', title: 'Go to Starred', group: 'Go to', keys: ['g s'], inPalette: true },
  { id: 'goSnoozed', title: 'Go to Snoozed', group: 'Go to', keys: ['g b'], inPalette: true },
  { id: 'goScheduled', title: 'Go to Scheduled', group: 'Go to', keys: ['g c'], inPalette: true },
  { id: 'goSent', title: 'Go to Sent', group: 'Go to', keys: ['g t'], inPalette: true },
  { id: 'goDrafts', title: 'Go to Drafts', group: 'Go to', keys: ['g d'], inPalette: true },
  { id: 'goArchive', title: 'Go to Archive', group: 'Go to', keys: ['g e'], inPalette: true },
  { id: 'goAll', title: 'Go to All mail', group: 'Go to', keys: ['g a'], inPalette: true },
  { id: 'goSpam', title: 'Go to Spam', group: 'Go to', keys: ['g [Shift]+!'], inPalette: true },
  { id: 'goBin', title: 'Go to Bin', group: 'Go to', keys: ['g [Shift]+#'], inPalette: true },

  { id: 'select', title: 'Select conversation', group: 'Select', keys: ['x'] },
  { id: 'selectAll', title: 'Select all that are loaded', group: 'Select', keys: ['$mod+a'] },
  { id: 'selectNext', title: 'Extend the selection down', group: 'Select', keys: ['Shift+j', 'Shift+ArrowDown'] },
  { id: 'selectPrevious', title: 'Extend the selection up', group: 'Select', keys: ['Shift+k', 'Shift+ArrowUp'] },

  { id: 'search', title: 'Search', group: 'Postroom', keys: ['/'], inPalette: true },
  { id: 'palette', title: 'Command palette', group: 'Postroom', keys: ['$mod+k'] },
  { id: 'help', title: 'Keyboard shortcuts', group: 'Postroom', keys: ['[Shift]+?'], inPalette: true },
  { id: 'settings', title: 'Settings', group: 'Postroom', keys: ['g ,'], inPalette: true },
  { id: 'toggleTheme', title: 'Switch between light and dark', group: 'Postroom', keys: [], inPalette: true },
  { id: 'toggleLayout', title: 'Switch between split and list', group: 'Postroom', keys: [], inPalette: true },
  { id: 'addAccount', title: 'Connect another account', group: 'Postroom', keys: [], inPalette: true },
  { id: 'signOut', title: 'Sign out', group: 'Postroom', keys: [], inPalette: true },
] as const satisfies readonly CommandData[];

export type CommandId = (typeof data)[number]['id'];
export interface Command extends CommandData {
  readonly id: CommandId;
}
export const commands: readonly Command[] = data;

/** Presses of a key sequence, spelled the same way whatever way they were written. */
function presses(keys: string): string[] {
  return keys.split(' ').map((press) => press.replace('[Shift]+', '').toLowerCase());
}

export interface Conflict {
  readonly keys: string;
  readonly ids: readonly [string, string];
}

/** Pairs of commands whose keys are the same, or of which one's are the beginning of the other's. */
export function findConflicts(list: readonly { readonly id: string; readonly keys: readonly string[] }[]): Conflict[] {
  const bound = list.flatMap(({ id, keys }) => keys.map((key) => ({ id, key, presses: presses(key) })));
  return bound.flatMap((one, index) =>
    bound
      .slice(index + 1)
      .filter((other) => {
        const length = Math.min(one.presses.length, other.presses.length);
        return one.presses.slice(0, length).join(' ') === other.presses.slice(0, length).join(' ');
      })
      .map((other): Conflict => ({ keys: one.key, ids: [one.id, other.id] })),
  );
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  arrowdown: '↓',
  arrowup: '↑',
  enter: 'Enter',
  escape: 'Esc',
  delete: 'Del',
};

/** What to print on the key caps: `['g', 'i']`, `['Ctrl', 'K']`. */
export function keyCaps(keys: string, isMac: boolean): string[] {
  return keys.split(' ').flatMap((press) =>
    press
      .replace('[Shift]+', '')
      .split('+')
      .map((key) => {
        if (key === '$mod') return isMac ? '⌘' : 'Ctrl';
        if (key === 'Shift') return 'Shift';
        return KEY_NAMES[key.toLowerCase()] ?? key;
      }),
  );
}
