/** Serves one client of the memory server: reads commands, does them, lets the test's hook change the answers. */
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { anyStateCommands } from './commands/any-state.ts';
import { copyCommands } from './commands/copy.ts';
import { fetchCommands } from './commands/fetch.ts';
import { mailboxCommands } from './commands/mailboxes.ts';
import { searchCommands } from './commands/search.ts';
import { selectionCommands } from './commands/selection.ts';
import { storeCommands } from './commands/store.ts';
import type { OnCommand, Reaction } from './hook.ts';
import { createLineReader } from './line-reader.ts';
import { type CommandSpec, type CommandTable, type Session, tellChanges } from './session.ts';
import type { MemoryStore } from './store.ts';
import { type Command, CommandSyntaxError, parseCommand } from './token.ts';

const commands: CommandTable = {
  ...anyStateCommands,
  ...mailboxCommands,
  ...selectionCommands,
  ...fetchCommands,
  ...searchCommands,
  ...storeCommands,
  ...copyCommands,
};

/** What a connection needs of its server. */
export interface ConnectionOptions {
  socket: Socket;
  number: number;
  store: MemoryStore;
  capabilities: string[];
  greeting: string;
  tls: { key: string; cert: string } | undefined;
  login(user: string, password: string): boolean;
  onCommand(): OnCommand | undefined;
  record(line: string): void;
}

function isOffered(spec: CommandSpec, session: Session): boolean {
  if (spec.capability === undefined) return true;
  return [spec.capability].flat().some((name) => session.capabilities.has(name));
}

function refusal(spec: CommandSpec | undefined, session: Session): string | undefined {
  if (!spec || !isOffered(spec, session)) return 'BAD Unknown command';
  if (spec.state !== 'any' && session.user === undefined) return 'BAD Log in first';
  if (spec.state === 'selected' && !session.selected) return 'BAD Select a mailbox first';
  return undefined;
}

/** Sequence numbers must hold still while these are answered. */
const forbidsExpunge = (name: string): boolean => /^(FETCH|STORE|SEARCH)$/.test(name);

/** As fast as the client takes it; returns when it takes no more. */
async function pourOut(socket: Socket, text: string): Promise<void> {
  let goOn = (): void => {};
  const wake = (): void => goOn();
  socket.on('drain', wake);
  socket.on('close', wake);
  while (socket.writable) {
    const woken = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    if (!socket.write(text, 'latin1') && socket.writable) await woken;
  }
}

/** Serves the client until the connection ends. */
export async function serve(options: ConnectionOptions): Promise<void> {
  let socket: Socket = options.socket;
  let reader = createLineReader(socket);
  let lines: string[] = [];
  let immediate = true;
  const send = (text: string): void => {
    if (socket.writable) socket.write(text, 'latin1');
  };
  const session: Session = {
    store: options.store,
    capabilities: new Set(options.capabilities),
    user: undefined,
    selected: undefined,
    enabled: new Set(),
    untagged: (line) => lines.push(`* ${line}`),
    login: options.login,
    async ask(prompt) {
      session.flush(prompt);
      const line = await reader.line();
      options.record('(answer)');
      return line;
    },
    flush(line) {
      if (line !== undefined) lines.push(line);
      if (immediate) send(lines.map((one) => `${one}\r\n`).join(''));
      if (immediate) lines = [];
    },
    async nextLineOrChange() {
      let stop = (): void => {};
      const change = new Promise<'change'>((resolve) => {
        stop = options.store.watch(() => resolve('change'));
      });
      const what = await Promise.race([change, reader.ready().then(() => 'line' as const)]).finally(() => stop());
      return what === 'line' ? reader.line() : undefined;
    },
    startTls: options.tls ? () => {} : undefined,
    ending: false,
  };

  async function upgrade(): Promise<void> {
    if (!options.tls) return;
    reader.detach();
    const secured = new TLSSocket(socket, { isServer: true, ...options.tls });
    secured.on('error', () => {});
    reader = createLineReader(secured);
    socket = secured;
    session.startTls = undefined;
  }

  async function perform(command: Command): Promise<string> {
    const spec = commands[command.name];
    const refused = refusal(spec, session);
    if (refused || !spec) return refused ?? 'BAD Unknown command';
    const completion = await spec.run(session, command);
    tellChanges(session, !forbidsExpunge(command.name));
    return completion;
  }

  async function answer(command: Command, reaction: Reaction): Promise<boolean> {
    if (reaction.delayMs) await delay(reaction.delayMs);
    if (reaction.before) send(reaction.before.map((line) => `${line}\r\n`).join(''));
    if (reaction.endless !== undefined) await pourOut(socket, reaction.endless);
    if (reaction.hang) return true;
    if (reaction.close === 'before') return false;
    let output: string[];
    if (reaction.answer) output = reaction.answer.map((line) => line.replaceAll('{tag}', command.tag));
    else {
      immediate =
        reaction.edit === undefined && reaction.cutAfterBytes === undefined && reaction.close !== 'unanswered';
      const completion = await perform(command);
      output = [...lines, `${command.tag} ${reaction.completion ?? completion}`];
      lines = [];
      immediate = true;
      if (reaction.edit) output = reaction.edit(output);
    }
    if (reaction.close === 'unanswered') return false;
    const text = output.map((line) => `${line}\r\n`).join('');
    if (reaction.cutAfterBytes !== undefined) {
      send(text.slice(0, reaction.cutAfterBytes));
      return false;
    }
    send(text);
    if (command.name === 'STARTTLS' && output.at(-1)?.startsWith(`${command.tag} OK`)) await upgrade();
    return reaction.close !== 'after' && !session.ending;
  }

  async function next(): Promise<boolean> {
    const line = await reader.command(() => send('+ go on\r\n'));
    options.record(/^\S+ +LOGIN /i.test(line) ? line.replace(/\S+$/, '***') : line);
    let command: Command;
    try {
      command = parseCommand(line);
    } catch (error) {
      if (!(error instanceof CommandSyntaxError)) throw error;
      send(`${line.split(' ')[0] || '*'} BAD ${error.message}\r\n`);
      return true;
    }
    const selected = session.selected?.mailbox.path;
    const context = { ...command, session, selected, connection: options.number };
    return answer(command, (await options.onCommand()?.(context)) ?? {});
  }

  send(`${options.greeting}\r\n`);
  try {
    if (!options.greeting.startsWith('* BYE')) while (await next());
  } finally {
    socket.end();
    options.socket.destroySoon();
  }
}
