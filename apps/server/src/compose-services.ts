/** What the routes are given, made real. */
import type { UserId } from '@postroom/db';
import type pg from 'pg';
import type { MailEngine } from './compose-engine.ts';
import type { OwnMailbox } from './lib/auth/mail-sign-in.ts';
import { createDriverSource } from './lib/server-utils.ts';
import { createConnectionService } from './lib/services/connections.ts';
import { createContactService } from './lib/services/contacts.ts';
import { createIdentityService } from './lib/services/identities.ts';
import { createOAuthConnect, type OAuthConnectService } from './lib/services/oauth-connect.ts';
import { createOutboxService } from './lib/services/outbox.ts';
import { createOwnMailbox } from './lib/services/own-mailbox.ts';
import { createSettingsService } from './lib/services/settings.ts';
import type { ConnectionService, EventService, PresenceService, RateLimitService, Services } from './lib/services.ts';
import type { Audit } from './security/audit-log.ts';

export interface ServiceDeps {
  readonly appUrl: string;
  readonly pool: pg.Pool;
  readonly engine: MailEngine;
  readonly events: EventService;
  readonly limits: RateLimitService;
  readonly presence: PresenceService;
  readonly audit: Audit;
  readonly signImage: (image: { userId: UserId; messageId: string; url: string }) => string;
}

export function createServices({ appUrl, pool, engine, events, limits, presence, audit, signImage }: ServiceDeps): {
  services: Services;
  oauthConnect: OAuthConnectService;
} {
  const connections = createConnectionService({
    pool,
    vault: engine.vault,
    access: engine.access,
    discover: engine.discover,
    testConnection: engine.testConnection,
    examine: engine.examine,
    restartAccount: engine.restartAccount,
    audit: (event, userId, connectionId) => audit({ event, userId, connectionId }),
  });
  const oauthConnect = createOAuthConnect({
    pool,
    providers: engine.oauth.providers,
    client: engine.oauth.client,
    redirectUri: (providerId) => `${appUrl}/connect/${providerId}`,
    store: connections.connectWithTokens,
  });
  const services: Services = {
    drivers: createDriverSource({
      pool,
      withImap: engine.access.withImap,
      textWork: engine.textWork,
      signImage: (userId, messageId, url) => signImage({ userId, messageId, url }),
      now: () => new Date(),
    }),
    connections,
    outbox: createOutboxService({ pool }),
    identities: createIdentityService({ pool }),
    contacts: createContactService({ pool }),
    settings: createSettingsService({ pool }),
    events,
    limits,
    presence,
  };
  return { services, oauthConnect };
}

/** The instance's own mail server as one signs in with it; null where there is none. */
export function ownMailboxOf(deps: {
  readonly pool: pg.Pool;
  readonly engine: MailEngine;
  readonly connections: Pick<ConnectionService, 'create' | 'update'>;
  readonly log: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}): OwnMailbox | null {
  const { engine, ...others } = deps;
  if (engine.ownServer === null) return null;
  return createOwnMailbox({
    ...others,
    server: engine.ownServer,
    testConnection: engine.testConnection,
    passwordOf: async (connectionId) => {
      const { auth } = await engine.access.open(connectionId);
      return auth.type === 'password' ? auth.password : null;
    },
  });
}
