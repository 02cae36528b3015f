/** What the user chose for the app, kept whole; what is not there yet has its default (schemas.ts). */
import type pg from 'pg';
import { row } from '../../engine/index/sql.ts';
import { type Settings, settingsSchema, shortcutsSchema } from '../driver/schemas.ts';
import type { SettingsService } from '../services.ts';

/** A value stored by another version falls back to its default, field by field. */
function readSettings(stored: unknown): Settings {
  const whole = settingsSchema.safeParse(stored ?? {});
  if (whole.success) return whole.data;
  const fields = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
  const known = fields.filter(([name, value]) => settingsSchema.safeParse({ [name]: value }).success);
  return settingsSchema.parse(Object.fromEntries(known));
}

export function createSettingsService({ pool }: { readonly pool: pg.Pool }): SettingsService {
  const load = (userId: string) =>
    row<{ settings: unknown; shortcuts: unknown }>(
      pool,
      'select settings, shortcuts from user_settings where user_id = $1',
      [userId],
    );
  return {
    get: async (userId) => readSettings((await load(userId))?.settings),
    async save(userId, change) {
      const saved = await row<{ settings: unknown }>(
        pool,
        `insert into user_settings (user_id, settings) values ($1, $2)
         on conflict (user_id) do update set settings = user_settings.settings || excluded.settings, updated_at = now()
         returning settings`,
        [userId, JSON.stringify(change)],
      );
      return readSettings(saved?.settings);
    },
    async getShortcuts(userId) {
      const stored = shortcutsSchema.safeParse((await load(userId))?.shortcuts ?? {});
      return stored.success ? stored.data : {};
    },
    async saveShortcuts(userId, shortcuts) {
      await pool.query(
        `insert into user_settings (user_id, shortcuts) values ($1, $2)
         on conflict (user_id) do update set shortcuts = excluded.shortcuts, updated_at = now()`,
        [userId, JSON.stringify(shortcuts)],
      );
    },
  };
}
