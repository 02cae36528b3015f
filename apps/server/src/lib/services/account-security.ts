/** What a user sees of the safety of the app account: the audit log as far as it is theirs, and whom they invited. */
import { randomBytes } from 'node:crypto';
import type { UserId } from '@postroom/db';
import type pg from 'pg';
import { row } from '../../engine/index/sql.ts';
import type { Audit } from '../../security/audit-log.ts';
import { MailError, notFound } from '../driver/errors.ts';
import type { Activity, Invite } from '../driver/schemas.ts';
import type { AccountSecurityService } from '../services.ts';
import type { SignUpMode } from '../sign-up.ts';

const MAX_ACTIVITIES = 100;
/** Invitations that nobody has used yet, of one user. */
const MAX_OPEN_INVITES = 20;
const INVITE_DAYS = 14;

interface ActivityRow {
  at: Date;
  event: string;
  method: string | null;
  about: string | null;
  email: string | null;
  ip: string | null;
}

interface InviteRow {
  token: string;
  email: string | null;
  created_at: Date;
  expires_at: Date;
  used_at: Date | null;
}

export interface AccountSecurityDeps {
  readonly pool: pg.Pool;
  readonly signUp: SignUpMode;
  readonly audit: Audit;
}

export function createAccountSecurity({ pool, signUp, audit }: AccountSecurityDeps): AccountSecurityService {
  return {
    async activity(userId) {
      const { rows } = await pool.query<ActivityRow>(
        `select a.at, a.event, a.detail ->> 'method' as method, a.detail ->> 'about' as about, c.email, a.ip
         from audit_log a left join connection c on c.id = a.connection_id and c.user_id = a.user_id
         where a.user_id = $1 order by a.id desc limit ${MAX_ACTIVITIES}`,
        [userId],
      );
      return rows.map(presentActivity);
    },
    async invites(userId) {
      const { rows } = await pool.query<InviteRow>(
        `select token, email, created_at, expires_at, used_at from invite
         where invited_by = $1 and (used_at is not null or expires_at > now()) order by created_at desc limit 100`,
        [userId],
      );
      return rows.map(presentInvite);
    },
    async invite(userId, email) {
      if (signUp !== 'invite') throw notByInvitation();
      await requireFewOpen(pool, userId);
      const made = await row<InviteRow>(
        pool,
        `insert into invite (token, email, invited_by, expires_at) values ($1, $2, $3, now() + interval '${INVITE_DAYS} days')
         returning token, email, created_at, expires_at, used_at`,
        [randomBytes(24).toString('base64url'), email?.toLowerCase() ?? null, userId],
      );
      if (!made) throw new MailError({ code: 'INTERNAL', message: 'The invitation could not be stored.' });
      await audit({ event: 'invite.made', userId });
      return presentInvite(made);
    },
    async withdrawInvite(userId, token) {
      const { rowCount } = await pool.query(
        'delete from invite where token = $1 and invited_by = $2 and used_at is null',
        [token, userId],
      );
      if (rowCount === 0) throw notFound('invitation');
    },
  };
}

function presentActivity({ at, event, method, about, email, ip }: ActivityRow): Activity {
  return {
    at: at.toISOString(),
    event,
    ...(method === null ? {} : { method }),
    ...(about === null ? {} : { about }),
    ...(email === null ? {} : { account: email }),
    ...(ip === null ? {} : { address: ip }),
  };
}

function presentInvite({ token, email, created_at, expires_at, used_at }: InviteRow): Invite {
  return {
    token,
    ...(email === null ? {} : { email }),
    createdAt: created_at.toISOString(),
    expiresAt: expires_at.toISOString(),
    isUsed: used_at !== null,
  };
}

async function requireFewOpen(pool: pg.Pool, userId: UserId): Promise<void> {
  const open = await row<{ count: number }>(
    pool,
    'select count(*)::int as count from invite where invited_by = $1 and used_at is null and expires_at > now()',
    [userId],
  );
  if ((open?.count ?? 0) < MAX_OPEN_INVITES) return;
  throw new MailError({
    code: 'CONFLICT',
    message: `${MAX_OPEN_INVITES} of your invitations are still open.`,
    fix: 'Withdraw one of them first.',
  });
}

function notByInvitation(): MailError {
  return new MailError({
    code: 'NOT_SUPPORTED',
    message: 'Nobody is invited here.',
    fix: 'Whoever runs this server turns invitations on with SIGN_UP=invite.',
  });
}
