/**
 * Vault's transit engine as far as it is used: encrypt, decrypt and read of an aes256-gcm96 key with versions, associated
 * data and a token, answered as its API documents it. Test code only.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeTransit {
  readonly address: string;
  readonly token: string;
  /** A new version of the key. */
  rotate(): void;
  /** Answers 503 from now on, as a sealed Vault. */
  sealVault(): void;
  /** All that was asked for. */
  readonly bodies: readonly string[];
  stop(): Promise<void>;
}

const TOKEN = 'fake-vault-token';

export async function startFakeTransit(): Promise<FakeTransit> {
  const versions: Buffer[] = [randomBytes(32)];
  const bodies: string[] = [];
  let isSealed = false;

  function encrypt(plaintext: string, associated: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', versions.at(-1) ?? '', iv).setAAD(Buffer.from(associated, 'base64'));
    const sealed = [iv, cipher.update(Buffer.from(plaintext, 'base64')), cipher.final(), cipher.getAuthTag()];
    return `vault:v${versions.length}:${Buffer.concat(sealed).toString('base64')}`;
  }

  function decrypt(ciphertext: string, associated: string): string | null {
    const [, version, text = ''] = ciphertext.split(':');
    const key = versions[Number(version?.slice(1)) - 1];
    const octets = Buffer.from(text, 'base64');
    if (!key || octets.length < 28) return null;
    const decipher = createDecipheriv('aes-256-gcm', key, octets.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(associated, 'base64')).setAuthTag(octets.subarray(-16));
    try {
      return Buffer.concat([decipher.update(octets.subarray(12, -16)), decipher.final()]).toString('base64');
    } catch {
      return null;
    }
  }

  function answer(path: string, body: Record<string, string>): [number, object] {
    const associated = body.associated_data ?? '';
    if (path === '/v1/transit/keys/postroom') return [200, { data: { latest_version: versions.length } }];
    if (path === '/v1/transit/encrypt/postroom') {
      return [200, { data: { ciphertext: encrypt(body.plaintext ?? '', associated) } }];
    }
    if (path !== '/v1/transit/decrypt/postroom') return [404, { errors: [] }];
    const plaintext = decrypt(body.ciphertext ?? '', associated);
    return plaintext === null ? [400, { errors: ['message authentication failed'] }] : [200, { data: { plaintext } }];
  }

  const server = createServer(async (request, response) => {
    const text = await read(request);
    bodies.push(text);
    const isKnown = request.headers['x-vault-token'] === TOKEN;
    const [status, said] = isSealed
      ? [503, { errors: ['Vault is sealed'] }]
      : isKnown
        ? answer(request.url ?? '', text === '' ? {} : JSON.parse(text))
        : [403, { errors: ['permission denied'] }];
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(said));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    token: TOKEN,
    rotate: () => void versions.push(randomBytes(32)),
    sealVault: () => {
      isSealed = true;
    },
    bodies,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
