/** How a test makes the memory server lie, stumble or vanish. */
import type { Session } from './session.ts';
import type { Command } from './token.ts';

/** What `onCommand` is told. */
export interface CommandContext extends Command {
  session: Session;
  /** Path of the selected mailbox, if any. */
  selected: string | undefined;
  /** Number of the connection, from 1. */
  connection: number;
}

/** What the server shall do instead of, or besides, what it would. Nothing: behave. */
export interface Reaction {
  /** Wait before anything else. */
  delayMs?: number;
  /** Lines (no CRLF) before the answer, as they are: `* VANISHED 1:*`. */
  before?: string[];
  /** The whole answer, instead of doing the command. `{tag}` stands for the command's tag. */
  answer?: string[];
  /** Changes the answer's lines after the command was done; an answer line may hold literals. */
  edit?: (lines: string[]) => string[];
  /** The command's completion instead of the real one, without the tag: `NO [OVERQUOTA] Full`. The command is done. */
  completion?: string;
  /** Sends only so many bytes of the answer, then ends the connection. */
  cutAfterBytes?: number;
  /** Ends the connection: without doing the command, having done it but not answered, or after the answer. */
  close?: 'before' | 'unanswered' | 'after';
  /** Sends this again and again, as it is, until the client has gone. The command is not done. */
  endless?: string;
  /** Never answers. The command is not done. */
  hang?: boolean;
}

/** A test's say in every command. */
export type OnCommand = (
  context: CommandContext,
) => Reaction | undefined | undefined | Promise<Reaction | undefined | undefined>;
