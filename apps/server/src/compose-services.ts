/** What the routes are given, made real. */
import type { UserId } from '@postroom/db';
import type pg from 'pg';
import type { MailEngine } from './compose-engine.ts';
import { openOwnServer } from './engine/accounts/own-server.ts';
import { createDriverSource } from './lib/server-utils.ts';
import { createAccountSecurity } from './lib/services/account-security.ts';
import { createConnectionService } from './lib/services/connections.ts';
import { createContactService } from './lib/services/contacts.ts';
import { createIdentityService } from './lib/services/identities.ts';
import { createIdentityServers } from './lib/services/identity-server.ts';
import { createOAuthConnect, type OAuthConnectService } from './lib/services/oauth-connect.ts';
import { createOutboxService } from './lib/services/outbox.ts';
import { createSettingsService } from './lib/services/settings.ts';
import { createTemplateService } from './lib/services/templates.ts';
import type { EventService, PresenceService, RateLimitService, Services } from './lib/services.ts';
import type { SignUpMode } from './lib/sign-up.ts';
import type { Audit } from './security/audit-log.ts';

export interface ServiceDeps {
  readonly appUrl: string;
  readonly signUp: SignUpMode;
  readonly pool: pg.Pool;
  readonly engine: MailEngine;
  readonly events: EventService;
  readonly limits: RateLimitService;
  readonly presence: PresenceService;
  readonly audit: Audit;
  readonly signImage: (image: { userId: UserId; messageId: string; url: string }) => string;
}

export function createServices(deps: ServiceDeps): {
  services: Services;
  oauthConnect: OAuthConnectService;
} {
  const { pool, engine, audit, signImage } = deps;
  const connections = createConnectionService({
    pool,
    vault: engine.vault,
    access: engine.access,
    discover: engine.discover,
    testConnection: engine.testConnection,
    examine: engine.examine,
    restartAccount: engine.restartAccount,
    audit: (event, userId, connectionId, detail = {}) => audit({ event, userId, connectionId, detail }),
  });
  const oauthConnect = createOAuthConnect({
    pool,
    providers: engine.oauth.providers,
    client: engine.oauth.client,
    redirectUri: (providerId) => `${deps.appUrl}/connect/${providerId}`,
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
    identities: createIdentityService({
      pool,
      servers: createIdentityServers({
        vault: engine.vault,
        testSubmission: engine.testSubmission,
        open: (connectionId, identityId) => openOwnServer({ pool, vault: engine.vault }, connectionId, identityId),
      }),
      audit: (event, userId, connectionId, detail) =>
        audit({ event, userId, connectionId, ...(detail ? { detail } : {}) }),
    }),
    contacts: createContactService({ pool }),
    settings: createSettingsService({ pool }),
    templates: createTemplateService({ pool }),
    events: deps.events,
    limits: deps.limits,
    presence: deps.presence,
    security: createAccountSecurity({ pool, signUp: deps.signUp, audit }),
  };
  return { services, oauthConnect };
}
