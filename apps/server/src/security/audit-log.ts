/** Who did what that matters for security, append-only: sign-ins, accounts added, pins accepted. No content, no secrets. */
import type { ConnectionId, UserId } from '@postroom/db';
import type pg from 'pg';

export interface AuditEntry {
  readonly event: string;
  readonly userId?: UserId | null;
  readonly connectionId?: ConnectionId | null;
  readonly ip?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export type Audit = (entry: AuditEntry) => Promise<void>;

/** Writes entries to the table `audit_log`. */
export function createAuditLog(pool: pg.Pool): Audit {
  return async (entry) => {
    await pool.query(`insert into audit_log (user_id, connection_id, event, detail, ip) values ($1, $2, $3, $4, $5)`, [
      entry.userId ?? null,
      entry.connectionId ?? null,
      entry.event,
      entry.detail ?? {},
      entry.ip ?? null,
    ]);
  };
}
