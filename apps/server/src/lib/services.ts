/**
 * What the routes are given, as interfaces: the composition root (main.ts) makes the real ones, tests may make others.
 * Every method takes the caller's user id; what is not the caller's is MESSAGE_NOT_FOUND.
 */
import type { ConnectionId, UserId } from '@postroom/db';
import type {
  Activity,
  Address,
  Canceled,
  Candidate,
  Connection,
  ConnectionTest,
  ConnectionUpdate,
  DoctorReport,
  Identity,
  IdentityChange,
  IdentityServerTest,
  Invite,
  MailEvent,
  NewConnection,
  NewIdentity,
  NewTemplate,
  Outgoing,
  OutgoingDetail,
  Probe,
  Settings,
  Shortcuts,
  Template,
  TemplateUpdate,
} from './driver/schemas.ts';
import type { MailManager } from './driver/types.ts';

export interface DriverSource {
  /** The driver of one of the user's accounts; without an id, of the default one. */
  getActiveDriver(userId: UserId, connectionId?: string): Promise<MailManager>;
  /** The user's accounts, default first. */
  connectionIds(userId: UserId): Promise<ConnectionId[]>;
}

export interface ConnectionService {
  discover(userId: UserId, email: string): Promise<{ candidates: Candidate[] }>;
  /** Never throws for what a server or network does. */
  test(userId: UserId, connection: NewConnection): Promise<ConnectionTest>;
  create(userId: UserId, connection: NewConnection): Promise<{ id: string }>;
  list(userId: UserId): Promise<Connection[]>;
  update(userId: UserId, change: ConnectionUpdate): Promise<void>;
  setDefault(userId: UserId, connectionId: string): Promise<void>;
  delete(userId: UserId, connectionId: string): Promise<void>;
  resync(userId: UserId, connectionId: string): Promise<void>;
  doctor(userId: UserId, connectionId: string): Promise<DoctorReport>;
}

export interface OutboxService {
  list(userId: UserId, connectionId?: string): Promise<Outgoing[]>;
  get(userId: UserId, id: string): Promise<OutgoingDetail>;
  /** Undo send, or unschedule: the composer's content as a draft again. CONFLICT once it is on its way. */
  cancel(userId: UserId, id: string): Promise<Canceled>;
  /** Now, whether it waits for its time, for its next attempt, or for somebody to try again. */
  retry(userId: UserId, id: string): Promise<void>;
  /** At another time; CONFLICT for what does not wait for one any more. */
  reschedule(userId: UserId, id: string, sendAt: Date): Promise<void>;
  /** What failed, went to some only or is uncertain is not shown any more; CONFLICT for all else. */
  dismiss(userId: UserId, id: string): Promise<void>;
  restore(userId: UserId, id: string): Promise<void>;
  /** An uncertain one has arrived, says the person. */
  confirm(userId: UserId, id: string): Promise<void>;
  /** A draft of it for those that do not have it; the message itself is dismissed. */
  edit(userId: UserId, id: string): Promise<{ draftId: string }>;
}

export interface IdentityService {
  list(userId: UserId, connectionId?: string): Promise<Identity[]>;
  /** A server of its own is tested first; when the test fails: its error, and nothing is stored. */
  create(userId: UserId, identity: NewIdentity): Promise<{ id: string }>;
  update(userId: UserId, change: IdentityChange): Promise<void>;
  /** Never throws for what a server or network does. */
  test(userId: UserId, proposed: IdentityServerTest): Promise<Probe>;
  delete(userId: UserId, id: string): Promise<void>;
}

export interface ContactService {
  search(userId: UserId, query: string, connectionId?: string): Promise<Address[]>;
  /** Suggests the address no more. */
  hide(userId: UserId, email: string): Promise<void>;
  unhide(userId: UserId, email: string): Promise<void>;
  /** Those that are suggested no more. */
  hidden(userId: UserId): Promise<Address[]>;
}

export interface TemplateService {
  list(userId: UserId): Promise<Template[]>;
  /** CONFLICT when there are too many. */
  create(userId: UserId, template: NewTemplate): Promise<{ id: string }>;
  update(userId: UserId, change: TemplateUpdate): Promise<void>;
  delete(userId: UserId, id: string): Promise<void>;
}

export interface SettingsService {
  get(userId: UserId): Promise<Settings>;
  save(userId: UserId, change: Partial<Settings>): Promise<Settings>;
  getShortcuts(userId: UserId): Promise<Shortcuts>;
  saveShortcuts(userId: UserId, shortcuts: Shortcuts): Promise<void>;
}

export interface AccountSecurityService {
  /** The user's part of the audit log, newest first. */
  activity(userId: UserId): Promise<Activity[]>;
  /** Whom the user invited and may still come, or has. */
  invites(userId: UserId): Promise<Invite[]>;
  /** NOT_SUPPORTED unless SIGN_UP=invite; CONFLICT when too many are open. */
  invite(userId: UserId, email: string | undefined): Promise<Invite>;
  withdrawInvite(userId: UserId, token: string): Promise<void>;
}

export interface EventService {
  /**
   * What changed in any of the user's accounts from now on, until the signal aborts. Ids and kinds, never content. Who
   * `isBehind` is told first to fetch again, at a time from which on nothing is missed.
   */
  subscribe(userId: UserId, options: { signal: AbortSignal; isBehind: boolean }): AsyncIterable<MailEvent>;
}

export interface PresenceService {
  /** The user asked for something, or has a screen open: the accounts are looked at more often. */
  seen(userId: UserId): void;
}

export interface RateLimitService {
  /** Counts one hit; throws THROTTLED with the seconds to wait when over the limit. Holds over all processes. */
  hit(limit: 'sign-in' | 'sign-up' | 'discovery' | 'connection-test', key: string): Promise<void>;
}

export interface Services {
  readonly drivers: DriverSource;
  readonly connections: ConnectionService;
  readonly outbox: OutboxService;
  readonly identities: IdentityService;
  readonly contacts: ContactService;
  readonly settings: SettingsService;
  readonly templates: TemplateService;
  readonly events: EventService;
  readonly limits: RateLimitService;
  readonly presence: PresenceService;
  readonly security: AccountSecurityService;
}
