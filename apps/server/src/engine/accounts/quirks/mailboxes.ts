/**
 * What each mailbox of LIST is, given the server's quirks: read or skipped, a place or a label, and of which role. Pure.
 * On Gmail with All Mail shown, All Mail is where messages lie and is our archive; INBOX, Sent and Drafts are labels that
 * are shown as mailboxes, the user's labels are labels; Spam and Trash are places of their own. Where the user has taken
 * All Mail out of IMAP there is no such place, and every mailbox is read like any other server's.
 */
import type { MailboxRole } from '@postroom/db';
import type { ListedMailbox } from '../../imap/types.ts';
import type { Quirks } from './quirks.ts';

export interface PlannedMailbox extends ListedMailbox {
  /** X-GM-LABELS name, where it is a label and no place. */
  readonly label: string | null;
}

/** Labels that are shown as mailboxes. */
const LABEL_OF_ROLE: Readonly<Partial<Record<MailboxRole, string>>> = {
  inbox: '\\Inbox',
  sent: '\\Sent',
  drafts: '\\Draft',
};

export function planMailboxes(listed: readonly ListedMailbox[], quirks: Quirks): PlannedMailbox[] {
  const all = listed.find(({ role, selectable }) => role === 'all' && selectable);
  if (quirks.labels === 'x-gm-labels' && all) return listed.map((mailbox) => asLabel(mailbox, all));
  return listed.map((mailbox) => {
    const isSkipped = mailbox.role !== null && quirks.skippedRoles.includes(mailbox.role);
    return { ...mailbox, selectable: mailbox.selectable && !isSkipped, label: null };
  });
}

function asLabel(mailbox: ListedMailbox, all: ListedMailbox): PlannedMailbox {
  // "[Gmail]/", "[Google Mail]/": all below it is Gmail's own.
  const own = all.path.slice(0, all.path.lastIndexOf(all.delimiter ?? '/') + 1);
  const { path, role } = mailbox;
  if (path === all.path) return { ...mailbox, role: 'archive', label: null };
  if (!mailbox.selectable) return { ...mailbox, role: null, label: null };
  if (role === 'inbox' || (own !== '' && path.startsWith(own))) {
    const label = (role && LABEL_OF_ROLE[role]) ?? null;
    if (label !== null || role === 'junk' || role === 'trash') return { ...mailbox, label };
    return { ...mailbox, role: null, selectable: false, label: null };
  }
  return { ...mailbox, role: null, selectable: false, label: path };
}
