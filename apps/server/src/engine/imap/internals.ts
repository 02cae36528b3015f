/**
 * What imapflow can do and its types do not say: 2.x strips it from the declarations as internal. The version is pinned;
 * nothing but the files of this folder uses it.
 */
import type { Writable } from 'node:stream';
import type { ImapFlow } from 'imapflow';

export interface Word {
  /** `TEXT` goes as it is. */
  readonly type: 'ATOM' | 'STRING' | 'TEXT';
  readonly value: string;
}
export type Argument = Word | readonly Argument[];

/** A parsed piece of a response; a list is an array. */
export type Piece = { readonly value?: unknown; readonly section?: readonly Piece[] } | readonly Piece[] | null;

export interface Response {
  readonly attributes?: readonly Piece[];
}

interface Reply {
  readonly response?: Response;
  /** Without it imapflow reads nothing more. */
  next(): void;
}

export interface Internals {
  /** Where commands go: the socket, or what compresses them. */
  readonly writeSocket: Writable;
  exec(command: string, args: readonly Argument[] | false, options?: object): Promise<Reply>;
  /** One of imapflow's own commands. */
  run(command: string, options?: object): Promise<unknown>;
  /** How it asks for news where there is no IDLE. */
  missingIdleCommand: 'NOOP' | 'STATUS' | 'SELECT';
  readonly untaggedHandlers: Record<string, (() => Promise<void>) | undefined>;
  /** By response code. */
  readonly sectionHandlers: Record<string, (() => Promise<void>) | undefined>;
  /** Called with the mailbox while it is being selected. */
  untaggedVanished(response: Response, mailbox?: { readonly path: string; exists?: number }): Promise<void>;
}

export const internalsOf = (client: ImapFlow) => client as unknown as Internals;

export const words = (text: string): Word[] => text.split(' ').map((value) => ({ type: 'ATOM', value }));

/** The text of a piece that is no list. */
export function textOf(piece: Piece | undefined): string | undefined {
  return piece && 'value' in piece && typeof piece.value === 'string' ? piece.value : undefined;
}
