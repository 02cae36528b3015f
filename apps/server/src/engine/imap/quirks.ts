/**
 * What IMAP servers of known providers do that no capability tells, as data: by host, and by all hosts below. Whoever is
 * not here keeps what RFC 2177 promises. Sources: the help pages and the trackers of mail programs named beside each row.
 */
export interface ImapQuirks {
  /** An IDLE is begun anew after this; longer ones are forgotten there. */
  readonly idleMs?: number;
  /** Without IDLE: the command that shows new mail, where NOOP does not. */
  readonly pollBy?: 'STATUS' | 'SELECT';
  /** False: QRESYNC is said and not done. */
  readonly qresync?: false;
}

const MINUTE = 60_000;

const QUIRKS: readonly (ImapQuirks & { readonly hosts: readonly string[] })[] = [
  // QUIRK: IDLE longer than three minutes goes silent (EmailEngine's restart time).
  { hosts: ['imap.mail.yahoo.com', 'imap.aol.com'], idleMs: 3 * MINUTE },
  // QUIRK: VANISHED is malformed, and mail "disappears" by it (Mailspring-Sync#91, MailKit#1871).
  { hosts: ['imap.mail.me.com'], qresync: false },
  { hosts: ['imap.rambler.ru'], idleMs: 55_000 },
  // QUIRK: NOOP shows nothing new (EmailEngine).
  { hosts: ['imap.163.com', 'imap.126.com', 'imap.yeah.net'], idleMs: 55_000, pollBy: 'STATUS' },
  { hosts: ['imap.naver.com'], pollBy: 'SELECT' },
];

export function quirksOf(host: string): ImapQuirks {
  const name = host.toLowerCase().replace(/\.$/, '');
  return QUIRKS.find(({ hosts }) => hosts.some((one) => name === one || name.endsWith(`.${one}`))) ?? {};
}
