/** One client of the scriptable SMTP server. */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { createLineReader } from '../imap/line-reader.ts';
import type { ReceivedMessage, SmtpCut, SmtpScript, SmtpStep } from './script.ts';

/** What a session needs of its server. */
export interface SmtpSessionOptions {
  socket: Socket;
  connection: number;
  tls: { key: string; cert: string } | undefined;
  settings: { mechanisms: string[]; requireAuth: boolean; sizeLimit: number; extensions: string[] };
  script(): SmtpScript;
  login(user: string, password: string): boolean;
  accept(message: ReceivedMessage): void;
  record(line: string): void;
}

class Cut extends Error {}

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

/** Serves until the client quits or the script cuts. */
export async function serveSmtp(options: SmtpSessionOptions): Promise<void> {
  const { settings, script } = options;
  let socket: Socket = options.socket;
  let reader = createLineReader(socket);
  let tls = options.tls;
  let user: string | undefined;
  let mailFrom: string | undefined;
  let rcptTo: string[] = [];

  const reply = async (text: string): Promise<boolean> => {
    const { delayMs } = script();
    if (delayMs) await delay(delayMs);
    if (socket.writable) socket.write(`${text}\r\n`);
    return /^[23]/.test(text);
  };
  const scripted = async (step: SmtpStep, usual: string): Promise<boolean> => {
    if (script().hang === step) return false;
    return reply(script().replies?.[step] ?? usual);
  };
  const cutAt = (point: SmtpCut): void => {
    if (script().cut === point) throw new Cut();
  };
  const reset = (): void => {
    mailFrom = undefined;
    rcptTo = [];
  };

  function ehloReply(): string {
    const lines = ['memory.lab.test', ...settings.extensions, `SIZE ${settings.sizeLimit}`];
    if (tls) lines.push('STARTTLS');
    if (settings.mechanisms.length > 0) lines.push(`AUTH ${settings.mechanisms.join(' ')}`);
    return lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}`).join('\r\n');
  }

  async function greet(): Promise<void> {
    cutAt('ehlo');
    await scripted('ehlo', ehloReply());
  }

  async function ask(prompt: string): Promise<string> {
    await reply(`334 ${prompt}`);
    return reader.line();
  }

  async function authenticate(text: string): Promise<void> {
    cutAt('auth');
    const [mechanism = '', initial] = text.split(' ');
    const kind = mechanism.toUpperCase();
    if (!settings.mechanisms.includes(kind)) return void (await reply('504 5.5.4 No such mechanism'));
    let name = '';
    let secret = '';
    if (kind === 'LOGIN') {
      name = decode(initial ?? (await ask('VXNlcm5hbWU6')));
      secret = decode(await ask('UGFzc3dvcmQ6'));
    } else {
      const decoded = decode(initial ?? (await ask('')));
      if (kind === 'PLAIN') [, name = '', secret = ''] = decoded.split('\0');
      else {
        const fields = decoded.split('\u0001');
        name = fields[0]?.replace(/^user=/, '') ?? '';
        secret = fields[1]?.replace(/^auth=Bearer /i, '') ?? '';
      }
    }
    if (!options.login(name, secret) && script().hang !== 'auth')
      return void (await reply(script().replies?.auth ?? '535 5.7.8 Authentication failed'));
    if (await scripted('auth', '235 2.7.0 Welcome')) user = name;
  }

  async function mail(text: string): Promise<void> {
    cutAt('mail');
    if (settings.requireAuth && !user) return void (await reply('530 5.7.0 Log in first'));
    const size = Number(/ SIZE=(\d+)/i.exec(text)?.[1] ?? 0);
    if (settings.sizeLimit > 0 && size > settings.sizeLimit) return void (await reply('552 5.3.4 Message too big'));
    reset();
    if (await scripted('mail', '250 2.1.0 Ok')) mailFrom = /<([^>]*)>/.exec(text)?.[1] ?? '';
  }

  async function rcpt(text: string): Promise<void> {
    cutAt('rcpt');
    if (mailFrom === undefined) return void (await reply('503 5.5.1 MAIL first'));
    const address = /<([^>]*)>/.exec(text)?.[1] ?? '';
    const { recipientReplies, maxRecipients = Number.POSITIVE_INFINITY } = script();
    const usual = rcptTo.length < maxRecipients ? '250 2.1.5 Ok' : '452 4.5.3 Too many recipients';
    const own = recipientReplies?.[address];
    if (own === undefined ? await scripted('rcpt', usual) : await reply(own)) rcptTo.push(address);
  }

  /** Lines up to the dot, unstuffed (RFC 5321 section 4.5.2). */
  async function readData(): Promise<Buffer> {
    const lines: string[] = [];
    const { cut, cutAfterBytes = 10 } = script();
    let size = 0;
    for (;;) {
      const line = await reader.line();
      if (line === '.') return Buffer.from(lines.map((one) => `${one}\r\n`).join(''), 'latin1');
      size += line.length + 2;
      if (cut === 'mid-data' && size >= cutAfterBytes) throw new Cut();
      lines.push(line.startsWith('.') ? line.slice(1) : line);
    }
  }

  async function data(): Promise<void> {
    cutAt('data');
    if (mailFrom === undefined || rcptTo.length === 0) return void (await reply('503 5.5.1 RCPT first'));
    if (!(await scripted('data', '354 Go on'))) return;
    const raw = await readData();
    const message: ReceivedMessage = { mailFrom, rcptTo, raw, user, connection: options.connection };
    reset();
    cutAt('before-dot-reply');
    const usual = raw.length > settings.sizeLimit ? '552 5.3.4 Message too big' : '250 2.0.0 Ok: queued';
    const answer = script().onMessage?.(message) ?? script().replies?.dot ?? usual;
    if (answer.startsWith('2')) options.accept(message);
    cutAt('after-dot');
    if (script().hang !== 'dot') await reply(answer);
  }

  async function startTls(): Promise<void> {
    cutAt('starttls');
    if (!tls) return void (await reply('502 5.5.1 No TLS here'));
    if (!(await scripted('starttls', '220 2.0.0 Begin'))) return;
    reader.detach();
    const secured = new TLSSocket(socket, { isServer: true, ...tls });
    secured.on('error', () => {});
    reader = createLineReader(secured);
    socket = secured;
    tls = undefined;
    user = undefined;
    reset();
  }

  /** Gives false when the session is over. */
  async function next(): Promise<boolean> {
    const line = await reader.line();
    const verb = line.split(' ', 1)[0]?.toUpperCase() ?? '';
    options.record(verb === 'AUTH' ? line.split(' ').slice(0, 2).join(' ') : line);
    script().onCommand?.(verb);
    if (verb === 'EHLO' || verb === 'LHLO') await greet();
    else if (verb === 'HELO') await reply('250 memory.lab.test');
    else if (verb === 'STARTTLS') await startTls();
    else if (verb === 'AUTH') await authenticate(line.slice(5));
    else if (verb === 'MAIL') await mail(line);
    else if (verb === 'RCPT') await rcpt(line);
    else if (verb === 'DATA') await data();
    else if (verb === 'RSET' || verb === 'NOOP') {
      if (verb === 'RSET') reset();
      await reply('250 2.0.0 Ok');
    } else if (verb === 'QUIT') {
      await reply('221 2.0.0 Bye');
      return false;
    } else await reply('502 5.5.2 Unknown command');
    return true;
  }

  try {
    cutAt('connect');
    if (await scripted('connect', '220 memory.lab.test ESMTP')) while (await next());
    else if (script().hang === 'connect') await reader.ready();
    socket.end();
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
    socket.destroySoon();
  }
}
