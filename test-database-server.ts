/** One PostgreSQL server for all integration tests, or all stories, of a run; `createTestDatabase` finds it by the environment. */
import { startTestServer, TEST_SERVER_VARIABLE } from './packages/db/src/testing.ts';

export default async function setup(): Promise<() => Promise<void>> {
  const server = await startTestServer();
  process.env[TEST_SERVER_VARIABLE] = server.url;
  return () => server.stop();
}
