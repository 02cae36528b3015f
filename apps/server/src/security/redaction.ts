/** What a log line never shows, at the root of the logger: passwords, tokens, cookies, raw packets. */
const SECRET_KEYS = [
  'pass',
  'password',
  'imapPassword',
  'smtpPassword',
  'accessToken',
  'refreshToken',
  'idToken',
  'secret',
  'authorization',
  'cookie',
  '["set-cookie"]',
  '_original',
  'rawPacket',
];

/** pino's paths: each key at the top and down to three levels. */
export const REDACTED_PATHS: readonly string[] = SECRET_KEYS.flatMap((key) => {
  const tail = key.startsWith('[') ? key : `.${key}`;
  return [key, `*${tail}`, `*.*${tail}`, `*.*.*${tail}`];
});
