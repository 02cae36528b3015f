/** What a procedure knows: who calls, and the services. Made once a request by http/app.ts. */
import type { Caller } from '../lib/auth.ts';
import type { Services } from '../lib/services.ts';

export type { Caller } from '../lib/auth.ts';

export interface Context {
  readonly caller: Caller | null;
  readonly services: Services;
  readonly isSessionAlive: (sessionId: string) => Promise<boolean>;
  /** So often an open stream asks whether its session still stands. */
  readonly sessionCheckMs: number;
}
