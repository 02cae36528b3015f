/**
 * An app that does nothing but own an embedded server, for the tests to kill: `node app.fixture.ts <dataDir>`.
 * One line of JSON says that it started or why not; SIGTERM ends it cleanly.
 */
import { EmbeddedPostgresError, startEmbedded } from './index.ts';

const [dataDir = ''] = process.argv.slice(2);
try {
  const server = await startEmbedded({ dataDir });
  const keepAlive = setInterval(() => undefined, 60_000);
  process.once('SIGTERM', () => {
    clearInterval(keepAlive);
    void server.stop();
  });
  process.stdout.write(`${JSON.stringify({ url: server.url, pid: server.pid })}\n`);
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message })}\n`);
  process.exitCode = 1;
}
