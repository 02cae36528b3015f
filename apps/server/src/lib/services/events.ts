/**
 * What changed, from the database to whoever listens: one LISTEN connection a process, opened anew when it is lost, and
 * after that everybody is told to fetch again, because nobody knows what was missed. Subscribers get the events of their
 * own accounts alone. Also hears which account has work and whose owner is at the screen, for the workers in this process.
 */
import type { ConnectionId, UserId } from '@postroom/db';
import pg from 'pg';
import { EVENTS_CHANNEL } from '../../engine/events/publish.ts';
import { rows } from '../../engine/index/sql.ts';
import { WORK_CHANNEL } from '../../engine/operations/wake.ts';
import { PRESENCE_CHANNEL } from '../../engine/sync/presence.ts';
import { RESTART_CHANNEL, readRestart } from '../../engine/sync/restart.ts';
import { presentConnectionId } from '../driver/ids.ts';
import { eventSchema, type MailEvent } from '../driver/schemas.ts';
import type { EventService } from '../services.ts';

const RECONNECT_MS = 1_000;
/** A subscriber that does not read loses its queue and is told to fetch again. */
const MAX_QUEUED = 1_000;

export interface EventHub extends EventService {
  /** Called with each account whose settings changed, and the process that changed them. */
  onRestart(listener: (restart: ReturnType<typeof readRestart>) => void): void;
  /** Called with each account whose owner is at the screen. */
  onPresence(listener: (connectionId: ConnectionId) => void): void;
  /** Called with each account that has something to do. */
  onWork(listener: (connectionId: ConnectionId) => void): void;
  /** Called when we listen (again): what was told before was not heard. */
  onListening(listener: () => void): void;
  close(): Promise<void>;
}

interface Subscriber {
  readonly userId: UserId;
  accounts: ReadonlySet<string>;
  queue: MailEvent[];
  wake: () => void;
}

const RESYNC: MailEvent = { kind: 'resync', connectionId: '', ids: [] };

export function createEventHub(deps: {
  readonly databaseUrl: string;
  readonly pool: pg.Pool;
  readonly log: (event: string, detail: Readonly<Record<string, unknown>>) => void;
}): EventHub {
  const subscribers = new Set<Subscriber>();
  const workListeners = new Set<(connectionId: ConnectionId) => void>();
  const presenceListeners = new Set<(connectionId: ConnectionId) => void>();
  const listeningListeners = new Set<() => void>();
  const restartListeners = new Set<(restart: ReturnType<typeof readRestart>) => void>();
  let client: pg.Client | undefined;
  let closing: Promise<void> | undefined;
  let isClosed = false;

  function give(subscriber: Subscriber, event: MailEvent): void {
    if (subscriber.queue.length >= MAX_QUEUED) subscriber.queue = [RESYNC];
    else subscriber.queue.push(event);
    subscriber.wake();
  }

  /** A new account announces itself as such; whose it is, is looked up then. */
  async function deliver(event: MailEvent): Promise<void> {
    const isKnown = [...subscribers].some(({ accounts }) => accounts.has(event.connectionId));
    if (event.kind === 'connection' && !isKnown) await Promise.all([...subscribers].map(loadAccounts));
    for (const subscriber of subscribers) if (subscriber.accounts.has(event.connectionId)) give(subscriber, event);
  }

  async function loadAccounts(subscriber: Subscriber): Promise<void> {
    const own = await rows<{ id: ConnectionId }>(deps.pool, 'select id from connection where user_id = $1', [
      subscriber.userId,
    ]);
    // One that was just deleted is still told of.
    subscriber.accounts = new Set([...own.map(({ id }) => presentConnectionId(id)), ...subscriber.accounts]);
  }

  function onNotification({ channel, payload = '' }: pg.Notification): void {
    if (channel === WORK_CHANNEL) {
      for (const listener of workListeners) listener(Number(payload) as ConnectionId);
      return;
    }
    if (channel === PRESENCE_CHANNEL) {
      for (const listener of presenceListeners) listener(Number(payload) as ConnectionId);
      return;
    }
    if (channel === RESTART_CHANNEL) {
      for (const listener of restartListeners) listener(readRestart(payload));
      return;
    }
    const event = eventSchema.safeParse(JSON.parse(payload));
    if (event.success) deliver(event.data).catch((error: unknown) => deps.log('event lost', { error }));
  }

  async function listen(): Promise<void> {
    const next = new pg.Client({ connectionString: deps.databaseUrl, application_name: 'postroom-events' });
    let isLost = false;
    const lose = (error?: unknown) => {
      if (isLost) return;
      isLost = true;
      if (isClosed) return;
      deps.log('events interrupted', { error });
      client = undefined;
      void next.end().catch(() => undefined);
      setTimeout(() => void listen(), RECONNECT_MS).unref();
    };
    next.on('error', lose);
    next.on('end', lose);
    next.on('notification', onNotification);
    try {
      await next.connect();
      await next.query(`listen ${EVENTS_CHANNEL}`);
      await next.query(`listen ${WORK_CHANNEL}`);
      await next.query(`listen ${PRESENCE_CHANNEL}`);
      await next.query(`listen ${RESTART_CHANNEL}`);
      client = next;
      for (const subscriber of subscribers) give(subscriber, RESYNC);
      for (const listener of listeningListeners) listener();
    } catch (error) {
      lose(error);
    }
  }
  const begun = listen();

  async function end(): Promise<void> {
    isClosed = true;
    for (const subscriber of subscribers) subscriber.wake();
    await begun;
    await client?.end();
  }

  return {
    onPresence: (listener) => void presenceListeners.add(listener),
    onRestart: (listener) => void restartListeners.add(listener),
    onWork: (listener) => void workListeners.add(listener),
    onListening: (listener) => void listeningListeners.add(listener),
    async *subscribe(userId, { signal, isBehind }) {
      const subscriber: Subscriber = { userId, accounts: new Set(), queue: [], wake: () => {} };
      subscribers.add(subscriber);
      const end = () => subscriber.wake();
      signal.addEventListener('abort', end);
      try {
        await begun;
        await loadAccounts(subscriber);
        if (isBehind) give(subscriber, RESYNC);
        while (!signal.aborted && !isClosed) {
          const next = subscriber.queue.shift();
          if (next) {
            yield next;
            continue;
          }
          await new Promise<void>((resolve) => {
            subscriber.wake = resolve;
          });
        }
      } finally {
        signal.removeEventListener('abort', end);
        subscribers.delete(subscriber);
      }
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
}
