/**
 * For every procedure and every route, how it is asked for somebody's things. The tests in tenancy.integration.test.ts
 * compare this with the router and the app, and fail by name on what is not here. Test code only.
 */
import type { Ids } from './tenancy.fixture.ts';

/** Inputs that are valid for the owner of the ids; each names one of somebody's ids, and is otherwise the caller's own. */
type Inputs = readonly ((theirs: Ids, own: Ids) => unknown)[];

const targets: Inputs = [({ thread }) => ({ ids: [thread] }), ({ thread }, own) => ({ ids: [own.thread, thread] })];
const inFolder: Inputs = [
  ...targets,
  ({ mailbox }, own) => ({ ids: [own.thread], folder: mailbox }),
  ({ label }, own) => ({ ids: [own.thread], folder: label }),
];
const ofAccount: Inputs = [({ connection }) => ({ connectionId: connection })];
const outgoing = { to: [{ email: 'to@lab.test' }], subject: 'Hello', message: '<p>Hello</p>' };
/** Where nothing listens. */
const nowhere = { host: '127.0.0.1', port: 9, security: 'none', username: 'mallory', password: 'fake-password' };
const soon = () => new Date(Date.now() + 3_600_000).toISOString();

/** Procedures that take an id. What ends something comes last, the account itself very last. */
export const PROCEDURES: Readonly<Record<string, Inputs>> = {
  'connections.update': [({ connection }) => ({ connectionId: connection, name: 'Mallory' })],
  'connections.setDefault': ofAccount,
  'connections.doctor': ofAccount,
  'connections.resync': ofAccount,
  'contacts.search': [({ connection }) => ({ q: '', connectionId: connection })],
  'drafts.get': [({ draft }) => ({ id: draft })],
  'drafts.list': ofAccount,
  'drafts.create': [
    ({ draft }) => ({ ...outgoing, id: draft }),
    ({ connection }) => ({ ...outgoing, connectionId: connection }),
    ({ thread }) => ({ ...outgoing, threadId: thread }),
    ({ message }) => ({ ...outgoing, inReplyTo: message }),
    ({ upload }) => ({ ...outgoing, attachments: [{ uploadId: upload }] }),
  ],
  'identities.list': ofAccount,
  'identities.create': [({ connection }) => ({ connectionId: connection, name: 'M', email: 'mallory@lab.test' })],
  'identities.test': [({ identity }) => ({ id: identity, smtp: nowhere })],
  'identities.update': [
    ({ identity }) => ({ id: identity, name: 'Mallory' }),
    ({ identity }) => ({ id: identity, smtp: null }),
  ],
  'labels.list': ofAccount,
  'labels.create': [({ connection }) => ({ name: 'Mallory', connectionId: connection })],
  'labels.update': [({ label }) => ({ id: label, name: 'Mallory too' })],
  'mail.listThreads': [
    ...ofAccount,
    ({ mailbox }) => ({ folder: mailbox }),
    ({ label }) => ({ folder: label }),
    ({ label }) => ({ folder: label, q: 'word' }),
  ],
  'mail.get': [({ thread }) => ({ id: thread }), ({ mailbox }, own) => ({ id: own.thread, folder: mailbox })],
  'mail.count': ofAccount,
  'mail.getEmailAliases': ofAccount,
  'mail.undo': [({ undo }) => ({ token: undo }), ({ undo }, own) => ({ token: `${own.undo}~${undo}` })],
  'mail.markAsRead': targets,
  'mail.markAsUnread': targets,
  'mail.toggleStar': targets,
  'mail.bulkStar': targets,
  'mail.bulkUnstar': targets,
  'mail.markAsImportant': targets,
  'mail.bulkMute': targets,
  'mail.snooze': targets.map((input) => (theirs, own) => ({ ...Object(input(theirs, own)), until: soon() })),
  'mail.unsnooze': targets,
  'mail.remind': targets.map((input) => (theirs, own) => ({ ...Object(input(theirs, own)), at: soon() })),
  'mail.cancelReminder': targets,
  'mail.modifyLabels': [
    ({ thread }) => ({ threadId: [thread] }),
    ({ label }, own) => ({ threadId: [own.thread], addLabels: [label] }),
    ({ label }, own) => ({ threadId: [own.thread], removeLabels: [label] }),
  ],
  'mail.send': [
    ({ connection }) => ({ ...outgoing, connectionId: connection, sendAt: soon() }),
    ({ thread }) => ({ ...outgoing, threadId: thread, sendAt: soon() }),
    ({ message }) => ({ ...outgoing, inReplyTo: message, sendAt: soon() }),
    ({ upload }) => ({ ...outgoing, attachments: [{ uploadId: upload }], sendAt: soon() }),
  ],
  'mail.redirect': [({ message }) => ({ id: message, to: outgoing.to })],
  'outbox.list': ofAccount,
  'outbox.get': [({ outbox }) => ({ id: outbox })],
  'outbox.reschedule': [({ outbox }) => ({ id: outbox, sendAt: soon() })],
  'outbox.retry': [({ outbox }) => ({ id: outbox })],
  'outbox.dismiss': [({ outbox }) => ({ id: outbox })],
  'outbox.restore': [({ outbox }) => ({ id: outbox })],
  'outbox.confirm': [({ outbox }) => ({ id: outbox })],
  'outbox.edit': [({ outbox }) => ({ id: outbox })],
  'mail.bulkArchive': targets,
  'mail.bulkSpam': inFolder,
  'mail.bulkNotSpam': targets,
  'mail.bulkMove': [...targets.map(withTarget), ({ mailbox }, own) => ({ ids: [own.thread], to: mailbox })],
  'mail.bulkDelete': inFolder,
  'mail.delete': [({ thread }) => ({ id: thread }), ({ mailbox }, own) => ({ id: own.thread, folder: mailbox })],
  'labels.delete': [({ label }) => ({ id: label })],
  'templates.update': [({ template }) => ({ id: template, name: 'Mallory' })],
  'templates.delete': [({ template }) => ({ id: template })],
  'invites.delete': [({ invite }) => ({ token: invite })],
  'identities.delete': [({ identity }) => ({ id: identity })],
  'outbox.cancel': [({ outbox }) => ({ id: outbox })],
  'drafts.delete': [({ draft }) => ({ id: draft })],
  'connections.delete': ofAccount,
};

function withTarget(input: Inputs[number]): Inputs[number] {
  return (theirs, own) => ({ ...Object(input(theirs, own)), to: 'inbox' });
}

/** Procedures that take no id, or can do without: asked so they show what is the caller's, and nobody else's. */
export const WITHOUT_ID: Readonly<Record<string, unknown>> = {
  'connections.discover': { email: 'somebody@lab.invalid' },
  'connections.test': undefined,
  'connections.create': undefined,
  'connections.list': undefined,
  'contacts.search': { q: '' },
  'contacts.hidden': undefined,
  'contacts.hide': { email: 'nobody@lab.invalid' },
  'contacts.unhide': { email: 'nobody@lab.invalid' },
  'drafts.list': {},
  'drafts.create': outgoing,
  'events.subscribe': {},
  'identities.list': {},
  'identities.test': { email: 'eve@lab.test', smtp: nowhere },
  'labels.list': {},
  'labels.create': { name: 'Mine' },
  'mail.listThreads': { folder: 'all', connectionId: 'all' },
  'mail.count': {},
  'mail.getEmailAliases': {},
  'outbox.list': {},
  'invites.list': undefined,
  'invites.create': undefined,
  'security.activity': undefined,
  'settings.get': undefined,
  'settings.save': { theme: 'dark' },
  'shortcuts.get': undefined,
  'shortcuts.save': {},
  'templates.list': undefined,
  'templates.create': { name: 'Mine', html: '<p>Mine</p>' },
};

/** How a route is asked for somebody's things, and what anybody else is answered. */
export interface RouteCase {
  /** Several where a route takes several ids. */
  readonly paths: (theirs: Ids, own: Ids) => readonly string[];
  readonly stranger: 404 | 403 | 'own' | 'public';
}

/** By method and pattern, as Hono has them. `own`: shows the caller's alone. `public`: the same for everybody. */
export const ROUTES: Readonly<Record<string, RouteCase>> = {
  'GET /api/messages/:id/raw': { paths: ({ message }) => [`/api/messages/${message}/raw`], stranger: 404 },
  'GET /api/messages/:id/attachments.zip': {
    paths: ({ message }) => [`/api/messages/${message}/attachments.zip`],
    stranger: 404,
  },
  'GET /api/messages/:id/attachments/:attachmentId': {
    paths: ({ message, attachment, draft, upload }, own) => [
      `/api/messages/${message}/attachments/${attachment}`,
      `/api/messages/${draft}/attachments/${upload}`,
      `/api/messages/${own.draft}/attachments/${upload}`,
    ],
    stranger: 404,
  },
  'GET /api/image': { paths: ({ image }) => [image], stranger: 403 },
  'POST /api/uploads': { paths: () => ['/api/uploads'], stranger: 'own' },
  'POST /api/auth/connect/:provider': { paths: () => ['/api/auth/connect/mail'], stranger: 'own' },
  'POST /api/auth/connect/:provider/finish': { paths: () => ['/api/auth/connect/mail/finish'], stranger: 'own' },
  'ALL /api/auth/*': { paths: () => ['/api/auth/list-sessions', '/api/auth/list-accounts'], stranger: 'own' },
  'ALL /api/trpc/*': { paths: () => ['/api/trpc/settings.get'], stranger: 'own' },
  'ALL /api/*': { paths: () => ['/api/nothing-of-the-kind'], stranger: 'public' },
  'GET /api/config': { paths: () => ['/api/config'], stranger: 'public' },
  'GET /health': { paths: () => ['/health'], stranger: 'public' },
  'GET /health/ready': { paths: () => ['/health/ready'], stranger: 'public' },
  'GET /metrics': { paths: () => ['/metrics'], stranger: 'public' },
  'GET /*': { paths: () => ['/', '/mail/inbox'], stranger: 'public' },
};
