/** Stands in for the server in the tests of `npm start`: says what reaches it, and ends as a server should. */
const keepAlive = setInterval(() => undefined, 60_000);
let isEnding = false;

function end(reason: string): void {
  process.stdout.write(`${reason}\n`);
  if (isEnding) return;
  isEnding = true;
  clearInterval(keepAlive);
  if (process.connected) process.disconnect();
}

process.on('SIGTERM', () => end('SIGTERM'));
process.on('disconnect', () => end('disconnect'));
process.stdout.write(`ready ${process.pid} ${process.env.NODE_ENV} ${process.versions.node.split('.')[0]}\n`);
