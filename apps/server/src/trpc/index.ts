/** The whole tRPC API, in the contract's names. */
import { connectionsRouter } from './routes/connections.ts';
import { draftsRouter } from './routes/drafts.ts';
import { eventsRouter } from './routes/events.ts';
import { labelsRouter } from './routes/labels.ts';
import { mailRouter } from './routes/mail.ts';
import { outboxRouter } from './routes/outbox.ts';
import { contactsRouter, identitiesRouter } from './routes/people.ts';
import { invitesRouter, securityRouter } from './routes/security.ts';
import { settingsRouter, shortcutsRouter } from './routes/settings.ts';
import { templatesRouter } from './routes/templates.ts';
import { router } from './trpc.ts';

export const appRouter = router({
  connections: connectionsRouter,
  contacts: contactsRouter,
  drafts: draftsRouter,
  events: eventsRouter,
  identities: identitiesRouter,
  invites: invitesRouter,
  labels: labelsRouter,
  mail: mailRouter,
  outbox: outboxRouter,
  security: securityRouter,
  settings: settingsRouter,
  shortcuts: shortcutsRouter,
  templates: templatesRouter,
});

export type AppRouter = typeof appRouter;
