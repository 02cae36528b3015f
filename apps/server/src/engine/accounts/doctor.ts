/**
 * What a connected account's servers can do, what that means for its user, and what was learned: the connection is tested
 * anew, the rest is read from the index. The report is plain text to paste somewhere; it holds no secret.
 */
import type { ConnectionId, Learned, StoredAudit, StoredEndpoint, StoredError } from '@postroom/db';
import type pg from 'pg';
import { notFound } from '../../lib/driver/errors.ts';
import type { ConnectionTest, DoctorReport, Probe } from '../../lib/driver/schemas.ts';
import { row } from '../index/sql.ts';
import { type AccountAccess, type OpenAccount, proposedOf } from './access.ts';
import type { AccountAuth } from './account-auth.ts';
import type { ProposedConnection } from './connection-test.ts';
import { learnedChecks } from './doctor-learned.ts';
import { type Quirks, quirksOf } from './quirks/quirks.ts';

type Check = DoctorReport['checks'][number];

export interface DoctorDeps {
  readonly pool: pg.Pool;
  readonly access: Pick<AccountAccess, 'open'>;
  readonly testConnection: (connection: ProposedConnection) => Promise<ConnectionTest>;
  /** doctor-own-servers.ts */
  readonly checkOwnServers: (connectionId: ConnectionId) => Promise<Check[]>;
}

interface Facts {
  readonly imap: StoredEndpoint;
  readonly smtp: StoredEndpoint;
  readonly state: string;
  readonly error: StoredError | null;
  readonly learned: Learned;
  readonly capabilities: readonly string[];
  readonly keywords: boolean | null;
  readonly mailboxes: number;
  /** Mailboxes are read as labels. */
  readonly labels: boolean;
  readonly open_operations: number;
  readonly audit: StoredAudit | null;
}

/** What lacks, and what then happens instead. */
const ABILITIES: readonly { id: string; needs: string; title: string; without: string }[] = [
  {
    id: 'idle',
    needs: 'IDLE',
    title: 'New mail is pushed',
    without: 'The server tells nothing by itself: the inbox is looked at every 15 seconds.',
  },
  {
    id: 'condstore',
    needs: 'CONDSTORE',
    title: 'Changes are told by number',
    without: 'What other programs change is found by comparing, which takes longer in large folders.',
  },
  {
    id: 'move',
    needs: 'MOVE',
    title: 'Messages are moved in one step',
    without: 'Messages are copied, checked and then removed.',
  },
  {
    id: 'uidplus',
    needs: 'UIDPLUS',
    title: 'Single messages can be removed',
    without: 'Deleted messages may stay on the server, marked, while another program has marked others.',
  },
  {
    id: 'special-use',
    needs: 'SPECIAL-USE',
    title: 'The server names its special folders',
    without: 'Sent, Drafts, Spam and Bin are found by their names.',
  },
];

/** Tests and explains the account. */
export function createDoctor({ pool, access, testConnection, checkOwnServers }: DoctorDeps) {
  return async (connectionId: ConnectionId): Promise<DoctorReport> => {
    const account = await access.open(connectionId);
    const [facts, test, ownServers] = await Promise.all([
      loadFacts(pool, connectionId),
      testConnection(proposedOf(account)),
      checkOwnServers(connectionId),
    ]);
    if (!facts) throw notFound('account');
    const capabilities = test.imap.capabilities ?? facts.capabilities;
    const quirks = quirksOf({
      host: facts.imap.host,
      greeting: '',
      capabilities: new Set(capabilities.map((name) => name.toUpperCase())),
      id: '',
    });
    const checks = [
      serverCheck(['imap', 'Incoming mail (IMAP)'], facts.imap, test.imap, account.auth),
      serverCheck(['smtp', 'Outgoing mail (SMTP)'], facts.smtp, test.smtp, account.smtpAuth),
      ...ownServers,
      ...pinChecks(account),
      ...ABILITIES.map((ability) => abilityCheck(ability, capabilities)),
      keywordsCheck(facts),
      ...labelsCheck(facts, quirks),
      ...learnedChecks(facts.learned),
      stateCheck(facts),
      auditCheck(facts),
    ];
    return { checks, report: reportOf(checks, facts, { capabilities, quirks }) };
  };
}

function loadFacts(pool: pg.Pool, connectionId: ConnectionId): Promise<Facts | undefined> {
  return row<Facts & pg.QueryResultRow>(
    pool,
    `select c.imap, c.smtp, c.state, c.error, c.learned, c.capabilities, c.audit,
       (select bool_or(keywords_allowed) from mailbox where connection_id = c.id) as keywords,
       (select count(*)::int from mailbox where connection_id = c.id and synced) as mailboxes,
       exists (select 1 from mailbox where connection_id = c.id and label is not null) as labels,
       (select count(*)::int from operation where connection_id = c.id and state in ('pending', 'running')) as open_operations
     from connection c where c.id = $1`,
    [connectionId],
  );
}

function serverCheck(
  [id, title]: readonly [id: string, title: string],
  { host, port }: StoredEndpoint,
  probe: Probe,
  auth: AccountAuth,
): Check {
  const accepted = auth.type === 'password' ? 'the password' : 'the sign-in of your provider';
  if (probe.ok) return { id, ok: true, title, detail: `${host}:${port} answers and accepts ${accepted}.` };
  return {
    id,
    ok: false,
    title,
    detail: probe.message ?? `${host}:${port} cannot be used.`,
    consequence: id === 'imap' ? 'No new mail is seen until this works.' : 'What you send waits until this works.',
    ...(probe.fix === undefined ? {} : { fix: probe.fix }),
    ...(probe.code === undefined ? {} : { code: probe.code }),
    ...(probe.certificate === undefined ? {} : { certificate: probe.certificate }),
  };
}

/** Certificates that the user has compared and trusted. */
function pinChecks({ pins, imap, smtp }: Pick<OpenAccount, 'pins' | 'imap' | 'smtp'>): Check[] {
  const hosts = [pins.imap && imap.host, pins.smtp && smtp.host].filter((host) => host !== undefined && host !== '');
  if (hosts.length === 0) return [];
  return [
    {
      id: 'pins',
      ok: true,
      title: 'Trusted certificates',
      detail: `You have trusted the certificate of ${[...new Set(hosts)].join(' and ')} yourself.`,
      consequence: 'Should the server show another one, the account stops and asks.',
    },
  ];
}

const STATES: Readonly<Record<string, string>> = {
  live: 'All mail is here, and what changes is seen.',
  syncing: 'Mail is being read.',
  degraded: 'It works, with limits.',
  paused: 'The account is paused.',
};

function abilityCheck({ id, needs, title, without }: (typeof ABILITIES)[number], has: readonly string[]): Check {
  const ok = has.some((one) => one.toUpperCase() === needs);
  return ok
    ? { id, ok, title, detail: `The server offers ${needs}.` }
    : { id, ok, title, detail: `The server does not offer ${needs}.`, consequence: without };
}

function keywordsCheck({ keywords }: Facts): Check {
  const title = 'Labels are kept on the server';
  if (keywords === false) {
    return {
      id: 'keywords',
      ok: false,
      title,
      detail: 'The server keeps no keywords.',
      consequence: 'Labels are kept here alone; other mail programs do not see them.',
    };
  }
  return {
    id: 'keywords',
    ok: true,
    title,
    detail: keywords ? 'The server keeps keywords.' : 'Not known before the first label is set.',
  };
}

function stateCheck({ state, error, open_operations }: Facts): Check {
  const waiting = open_operations === 0 ? '' : ` ${open_operations} changes wait to reach the server.`;
  if (error === null)
    return { id: 'sync', ok: true, title: 'Synchronisation', detail: `${STATES[state] ?? state}${waiting}` };
  return {
    id: 'sync',
    ok: false,
    title: 'Synchronisation',
    detail: `${error.message}${waiting}`,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
  };
}

/** Every night the whole account is compared with its server. */
function auditCheck({ audit }: Facts): Check {
  const title = 'What is shown is what the server has';
  if (!audit) return { id: 'audit', ok: true, title, detail: 'It is compared every night; not yet for this account.' };
  const differences = audit.missing + audit.superfluous + audit.flags + audit.lists;
  const compared = `${audit.messages} messages in ${audit.mailboxes} folders were compared on ${audit.at}`;
  if (differences === 0) return { id: 'audit', ok: true, title, detail: `${compared}: all are equal.` };
  return {
    id: 'audit',
    ok: false,
    title,
    detail: `${compared}: ${differences} differed and were mended.`,
    consequence: 'Something was shown for a while that was not so.',
    fix: 'Have the account read anew. If it comes back, send this report to whoever runs Postroom.',
  };
}

/** Gmail lets its user take All Mail out of IMAP. */
function labelsCheck({ labels }: Facts, quirks: Quirks): Check[] {
  if (quirks.labels === null) return [];
  const about = { id: 'labels', title: 'Labels are read as labels' };
  if (labels) return [{ ...about, ok: true, detail: 'All Mail is shown in IMAP: every message is read once.' }];
  return [
    {
      ...about,
      ok: false,
      detail: 'All Mail is not shown in IMAP.',
      consequence:
        'Labels are shown as folders, a message with several is read once for each, and what is archived is not seen.',
      fix: 'In Gmail’s settings, under Labels, turn “Show in IMAP” on for All Mail.',
    },
  ];
}

function reportOf(
  checks: readonly Check[],
  facts: Facts,
  { capabilities, quirks }: { capabilities: readonly string[]; quirks: Quirks },
): string {
  const lines = checks.map(({ id, ok, detail }) => `${ok ? 'ok  ' : 'FAIL'} ${id}: ${detail}`);
  return [
    `imap ${facts.imap.host}:${facts.imap.port} ${facts.imap.security}`,
    `smtp ${facts.smtp.host}:${facts.smtp.port} ${facts.smtp.security}`,
    ...lines,
    `mailboxes: ${facts.mailboxes}`,
    `learned: ${JSON.stringify(facts.learned)}`,
    `known for: ${quirks.names.join(', ') || 'nothing'}`,
    `capabilities: ${[...capabilities].sort().join(' ')}`,
  ].join('\n');
}
