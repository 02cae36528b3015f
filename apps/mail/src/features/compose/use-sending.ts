/** Sending what is written: what is asked and awaited before, the one attempt or several, and the way back. */
import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { toast } from 'sonner';
import { apiClient, type Failure, failureOf, type Inputs, trpc } from '../../lib/api.ts';
import { formatFullTime } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { useSettings } from '../../lib/settings.ts';
import { isAddress } from './addresses.ts';
import type { Autosave } from './autosave.ts';
import { questionBefore, type SendQuestion } from './before-sending.ts';
import { type Reminder, remindAt } from './reminder.ts';
import type { ComposeSeed } from './seeds.ts';
import { untilDone } from './until-done.ts';
import type { Uploads } from './uploads.ts';
import type { ComposeFields, DraftInput } from './use-composer.ts';
import { openTakenBack } from './windows.ts';

type SendInput = Inputs['mail']['send'];

export interface SendingOptions {
  seed: ComposeSeed;
  /** Of this composer, for the server: what is sent again under it is the same send. */
  writerKey: RefObject<string>;
  fields: ComposeFields;
  uploads: Uploads;
  reminder: Reminder | undefined;
  /** What the person wrote, without signature and quotes. */
  readWritten: () => string;
  currentContent: () => DraftInput;
  autosave: Autosave;
  /** Whether the composer is shown no more. */
  isGone: () => boolean;
  onProblem: (problem: Failure | undefined) => void;
  onSent: () => void;
}

export type Sending = ReturnType<typeof useSending>;

export function useSending(options: SendingOptions) {
  const { seed, writerKey, fields, uploads, reminder, readWritten, currentContent, autosave } = options;
  const { isGone, onProblem, onSent } = options;
  const client = useQueryClient();
  const announce = useAnnouncement();
  const [isSending, setIsSending] = useState(false);
  const running = useRef<Promise<void>>(undefined);
  /** Nothing answered when it was sent last. */
  const isDoubtful = useRef(false);
  const asked = useRef(new Set<SendQuestion['kind']>());
  const [question, setQuestion] = useState<SendQuestion & { at: Date | undefined }>();
  /** Send was chosen while files were on their way: it goes with the last of them. */
  const waiting = useRef<{ at: Date | undefined }>(undefined);
  const [isWaitingForFiles, setIsWaitingForFiles] = useState(false);
  const waitForFiles = (chosen: { at: Date | undefined } | undefined) => {
    waiting.current = chosen;
    setIsWaitingForFiles(chosen !== undefined);
  };

  const failedFile = () => uploads.latest().find((file) => file.problem !== undefined)?.problem;
  const complaint = (): string | undefined => {
    const all = [...fields.to, ...fields.cc, ...fields.bcc];
    const bad = all.find(({ email }) => !isAddress(email));
    if (all.length === 0) return text.noRecipient;
    if (bad) return text.badRecipient(bad.email);
    return failedFile();
  };
  const refuse = (failure: Failure) => {
    if (!isGone()) return onProblem(failure);
    autosave.changed();
    toast.error(text.notSent, { description: failure.message });
  };
  /** False: nobody knows, and it may be tried again, for it goes once under its key. */
  const attempt = async (input: SendInput, at: Date | undefined): Promise<boolean> => {
    try {
      const { id } = await apiClient.mail.send.mutate(input);
      onSent();
      announce(id, at);
      void client.invalidateQueries({ queryKey: trpc.outbox.pathKey() });
      void client.invalidateQueries({ queryKey: trpc.mail.get.pathKey() });
      void client.invalidateQueries({ queryKey: trpc.mail.listThreads.pathKey() });
    } catch (error) {
      const failure = failureOf(error);
      isDoubtful.current = failure.isUnanswered === true;
      if (isGone() && (failure.isUnanswered || failure.httpStatus === 401)) return false;
      autosave.resume();
      if (failure.code === 'CONFLICT') {
        // Whoever sends again after this was told means it.
        writerKey.current = crypto.randomUUID();
        autosave.changed();
      }
      refuse(failure);
    }
    return true;
  };
  const submit = async (at: Date | undefined) => {
    // Should the page end before the answer, all of it is in the draft.
    await autosave.flush();
    const draft = await autosave.stop();
    const input = {
      ...currentContent(),
      draftId: draft?.id,
      draftRevision: draft?.revision,
      sendAt: at?.toISOString(),
      remindAt: reminder && remindAt(reminder, at ?? new Date()).toISOString(),
      idempotencyKey: writerKey.current,
      isForward: seed.mode === 'forward' ? true : undefined,
    };
    await untilDone(() => attempt(input, at), text.notSentYet);
  };
  const begin = async (work: () => Promise<void>) => {
    setIsSending(true);
    running.current = work().finally(() => {
      running.current = undefined;
      setIsSending(false);
    });
    await running.current;
  };
  const send = async (at?: Date) => {
    if (running.current) return;
    const wrong = complaint();
    if (wrong !== undefined) return onProblem({ message: wrong });
    onProblem(undefined);
    const message = {
      subject: fields.subject,
      written: readWritten(),
      hasFiles: uploads.isBusy || currentContent().attachments?.some((file) => file.inline !== true) === true,
    };
    const doubt = questionBefore(message, asked.current);
    if (doubt) return setQuestion({ ...doubt, at });
    if (uploads.isBusy) return waitForFiles({ at });
    await begin(() => submit(at));
  };
  /** Each is asked once. */
  const answerQuestion = (answer: 'send' | 'back') => {
    if (!question) return;
    asked.current.add(question.kind);
    setQuestion(undefined);
    if (answer === 'send') void send(question.at);
  };
  const latest = useRef({ send, submit, begin, failedFile, refuse, settled: uploads.settled });
  useEffect(() => {
    latest.current = { send, submit, begin, failedFile, refuse, settled: uploads.settled };
  });
  useEffect(() => {
    if (!isWaitingForFiles || uploads.isBusy || waiting.current === undefined) return;
    const { at } = waiting.current;
    waiting.current = undefined;
    setIsWaitingForFiles(false);
    void latest.current.send(at);
  }, [isWaitingForFiles, uploads.isBusy]);
  // It was told that it goes, and goes, whether somebody waits there or not.
  useEffect(
    () => () => {
      if (waiting.current === undefined) return;
      const { at } = waiting.current;
      waiting.current = undefined;
      void latest.current.begin(async () => {
        await latest.current.settled();
        const problem = latest.current.failedFile();
        if (problem !== undefined) latest.current.refuse({ message: problem });
        else await latest.current.submit(at);
      });
    },
    [],
  );

  return {
    send,
    question,
    answerQuestion,
    isSending,
    isWaitingForFiles,
    dontSendYet: () => waitForFiles(undefined),
    isDoubtful: () => isDoubtful.current,
    isOnItsWay: () => running.current !== undefined,
    /** When it is sent, or is not. */
    decided: async () => running.current,
  };
}

/** What goes at once is held by the server for as long as the user chose. */
function useAnnouncement() {
  const client = useQueryClient();
  const { undoSendSeconds } = useSettings();
  const takeBack = async (id: string) => {
    try {
      await openTakenBack(await apiClient.outbox.cancel.mutate({ id }));
      void client.invalidateQueries({ queryKey: trpc.outbox.pathKey() });
    } catch (error) {
      toast.error(text.undoTooLate, { description: failureOf(error).message });
    }
  };
  return (id: string, at: Date | undefined) => {
    const holdMs = undoSendSeconds * 1000;
    if (at === undefined && holdMs === 0) return void toast(text.sent);
    toast(at === undefined ? text.sendingSoon : text.scheduled(formatFullTime(at.toISOString())), {
      duration: at === undefined ? holdMs : 8000,
      action: { label: text.undo, onClick: () => void takeBack(id) },
    });
  };
}
