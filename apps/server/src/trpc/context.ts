/** What a procedure knows: who calls, from where, and the services. Made once a request by http/app.ts. */
import type { UserId } from '@postroom/db';
import type { Services } from '../lib/services.ts';

export interface Caller {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  /** Whether the session behind a long-lived subscription still stands. */
  readonly sessionId: string;
}

export interface Context {
  readonly caller: Caller | null;
  readonly clientAddress: string;
  readonly services: Services;
  readonly isSessionAlive: (sessionId: string) => Promise<boolean>;
  readonly setHeader: (name: string, value: string) => void;
}
