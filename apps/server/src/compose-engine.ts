/** The mail engine of this process: the way out to mail servers, sessions, submission, and the workers of its accounts. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConnectionId } from '@postroom/db';
import type pg from 'pg';
import { createOAuthEngine, type OAuthEngine, type ReviseProvider } from './compose-oauth.ts';
import { type AccountAccess, createAccountAccess } from './engine/accounts/access.ts';
import {
  createConnectionTest,
  createSubmissionTest,
  type ProposedConnection,
} from './engine/accounts/connection-test.ts';
import { createDialler } from './engine/accounts/dialler.ts';
import { createDiscovery } from './engine/accounts/discovery/discovery.ts';
import { createDiscoveryNetwork } from './engine/accounts/discovery/network.ts';
import { createDoctor } from './engine/accounts/doctor.ts';
import { createOwnServerChecks } from './engine/accounts/doctor-own-servers.ts';
import { serverQueuedFor } from './engine/accounts/own-server.ts';
import { createImapPool } from './engine/imap/pool.ts';
import { createOutboxDispatcher } from './engine/outbox/index.ts';
import type { SubmissionOutcome, SubmissionRequest, Submit } from './engine/outbox/submission.ts';
import { createTextWork, type TextWork } from './engine/reading/text-work.ts';
import { createAccountWork } from './engine/schedule/account-work.ts';
import type { SmtpAccount } from './engine/smtp/submit.ts';
import { startAccountWorker } from './engine/sync/account-worker.ts';
import { createAudit } from './engine/sync/audit.ts';
import { saveLearned } from './engine/sync/connection-state.ts';
import { announceRestart } from './engine/sync/restart.ts';
import { type Supervisor, startSupervisor } from './engine/sync/supervisor.ts';
import type { Env } from './env.ts';
import type { Candidate, ConnectionTest, DoctorReport, Endpoint, Probe } from './lib/driver/schemas.ts';
import type { Log } from './lib/log.ts';
import type { EventHub } from './lib/services/events.ts';
import { createEgress } from './security/egress.ts';
import { createHttpsClient, type HttpsClient } from './security/https-client.ts';
import { createKeyWrapper } from './security/key-wrapper.ts';
import { createTlsPolicy } from './security/tls.ts';
import { createVault, type Vault } from './security/vault.ts';

export interface MailEngine {
  readonly vault: Vault;
  readonly access: AccountAccess;
  readonly https: HttpsClient;
  readonly oauth: OAuthEngine;
  readonly textWork: TextWork;
  /** The instance's own mail server, to fill the connect form with. */
  readonly ownServer: { readonly imap: Endpoint; readonly smtp: Endpoint } | null;
  readonly discover: (email: string) => Promise<Candidate[]>;
  readonly testConnection: (connection: ProposedConnection) => Promise<ConnectionTest>;
  readonly testSubmission: (account: SmtpAccount) => Promise<Probe>;
  readonly examine: (connectionId: ConnectionId) => Promise<DoctorReport>;
  /** The account's settings changed: its sessions end and its worker, wherever it runs, begins anew. */
  readonly restartAccount: (connectionId: ConnectionId) => Promise<void>;
  /** Submits for the server itself. */
  submitAs(account: SmtpAccount, request: SubmissionRequest): Promise<SubmissionOutcome>;
  startWorkers(events: Pick<EventHub, 'onWork' | 'onListening' | 'onPresence' | 'onRestart'>): void;
  stopWorkers(): Promise<void>;
  close(): Promise<void>;
}

export interface MailEngineDeps {
  readonly env: Env;
  readonly log: Log;
  readonly pool: pg.Pool;
  readonly reviseProvider: ReviseProvider;
}

export function createMailEngine({ env, log, pool, reviseProvider }: MailEngineDeps): MailEngine {
  const owner = randomUUID();
  const now = () => new Date();
  const write = (event: string, detail: Readonly<Record<string, unknown>>) => log.warn(detail, event);
  const egress = createEgress({ mode: env.MAIL_EGRESS, allow: env.MAIL_EGRESS_ALLOW });
  const extraCa = env.MAIL_TLS_CA_FILE === undefined ? null : readFileSync(env.MAIL_TLS_CA_FILE, 'utf8');
  const tls = createTlsPolicy({ extraCa, insecureHosts: env.MAIL_TLS_INSECURE_HOSTS });
  const dialler = createDialler({ egress, tls });
  const https = createHttpsClient({ egress });
  const vault = createVault(createKeyWrapper(env));
  const ownServer = ownServerOf(env);
  const oauth = createOAuthEngine({ env, pool, vault, egress, extraCa, ownServer, reviseProvider });
  const sessions = createImapPool({
    dial: (account) => dialler.dialImap(account),
    now: Date.now,
    onLimit: (connectionId, maxConnections) => {
      saveLearned(pool, connectionId, { maxConnections }).catch((error: unknown) => write('not learned', { error }));
    },
  });
  const access = createAccountAccess({ pool, vault, tokens: oauth.tokens, withSession: sessions.withSession });
  const submit: Submit = async (connectionId, request) => {
    const { via } = request;
    if (via !== null) return dialler.dialSubmission(await serverQueuedFor({ pool, vault }, connectionId, via), request);
    const { smtp, smtpAuth, pins } = await access.open(connectionId);
    return dialler.dialSubmission({ endpoint: smtp, auth: smtpAuth, pin: pins.smtp }, request);
  };
  const work = createAccountWork({
    pool,
    withImap: access.withImap,
    outbox: createOutboxDispatcher({ pool, submit, withImap: access.withImap, now }),
    now,
  });
  const audit = createAudit({ pool, now, log: write });
  const textWork = createTextWork();
  const testConnection = createConnectionTest({ dialler });
  const testSubmission = createSubmissionTest({ dialler });
  let supervisor: Supervisor | undefined;

  return {
    vault,
    access,
    https,
    oauth,
    textWork,
    ownServer,
    discover: createDiscovery({
      ...createDiscoveryNetwork({ egress, https }),
      ownServer: ownServer && { ...ownServer, domains: env.MAIL_LOGIN_DOMAINS },
      signIns: oauth.providers,
    }),
    testConnection,
    testSubmission,
    examine: createDoctor({
      pool,
      access,
      testConnection,
      checkOwnServers: createOwnServerChecks({ pool, vault, testSubmission }),
    }),
    submitAs: dialler.dialSubmission,
    async restartAccount(connectionId) {
      sessions.forget(connectionId);
      await supervisor?.restart(connectionId);
      await announceRestart(pool, connectionId, owner);
    },
    startWorkers(events) {
      const started = startSupervisor({
        pool,
        owner,
        startWorker: (connectionId) =>
          startAccountWorker(connectionId, {
            pool,
            access,
            work,
            audit,
            now,
            random: Math.random,
            log: write,
            sessionsAllowed: sessions.budget,
            isWanted: sessions.isWanted,
          }),
        closeSessions: sessions.forget,
        log: write,
      });
      supervisor = started;
      events.onWork((connectionId) => started.wake(connectionId));
      events.onListening(() => started.wakeAll());
      events.onPresence((connectionId) => started.attend(connectionId));
      events.onRestart(({ connectionId, by }) => {
        if (by !== owner) started.restart(connectionId).catch((error: unknown) => write('not restarted', { error }));
      });
    },
    async stopWorkers() {
      await supervisor?.stop();
    },
    async close() {
      await sessions.close();
      await https.close();
      await oauth.close();
      await textWork.close();
    },
  };
}

/** IMAP_HOST and its kind; the SMTP server is the same host where none is named. */
function ownServerOf(env: Env): MailEngine['ownServer'] {
  if (env.IMAP_HOST === undefined) return null;
  const smtpSecurity = env.SMTP_SECURITY ?? 'tls';
  const imapSecurity = env.IMAP_SECURITY ?? 'tls';
  return {
    imap: { host: env.IMAP_HOST, port: env.IMAP_PORT ?? (imapSecurity === 'tls' ? 993 : 143), security: imapSecurity },
    smtp: {
      host: env.SMTP_HOST ?? env.IMAP_HOST,
      port: env.SMTP_PORT ?? (smtpSecurity === 'tls' ? 465 : 587),
      security: smtpSecurity,
    },
  };
}
