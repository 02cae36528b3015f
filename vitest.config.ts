/**
 * Two projects: `unit` needs nothing but this repository, `integration` needs real servers (PostgreSQL from npm;
 * Dovecot and Postfix where a test asks for them). Component tests choose their DOM by a docblock of their own.
 */
import { defineConfig } from 'vitest/config';

const roots = '{apps,packages,scripts,bench}';
const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`${roots}/**/*.test.{ts,tsx}`],
          exclude: [...exclude, '**/*.integration.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: [`${roots}/**/*.integration.test.ts`],
          exclude,
          pool: 'forks',
          // more than cores: much of the time is waiting, for servers to start and for clocks
          maxWorkers: 4,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: ['./test-database-server.ts'],
        },
      },
    ],
  },
});
