/** LIST, LSUB, STATUS, NAMESPACE, CREATE, DELETE, RENAME, SUBSCRIBE (RFC 3501 section 6.3, RFC 5258, 5819, 6154). */
import { encodeName, readName, wireName } from '../names.ts';
import type { CommandTable, Session } from '../session.ts';
import type { MemoryMailbox } from '../store.ts';
import { itemsOf, type Token, textOf, writeString } from '../token.ts';

/** The mailbox a command names. */
export function named(session: Session, token: Token | undefined): MemoryMailbox | undefined {
  return session.store.get(readName(session, textOf(token)));
}

function attributesOf(session: Session, mailbox: MemoryMailbox, subscriptions: boolean): string {
  const { store, capabilities } = session;
  const attributes: string[] = [];
  if (!mailbox.selectable) attributes.push('\\Noselect');
  if (capabilities.has('CHILDREN')) {
    const prefix = `${mailbox.path}${store.separator}`;
    const parent = [...store.mailboxes.keys()].some((path) => path.startsWith(prefix));
    attributes.push(parent ? '\\HasChildren' : '\\HasNoChildren');
  }
  if (subscriptions && mailbox.subscribed) attributes.push('\\Subscribed');
  if (capabilities.has('SPECIAL-USE') && mailbox.specialUse) attributes.push(mailbox.specialUse);
  return attributes.join(' ');
}

function matcher(session: Session, pattern: string): (path: string) => boolean {
  const notSeparator = session.store.separator === '.' ? '[^.]*' : '[^/]*';
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('%', notSeparator);
  const expression = new RegExp(`^${source}$`, 'i');
  return (path) => expression.test(encodeName(session, path));
}

function statusItems(mailbox: MemoryMailbox, items: Token[]): string {
  const values: Record<string, () => number | string> = {
    MESSAGES: () => mailbox.messages.length,
    RECENT: () => 0,
    UIDNEXT: () => mailbox.uidNext,
    UIDVALIDITY: () => mailbox.uidValidity,
    UNSEEN: () => mailbox.messages.filter(({ flags }) => !flags.has('\\Seen')).length,
    DELETED: () => mailbox.messages.filter(({ flags }) => flags.has('\\Deleted')).length,
    HIGHESTMODSEQ: () => mailbox.highestModSeq,
    SIZE: () => mailbox.messages.reduce((sum, { raw }) => sum + raw.length, 0),
    MAILBOXID: () => `(${mailbox.mailboxId})`,
  };
  const parts = items
    .map((item) => textOf(item).toUpperCase())
    .flatMap((name) => (values[name] ? [`${name} ${values[name]()}`] : []));
  return `(${parts.join(' ')})`;
}

function list(session: Session, args: Token[], lsub: boolean): string {
  const rest = [...args];
  const selecting = rest[0]?.kind === 'list' ? itemsOf(rest.shift()) : [];
  const wanted = selecting.map((token) => textOf(token).toUpperCase());
  const reference = textOf(rest[0]);
  const patterns = itemsOf(rest[1]).map(textOf);
  const returns = textOf(rest[2]).toUpperCase() === 'RETURN' ? itemsOf(rest[3]) : [];
  const extended = selecting.length > 0 || returns.length > 0;
  if (extended && !session.capabilities.has('LIST-EXTENDED')) return 'BAD LIST-EXTENDED is not offered';
  const word = lsub ? 'LSUB' : 'LIST';
  if (!extended && patterns[0] === '') {
    session.untagged(`${word} (\\Noselect) "${session.store.separator}" ""`);
    return 'OK Done';
  }
  const statusAt = returns.findIndex((token) => textOf(token).toUpperCase() === 'STATUS');
  const matchers = patterns.map((pattern) => matcher(session, reference + pattern));
  const subscribedOnly = lsub || wanted.includes('SUBSCRIBED');
  const tellSubscribed =
    wanted.includes('SUBSCRIBED') || returns.some((token) => textOf(token).toUpperCase() === 'SUBSCRIBED');
  for (const mailbox of session.store.mailboxes.values()) {
    if (!matchers.some((matches) => matches(mailbox.path))) continue;
    if (subscribedOnly && !mailbox.subscribed) continue;
    if (wanted.includes('SPECIAL-USE') && !mailbox.specialUse) continue;
    const attributes = attributesOf(session, mailbox, tellSubscribed);
    session.untagged(
      `${word} (${attributes}) ${writeString(session.store.separator)} ${wireName(session, mailbox.path)}`,
    );
    if (statusAt >= 0 && session.capabilities.has('LIST-STATUS') && mailbox.selectable) {
      session.untagged(
        `STATUS ${wireName(session, mailbox.path)} ${statusItems(mailbox, itemsOf(returns[statusAt + 1]))}`,
      );
    }
  }
  return 'OK Done';
}

function subscribe(subscribed: boolean) {
  return (session: Session, { args }: { args: Token[] }): string => {
    const mailbox = named(session, args[0]);
    if (!mailbox) return 'NO [NONEXISTENT] No such mailbox';
    mailbox.subscribed = subscribed;
    return 'OK Done';
  };
}

/** The table of these commands. */
export const mailboxCommands: CommandTable = {
  LIST: { state: 'authenticated', run: (session, { args }) => list(session, args, false) },
  LSUB: { state: 'authenticated', run: (session, { args }) => list(session, args, true) },
  NAMESPACE: {
    state: 'authenticated',
    capability: 'NAMESPACE',
    run(session) {
      session.untagged(`NAMESPACE (("" "${session.store.separator}")) NIL NIL`);
      return 'OK Done';
    },
  },
  STATUS: {
    state: 'authenticated',
    run(session, { args }) {
      const mailbox = named(session, args[0]);
      if (!mailbox?.selectable) return 'NO [NONEXISTENT] No such mailbox';
      session.untagged(`STATUS ${wireName(session, mailbox.path)} ${statusItems(mailbox, itemsOf(args[1]))}`);
      return 'OK Done';
    },
  },
  CREATE: {
    state: 'authenticated',
    run(session, { args }) {
      const path = readName(session, textOf(args[0])).replace(new RegExp(`[${session.store.separator}]$`), '');
      if (session.store.get(path)) return 'NO [ALREADYEXISTS] There is one of that name';
      session.store.create(path, { subscribed: false });
      return 'OK Done';
    },
  },
  DELETE: {
    state: 'authenticated',
    run(session, { args }) {
      const mailbox = named(session, args[0]);
      if (!mailbox) return 'NO [NONEXISTENT] No such mailbox';
      if (mailbox.path === 'INBOX') return 'NO [CANNOT] INBOX stays';
      session.store.remove(mailbox.path);
      return 'OK Done';
    },
  },
  RENAME: {
    state: 'authenticated',
    run(session, { args }) {
      const mailbox = named(session, args[0]);
      const to = readName(session, textOf(args[1]));
      if (!mailbox) return 'NO [NONEXISTENT] No such mailbox';
      if (session.store.get(to)) return 'NO [ALREADYEXISTS] There is one of that name';
      session.store.rename(mailbox.path, to);
      return 'OK Done';
    },
  },
  SUBSCRIBE: { state: 'authenticated', run: subscribe(true) },
  UNSUBSCRIBE: { state: 'authenticated', run: subscribe(false) },
};
