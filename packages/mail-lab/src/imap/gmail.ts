/**
 * Gmail in memory (X-GM-EXT-1): one set of messages with labels, and mailboxes that show them. A message lies in All Mail,
 * in Spam or in Trash; every other mailbox is a label. Flags are the message's, whichever mailbox they are set in; EXPUNGE in
 * a label takes the label off, in Spam and Trash the message away; COPY and MOVE put labels on, or move to and from Trash.
 * Left out: X-GM-RAW, dropping of messages sent to oneself, the settings for what EXPUNGE means.
 */
import { fieldValues, parsePart } from './mime.ts';
import { type AppendInput, createStore, type MemoryMailbox, type MemoryMessage, type MemoryStore } from './store.ts';

/** What Gmail says after login; COMPRESS, which this server cannot do, left out. */
export const GMAIL_CAPABILITIES: readonly string[] = [
  'IMAP4rev1',
  'UNSELECT',
  'IDLE',
  'NAMESPACE',
  'ID',
  'CHILDREN',
  'X-GM-EXT-1',
  'UIDPLUS',
  'ENABLE',
  'MOVE',
  'CONDSTORE',
  'ESEARCH',
  'UTF8=ACCEPT',
  'LIST-EXTENDED',
  'LIST-STATUS',
  'LITERAL-',
  'SPECIAL-USE',
  'APPENDLIMIT=35651584',
  'SASL-IR',
  'AUTH=PLAIN',
];

/** A message as the account has it. */
export interface GmailMessage {
  /** X-GM-MSGID. */
  readonly emailId: string;
  /** X-GM-THRID. */
  readonly threadId: string;
  readonly raw: Buffer;
  readonly internalDate: Date;
  flags: Set<string>;
  /** `\Inbox`, `\Sent`, `\Draft`, `\Important` and the user's own. */
  readonly labels: Set<string>;
  place: 'all' | 'spam' | 'trash';
}

/** The account behind the mailboxes; tests change it as the web page of Gmail would. */
export interface GmailAccount {
  readonly store: MemoryStore;
  readonly messages: GmailMessage[];
  /** A message that comes in, with these labels; default `\Inbox`. */
  deliver(
    raw: Buffer | string,
    options?: Omit<AppendInput, 'uid'> & { labels?: string[]; place?: GmailMessage['place'] },
  ): GmailMessage;
  /** Changes one and shows it in every mailbox. */
  change(message: GmailMessage, change: (message: GmailMessage) => void): void;
  /** The only message of that subject. */
  find(subject: string): GmailMessage;
}

const MAILBOXES: readonly { path: string; specialUse?: string; label?: string; place?: GmailMessage['place'] }[] = [
  { path: 'INBOX', label: '\\Inbox' },
  { path: '[Gmail]' },
  { path: '[Gmail]/All Mail', specialUse: '\\All', place: 'all' },
  { path: '[Gmail]/Drafts', specialUse: '\\Drafts', label: '\\Draft' },
  { path: '[Gmail]/Important', specialUse: '\\Important', label: '\\Important' },
  { path: '[Gmail]/Sent Mail', specialUse: '\\Sent', label: '\\Sent' },
  { path: '[Gmail]/Spam', specialUse: '\\Junk', place: 'spam' },
  { path: '[Gmail]/Starred', specialUse: '\\Flagged', label: '\\Starred' },
  { path: '[Gmail]/Trash', specialUse: '\\Trash', place: 'trash' },
];

/** A Gmail account; `hidesAllMail`: its user has taken All Mail out of IMAP. */
export function createGmail({ hidesAllMail = false } = {}): GmailAccount {
  const store = createStore();
  const messages: GmailMessage[] = [];
  const create = store.create.bind(store);
  const remove = store.remove.bind(store);
  const rename = store.rename.bind(store);
  let lastId = 1_278_455_344_230_334_865n;

  const rowOf = (path: string) => MAILBOXES.find((one) => one.path === path);
  const labelOf = (path: string): string | undefined => (rowOf(path) ? rowOf(path)?.label : path);
  const isIn = (message: GmailMessage, path: string): boolean => {
    const place = rowOf(path)?.place;
    if (place !== undefined) return message.place === place;
    const label = labelOf(path);
    if (message.place !== 'all' || label === undefined) return false;
    return label === '\\Starred' ? message.flags.has('\\Flagged') : message.labels.has(label);
  };

  /** Puts it where it belongs now, takes it away from where it does not, and counts it as changed everywhere else. */
  function show(message: GmailMessage): void {
    for (const mailbox of store.mailboxes.values()) {
      const entry = mailbox.messages.find(({ emailId }) => emailId === message.emailId);
      const belongs = mailbox.selectable && messages.includes(message) && isIn(message, mailbox.path);
      if (!belongs && entry) expungeOf.get(mailbox)?.(entry.uid);
      if (belongs && !entry) {
        const { emailId, threadId, internalDate, raw } = message;
        const added = appendOf.get(mailbox)?.(raw, { flags: message.flags, internalDate, emailId, threadId });
        if (added) share(added, message);
      }
      if (belongs && entry) {
        share(entry, message);
        entry.modSeq = ++mailbox.highestModSeq;
      }
    }
    store.changed();
  }

  function share(entry: MemoryMessage, message: GmailMessage): void {
    entry.flags = message.flags;
    entry.labels = message.labels;
  }

  const appendOf = new Map<MemoryMailbox, MemoryMailbox['append']>();
  const expungeOf = new Map<MemoryMailbox, MemoryMailbox['expunge']>();
  const entryIn = (mailbox: MemoryMailbox, emailId: string): MemoryMessage => {
    const entry = mailbox.messages.find((one) => one.emailId === emailId);
    if (!entry) throw new Error(`${mailbox.path} does not show what was put there`);
    return entry;
  };

  /** What putting a message into a mailbox means. */
  function file(message: GmailMessage, path: string): void {
    const place = rowOf(path)?.place;
    message.place = place ?? 'all';
    if (message.place !== 'all') message.labels.delete('\\Inbox');
    const label = labelOf(path);
    if (label === '\\Starred') message.flags.add('\\Flagged');
    else if (place === undefined && label !== undefined) message.labels.add(label);
  }

  function add(raw: Buffer | string, input: AppendInput): GmailMessage {
    const bytes = Buffer.isBuffer(raw) ? raw : Buffer.from(raw, 'utf8');
    const emailId = input.emailId ?? String(++lastId);
    const message: GmailMessage = {
      emailId,
      threadId: input.threadId ?? threadOf(bytes) ?? emailId,
      raw: bytes,
      internalDate: input.internalDate ?? new Date('2026-01-05T09:00:00Z'),
      flags: new Set(input.flags),
      labels: new Set(),
      place: 'all',
    };
    messages.push(message);
    return message;
  }

  /** The conversation of what it answers. */
  function threadOf(raw: Buffer): string | undefined {
    const { header } = parsePart(raw.toString('latin1'));
    const named = [...fieldValues(header, 'in-reply-to'), ...fieldValues(header, 'references')].join(' ');
    return messages.find((one) => {
      const [id] = fieldValues(parsePart(one.raw.toString('latin1')).header, 'message-id');
      return id !== undefined && id.trim() !== '' && named.includes(id.trim());
    })?.threadId;
  }

  function adopt(mailbox: MemoryMailbox): MemoryMailbox {
    appendOf.set(mailbox, mailbox.append);
    expungeOf.set(mailbox, mailbox.expunge);
    const mailOf = (uid: number) => messages.find(({ emailId }) => emailId === mailbox.find(uid)?.emailId);
    mailbox.append = (raw, input = {}) => {
      const message = messages.find(({ emailId }) => emailId === input.emailId) ?? add(raw, input);
      file(message, mailbox.path);
      show(message);
      return entryIn(mailbox, message.emailId);
    };
    mailbox.expunge = (...uids) => {
      for (const message of uids.map(mailOf)) {
        if (!message) continue;
        const place = rowOf(mailbox.path)?.place;
        message.flags.delete('\\Deleted');
        if (place === 'spam' || place === 'trash') messages.splice(messages.indexOf(message), 1);
        const label = labelOf(mailbox.path);
        if (label === '\\Starred') message.flags.delete('\\Flagged');
        else if (label !== undefined) message.labels.delete(label);
        show(message);
      }
    };
    mailbox.setFlags = (uid, flags) => {
      const message = mailOf(uid);
      if (!message) throw new Error(`${mailbox.path} has no message ${uid}`);
      message.flags = new Set(flags);
      show(message);
    };
    mailbox.ownLabel = labelOf(mailbox.path);
    mailbox.storeLabels = (uid, operation, names) => {
      const message = mailOf(uid);
      const settable = ['\\Inbox', '\\Important', '\\Starred'];
      const isKnown = (name: string) => settable.includes(name) || store.get(name) !== undefined;
      if (!message || !names.every(isKnown)) return false;
      const own = [...message.labels].filter((name) => name === '\\Sent' || name === '\\Draft');
      if (operation === 'set') message.labels.clear();
      for (const name of [...names, ...own]) {
        if (name === '\\Starred') message.flags[operation === 'remove' ? 'delete' : 'add']('\\Flagged');
        else if (operation === 'remove' && names.includes(name)) message.labels.delete(name);
        else message.labels.add(name);
      }
      show(message);
      return true;
    };
    return mailbox;
  }

  store.create = (path, options) => adopt(create(path, options));
  store.remove = (path) => {
    for (const { labels } of messages) labels.delete(path);
    remove(path);
  };
  store.rename = (from, to) => {
    for (const { labels } of messages) if (labels.delete(from)) labels.add(to);
    rename(from, to);
    for (const mailbox of store.mailboxes.values()) mailbox.ownLabel = labelOf(mailbox.path);
  };
  const inbox = store.get('INBOX');
  if (inbox) adopt(inbox);
  for (const { path, specialUse } of MAILBOXES) {
    if (path === 'INBOX' || (hidesAllMail && specialUse === '\\All')) continue;
    store.create(path, specialUse ? { specialUse } : {}).selectable = path !== '[Gmail]';
  }

  return {
    store,
    messages,
    deliver(raw, { labels = ['\\Inbox'], place = 'all', ...input } = {}) {
      const message = add(raw, input);
      for (const label of labels) {
        if (!label.startsWith('\\') && !store.get(label)) store.create(label);
        message.labels.add(label);
      }
      message.place = place;
      show(message);
      return message;
    },
    change(message, change) {
      change(message);
      show(message);
    },
    find(subject) {
      const found = messages.filter(
        ({ raw }) => fieldValues(parsePart(raw.toString('latin1')).header, 'subject')[0]?.trim() === subject,
      );
      if (found.length !== 1 || !found[0]) throw new Error(`${found.length} messages are called “${subject}”`);
      return found[0];
    },
  };
}
