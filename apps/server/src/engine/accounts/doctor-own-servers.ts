/** Whether the own servers of an account's identities take their logins: each is tried anew, side by side. */
import type { ConnectionId, IdentityId } from '@postroom/db';
import type pg from 'pg';
import type { DoctorReport, Probe } from '../../lib/driver/schemas.ts';
import { rows } from '../index/sql.ts';
import type { SmtpAccount } from '../smtp/submit.ts';
import { openOwnServer } from './own-server.ts';

type Check = DoctorReport['checks'][number];

export interface OwnServerDeps {
  readonly pool: pg.Pool;
  readonly vault: Parameters<typeof openOwnServer>[0]['vault'];
  readonly testSubmission: (account: SmtpAccount) => Promise<Probe>;
}

/** More of them than anybody has are not dialled at once. */
const MAX_TESTED = 10;

/** A line for each. */
export function createOwnServerChecks({ pool, vault, testSubmission }: OwnServerDeps) {
  return async (connectionId: ConnectionId): Promise<Check[]> => {
    const identities = await rows<{ id: IdentityId; email: string }>(
      pool,
      `select id, email from identity where connection_id = $1 and smtp is not null order by id limit ${MAX_TESTED}`,
      [connectionId],
    );
    const checks = await Promise.all(
      identities.map(async ({ id, email }) => {
        const server = await openOwnServer({ pool, vault }, connectionId, id);
        return server && checkOf({ id: `own-server-${id}`, email }, server, await testSubmission(server));
      }),
    );
    return checks.filter((check) => check !== undefined);
  };
}

function checkOf(about: { id: string; email: string }, { endpoint }: SmtpAccount, probe: Probe): Check {
  const { host, port } = endpoint;
  const line = { id: about.id, ok: probe.ok, title: `Sending as ${about.email}` };
  if (probe.ok) return { ...line, detail: `${host}:${port} answers and accepts the password.` };
  return {
    ...line,
    detail: probe.message ?? `${host}:${port} cannot be used.`,
    consequence: 'What you send as this address waits until this works.',
    ...(probe.fix === undefined ? {} : { fix: probe.fix }),
  };
}
