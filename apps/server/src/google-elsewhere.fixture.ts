/** The app as `main.ts` runs it, where Google is a provider on this machine (GOOGLE_ISSUER) and its mail servers are the lab's. */
import { parseEnv } from './env.ts';
import { createLog } from './lib/log.ts';
import { startServer } from './start-server.ts';

const { GOOGLE_ISSUER: issuer = '', GOOGLE_SERVERS = '{}' } = process.env;
const servers = JSON.parse(GOOGLE_SERVERS);
const env = parseEnv();
const server = await startServer(env, createLog({ level: env.LOG_LEVEL, isPretty: false }), {
  reviseProvider: (provider) => ({
    ...provider,
    issuer,
    endpoints: null,
    scopes: ['openid', 'email', 'mail'],
    ...servers,
  }),
});
process.stdout.write(`Postroom is ready at ${env.APP_URL}\n`);
for (const signal of ['SIGTERM', 'disconnect'] as const) {
  process.once(signal, () => void server.stop().then(() => process.connected && process.disconnect()));
}
