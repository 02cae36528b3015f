/** Templates: what a user writes often, kept for all of their accounts. Cleaned when it is kept, like what is sent. */
import { randomUUID } from 'node:crypto';
import type { UserId } from '@postroom/db';
import { outgoingFragment } from '@postroom/mail-html';
import type pg from 'pg';
import { row, rows, transaction } from '../../engine/index/sql.ts';
import { MailError, notFound } from '../driver/errors.ts';
import type { Template } from '../driver/schemas.ts';
import type { TemplateService } from '../services.ts';

const MAX_TEMPLATES = 200;

interface TemplateRow {
  readonly id: string;
  readonly name: string;
  readonly subject: string | null;
  readonly html: string;
}

function present({ id, name, subject, html }: TemplateRow): Template {
  return { id, name, ...(subject === null ? {} : { subject }), html };
}

export function createTemplateService({ pool }: { readonly pool: pg.Pool }): TemplateService {
  return {
    async list(userId) {
      const found = await rows<TemplateRow & pg.QueryResultRow>(
        pool,
        'select id, name, subject, html from template where user_id = $1 order by lower(name), id',
        [userId],
      );
      return found.map(present);
    },

    create: (userId, { name, subject, html }) =>
      transaction(pool, async (tx) => {
        await tx.query('select 1 from "user" where id = $1 for update', [userId]);
        await assertRoom(tx, userId);
        const id = randomUUID();
        await tx.query('insert into template (id, user_id, name, subject, html) values ($1, $2, $3, $4, $5)', [
          id,
          userId,
          name,
          subject || null,
          outgoingFragment(html),
        ]);
        return { id };
      }),

    async update(userId, { id, name, subject, html }) {
      const { rowCount } = await pool.query(
        `update template set name = coalesce($3, name), subject = nullif(coalesce($4, subject), ''), html = coalesce($5, html)
         where user_id = $1 and id = $2`,
        [userId, id, name ?? null, subject ?? null, html === undefined ? null : outgoingFragment(html)],
      );
      if (rowCount !== 1) throw notFound('template');
    },

    async delete(userId, id) {
      const { rowCount } = await pool.query('delete from template where user_id = $1 and id = $2', [userId, id]);
      if (rowCount !== 1) throw notFound('template');
    },
  };
}

async function assertRoom(tx: Parameters<typeof row>[0], userId: UserId): Promise<void> {
  const known = await row<{ count: number }>(tx, 'select count(*)::int as count from template where user_id = $1', [
    userId,
  ]);
  if ((known?.count ?? 0) < MAX_TEMPLATES) return;
  throw new MailError({
    code: 'CONFLICT',
    message: `There are ${MAX_TEMPLATES} templates already.`,
    fix: 'Delete one that you do not use.',
  });
}
