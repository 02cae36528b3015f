/** Templates: kept clean, for one user alone, to a limit. */
import type { UserId } from '@postroom/db';
import { createTestDatabase, type TestDatabase } from '@postroom/db/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTemplateService } from './templates.ts';

const [ada, eve] = ['u1', 'u2'] as unknown as [UserId, UserId];
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(
    `insert into "user" (id, name, email) values ('u1', 'Ada', 'a@app.test'), ('u2', 'Eve', 'e@app.test')`,
  );
});
afterAll(() => database.drop());
const templates = () => createTemplateService({ pool: database.pool });

it('are listed by their names, clean, with placeholders as they were written', async () => {
  const html = '<p onclick="x()" class="a">Hi {{first name}},</p><script>x()</script><img src="/api/x" alt="x">';
  const { id } = await templates().create(ada, { name: 'Thanks', subject: 'Thank you', html });
  const { id: second } = await templates().create(ada, { name: 'closing', subject: '', html: '<p>Bye</p>' });
  expect(await templates().list(ada)).toEqual([
    { id: second, name: 'closing', html: '<p>Bye</p>' },
    { id, name: 'Thanks', subject: 'Thank you', html: '<p>Hi {{first name}},</p>' },
  ]);
  await templates().update(ada, { id, name: 'Thanks a lot', subject: '' });
  expect((await templates().list(ada))[1]).toEqual({ id, name: 'Thanks a lot', html: '<p>Hi {{first name}},</p>' });
});

it('are nobody else’s', async () => {
  const [{ id } = { id: '' }] = await templates().list(ada);
  expect(await templates().list(eve)).toEqual([]);
  await expect(templates().update(eve, { id, name: 'Mine' })).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  await expect(templates().delete(eve, id)).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  await templates().delete(ada, id);
  await expect(templates().delete(ada, id)).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
});

it('are two hundred at most', async () => {
  await database.pool.query(
    `insert into template (id, user_id, name, html) select 't' || n, 'u2', 'T', '' from generate_series(1, 200) n`,
  );
  await expect(templates().create(eve, { name: 'One more', html: '' })).rejects.toMatchObject({ code: 'CONFLICT' });
});
