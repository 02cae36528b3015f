/**
 * The process: environment, server, signals. Ends when it is told to (SIGTERM, SIGINT), or when the command that started
 * it is gone ('disconnect'); in order, and within ten seconds. Nothing else makes the server or reads signals.
 */
import { EmbeddedPostgresError } from '@postroom/db/embedded';
import { EnvError, parseEnv } from './env.ts';
import { ListenError } from './http/listen.ts';
import { createLog } from './lib/log.ts';
import { startServer } from './start-server.ts';

/** Whoever told us to end waits ten seconds. */
const END_WITHIN_MS = 9_000;

/** What a person can mend is said in its own words, everything else with its stack. */
function explain(error: unknown): string {
  const isPlain = error instanceof EnvError || error instanceof ListenError || error instanceof EmbeddedPostgresError;
  if (isPlain) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function main(): Promise<void> {
  const env = parseEnv();
  const log = createLog({ level: env.LOG_LEVEL, isPretty: process.stdout.isTTY === true });
  const asked = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, () => asked.resolve());
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'a promise failed that nobody waited for'));

  const starting = startServer(env, log);
  const server = await Promise.race([starting, asked.promise.then(() => starting)]);
  if (env.MAIL_TLS_INSECURE_HOSTS.length > 0) {
    log.warn({ hosts: env.MAIL_TLS_INSECURE_HOSTS }, 'certificates of these hosts are not verified');
  }
  process.stdout.write(
    server.url === null ? 'Postroom’s worker is running.\n' : `Postroom is ready at ${env.APP_URL}\n`,
  );
  if (server.firstInvite !== null) {
    process.stdout.write(`Nobody has an account yet: ${env.APP_URL}/sign-up?invite=${server.firstInvite}\n`);
  }
  await asked.promise;
  setTimeout(() => process.exit(1), END_WITHIN_MS).unref();
  await server.stop();
  if (process.connected) process.disconnect();
}

try {
  await main();
} catch (error) {
  console.error(`\n✗ ${explain(error)}`);
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}
