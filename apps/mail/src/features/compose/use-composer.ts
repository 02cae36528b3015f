/** A message that is being written: its fields, its draft, and sending it. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { toast } from 'sonner';
import { type Address, apiClient, type Failure, failureOf, type Inputs, trpc } from '../../lib/api.ts';
import { formatFullTime } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { useSettings } from '../../lib/settings.ts';
import { useConnections } from '../accounts/index.ts';
import { isAddress } from './addresses.ts';
import { type Autosave, createAutosave, type SaveState } from './autosave.ts';
import { questionBefore, type SendQuestion } from './before-sending.ts';
import { referToPictures, standsIn } from './pictures.ts';
import { remindAt } from './reminder.ts';
import type { ComposeSeed } from './seeds.ts';
import { useUploads } from './uploads.ts';
import { useWriter } from './use-writer.ts';
import { openDraft, openTakenBack, takeInHand } from './windows.ts';

export interface ComposeFields {
  to: Address[];
  cc: Address[];
  bcc: Address[];
  subject: string;
  fromEmail: string | undefined;
  quoted: string;
  /** The signature below what is quoted; empty: it stands in the text, if at all. */
  signature: string;
}

type DraftInput = Inputs['drafts']['create'];
type SendInput = Inputs['mail']['send'];

export interface ComposerOptions {
  seed: ComposeSeed;
  /** The editor's content as HTML. */
  readBody: () => string;
  isBodyEmpty: () => boolean;
  /** What the person wrote, without signature and quotes. */
  readWritten: () => string;
  onClose: () => void;
}

export function useComposer({ seed, readBody, isBodyEmpty, readWritten, onClose }: ComposerOptions) {
  const client = useQueryClient();
  const { undoSendSeconds } = useSettings();
  const [fields, setFields] = useState<ComposeFields>({
    to: seed.to,
    cc: seed.cc,
    bcc: seed.bcc,
    subject: seed.subject,
    fromEmail: seed.fromEmail,
    quoted: seed.quoted,
    signature: seed.signature,
  });
  const [saveState, setSaveState] = useState<SaveState>({ type: 'idle' });
  const [problem, setProblem] = useState<Failure>();
  const [reminder, setReminder] = useState(seed.reminder);
  const [draftId, setDraftId] = useState(seed.draft?.id);
  useEffect(() => (draftId === undefined ? undefined : takeInHand(draftId)), [draftId]);
  const autosaveRef = useRef<Autosave | undefined>(undefined);
  const { connections } = useConnections();
  const connection = connections.find(({ id, isDefault }) =>
    seed.connectionId === undefined ? isDefault : id === seed.connectionId,
  );
  const writer = useWriter(seed, fields.fromEmail);
  const { fromEmail, ownServer } = writer;
  const sizeLimit = (ownServer ?? connection)?.maxMessageSize;
  const uploads = useUploads(
    seed.files,
    sizeLimit,
    useCallback(() => autosaveRef.current?.changed(), []),
  );

  const content = (): DraftInput => {
    const message = referToPictures(readBody() + fields.quoted + fields.signature, uploads.files);
    return {
      to: fields.to,
      cc: fields.cc,
      bcc: fields.bcc,
      subject: fields.subject,
      message,
      attachments: uploads.files.flatMap(({ uploadId, contentId }) => {
        if (uploadId === undefined) return [];
        const isInText = contentId !== undefined && standsIn(message, contentId);
        return [{ uploadId, ...(isInText ? { inline: true, contentId } : {}) }];
      }),
      threadId: seed.threadId,
      inReplyTo: seed.inReplyTo,
      fromEmail,
      connectionId: seed.connectionId,
    };
  };
  const latest = useRef({ content, isBodyEmpty, fields, uploads });
  useEffect(() => {
    latest.current = { content, isBodyEmpty, fields, uploads };
  });
  const autosave = useMemo(
    () =>
      createAutosave({
        draft: seed.draft,
        onState: setSaveState,
        isConflict: (error) => failureOf(error).code === 'CONFLICT',
        save: async (last) => {
          const base = { id: last?.id, baseRevision: last?.revision };
          const saved = await apiClient.drafts.create.mutate({ ...latest.current.content(), ...base });
          setDraftId(saved.id);
          return saved;
        },
      }),
    [seed.draft],
  );
  useEffect(() => {
    autosaveRef.current = autosave;
  }, [autosave]);
  const refreshDrafts = useCallback(() => {
    void client.invalidateQueries({ queryKey: trpc.drafts.list.pathKey() });
    void client.invalidateQueries({ queryKey: trpc.mail.count.pathKey() });
  }, [client]);

  /** Send was chosen while files were on their way: it goes with the last of them. */
  const [sendingWithFiles, setSendingWithFiles] = useState<{ at: Date | undefined }>();
  /** Whoever writes on has not finished: nothing goes out of their hands in the middle of a word. */
  const edited = () => {
    setProblem(undefined);
    setSendingWithFiles(undefined);
    autosave.changed();
  };
  const change = (changed: Partial<ComposeFields>) => {
    setFields((current) => ({ ...current, ...changed }));
    edited();
  };
  const removeFile = (key: string) => {
    edited();
    uploads.remove(key);
  };
  /** By no hand of the person's: that alone is nothing to be saved. */
  const signBelow = useCallback(
    (next: (current: string) => string) => setFields((now) => ({ ...now, signature: next(now.signature) })),
    [],
  );
  const isEmpty = useCallback(() => {
    const { fields: now, uploads: files, isBodyEmpty: hasNoText } = latest.current;
    return (
      hasNoText() &&
      now.to.length + now.cc.length + now.bcc.length === 0 &&
      now.subject === '' &&
      files.files.length === 0
    );
  }, []);
  // Whoever goes to another conversation in the middle of a sentence has not thrown it away.
  useEffect(
    () => () => {
      if (!isEmpty()) void autosave.flush();
    },
    [autosave, isEmpty],
  );
  const close = async () => {
    onClose();
    if (!isEmpty()) await autosave.flush();
    refreshDrafts();
  };
  /** The other window's version is opened, and this one closed. */
  const openNewer = async (id: string) => {
    await autosave.stop();
    onClose();
    await openDraft(id);
  };
  const discard = async () => {
    onClose();
    const id = await autosave.stop();
    if (id !== undefined)
      await apiClient.drafts.delete.mutate({ id }).catch((error: unknown) => toast.error(failureOf(error).message));
    toast(text.discarded);
    refreshDrafts();
  };

  const sendMutation = useMutation({ mutationFn: (input: SendInput) => apiClient.mail.send.mutate(input) });
  const asked = useRef(new Set<SendQuestion['kind']>());
  const [question, setQuestion] = useState<SendQuestion & { at: Date | undefined }>();
  /** Each is asked once. */
  const answerQuestion = (answer: 'send' | 'back') => {
    if (!question) return;
    asked.current.add(question.kind);
    setQuestion(undefined);
    if (answer === 'send') void send(question.at);
  };
  const complaint = (): string | undefined => {
    const all = [...fields.to, ...fields.cc, ...fields.bcc];
    const bad = all.find(({ email }) => !isAddress(email));
    if (all.length === 0) return text.noRecipient;
    if (bad) return text.badRecipient(bad.email);
    return uploads.files.find((file) => file.problem !== undefined)?.problem;
  };
  const send = async (at?: Date) => {
    if (sendMutation.isPending) return;
    const wrong = complaint();
    if (wrong !== undefined) return setProblem({ message: wrong });
    setProblem(undefined);
    const message = {
      subject: fields.subject,
      written: readWritten(),
      hasFiles: uploads.isBusy || content().attachments?.some((file) => file.inline !== true) === true,
    };
    const doubt = questionBefore(message, asked.current);
    if (doubt) return setQuestion({ ...doubt, at });
    if (uploads.isBusy) return setSendingWithFiles({ at });
    const draftId = await autosave.stop();
    try {
      const { id } = await sendMutation.mutateAsync({
        ...content(),
        draftId,
        sendAt: at?.toISOString(),
        remindAt: reminder && remindAt(reminder, at ?? new Date()).toISOString(),
        idempotencyKey: seed.key,
        isForward: seed.mode === 'forward' ? true : undefined,
      });
      onClose();
      announce(id, at);
      refreshDrafts();
      void client.invalidateQueries({ queryKey: trpc.outbox.pathKey() });
      void client.invalidateQueries({ queryKey: trpc.mail.get.pathKey() });
      void client.invalidateQueries({ queryKey: trpc.mail.listThreads.pathKey() });
    } catch (error) {
      autosave.resume();
      setProblem(failureOf(error));
    }
  };
  const sendNow = useRef(send);
  useEffect(() => {
    sendNow.current = send;
  });
  useEffect(() => {
    if (sendingWithFiles === undefined || uploads.isBusy) return;
    setSendingWithFiles(undefined);
    void sendNow.current(sendingWithFiles.at);
  }, [sendingWithFiles, uploads.isBusy]);
  /** What goes at once is held by the server for as long as the user chose. */
  const announce = (id: string, at: Date | undefined) => {
    const holdMs = undoSendSeconds * 1000;
    if (at === undefined && holdMs === 0) return void toast(text.sent);
    toast(at === undefined ? text.sendingSoon : text.scheduled(formatFullTime(at.toISOString())), {
      duration: at === undefined ? holdMs : 8000,
      action: { label: text.undo, onClick: () => void takeBack(id) },
    });
  };
  const takeBack = async (id: string) => {
    try {
      await openTakenBack(await apiClient.outbox.cancel.mutate({ id }));
      void client.invalidateQueries({ queryKey: trpc.outbox.pathKey() });
    } catch (error) {
      toast.error(text.undoTooLate, { description: failureOf(error).message });
    }
  };

  return {
    fields,
    writer,
    change,
    edited,
    removeFile,
    signBelow,
    reminder,
    setReminder,
    uploads,
    sizeLimit,
    saveState,
    problem,
    autosave,
    isSending: sendMutation.isPending,
    isSendingWithFiles: sendingWithFiles !== undefined,
    dontSendYet: () => setSendingWithFiles(undefined),
    send,
    question,
    answerQuestion,
    close,
    openNewer,
    discard,
  };
}
