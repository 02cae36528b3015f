/** A message that is being written: its fields and its draft. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { toast } from 'sonner';
import { type Address, apiClient, type Failure, failureOf, type Inputs, trpc } from '../../lib/api.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { useConnections } from '../accounts/index.ts';
import { type Autosave, createAutosave, type SaveState } from './autosave.ts';
import { referToPictures, standsIn } from './pictures.ts';
import { type ComposeSeed, unsavedSeed } from './seeds.ts';
import { useUploads } from './uploads.ts';
import { useKeptOnLeaving } from './use-kept-on-leaving.ts';
import { useSending } from './use-sending.ts';
import { useWriter } from './use-writer.ts';
import { closeComposer, openComposer, openDraft, takeInHand } from './windows.ts';

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

export type DraftInput = Inputs['drafts']['create'];

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

  const content = (body: string): DraftInput => {
    const files = uploads.latest();
    const message = referToPictures(body + fields.quoted + fields.signature, files);
    return {
      to: fields.to,
      cc: fields.cc,
      bcc: fields.bcc,
      subject: fields.subject,
      message,
      attachments: files.flatMap(({ uploadId, contentId }) => {
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
  const latest = useRef({ content, readBody, isBodyEmpty, fields, uploads });
  useEffect(() => {
    latest.current = { content, readBody, isBodyEmpty, fields, uploads };
  });
  // Of this composer alone: one that is opened from the same seed again has not written what this one has.
  const [firstKey] = useState(() => crypto.randomUUID() as string);
  const writerKey = useRef(firstKey);
  const isGone = useRef(false);
  // An editor that is not shown any more does not tell its text.
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      const body = latest.current.readBody();
      const hasNoText = latest.current.isBodyEmpty();
      latest.current = { ...latest.current, readBody: () => body, isBodyEmpty: () => hasNoText };
    };
  }, []);
  const currentContent = useCallback(() => latest.current.content(latest.current.readBody()), []);
  const autosave = useMemo(
    () =>
      createAutosave({
        draft: seed.draft,
        onState: setSaveState,
        isConflict: (error) => failureOf(error).code === 'CONFLICT',
        isGone: (error) => failureOf(error).code === 'MESSAGE_NOT_FOUND',
        save: async (last) => {
          const base = { id: last?.id, baseRevision: last?.revision, writerKey: writerKey.current };
          const saved = await apiClient.drafts.create.mutate({ ...currentContent(), ...base });
          setDraftId(saved.id);
          return saved;
        },
      }),
    [seed.draft, currentContent],
  );
  useEffect(() => {
    autosaveRef.current = autosave;
  }, [autosave]);
  const refreshDrafts = useCallback(() => {
    void client.invalidateQueries({ queryKey: trpc.drafts.list.pathKey() });
    void client.invalidateQueries({ queryKey: trpc.mail.count.pathKey() });
  }, [client]);

  const sending = useSending({
    seed,
    writerKey,
    fields,
    uploads,
    reminder,
    readWritten,
    currentContent,
    autosave,
    isGone: useCallback(() => isGone.current, []),
    onProblem: setProblem,
    onSent: () => {
      closeComposer(seed.key);
      if (!isGone.current) onClose();
      refreshDrafts();
    },
  });
  /** Whoever writes on has not finished: nothing goes out of their hands in the middle of a word. */
  const edited = () => {
    setProblem(undefined);
    sending.dontSendYet();
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
      files.latest().length === 0
    );
  }, []);
  useKeptOnLeaving({
    autosave,
    uploads,
    sending,
    isEmpty,
    onKept: () => {
      // Saved as it is now: what it began with is not to be opened in its place.
      if (isGone.current) closeComposer(seed.key);
      refreshDrafts();
    },
    onRefused: (failure) => {
      toast.error(text.saveFailed, { description: failure.message });
      openComposer(unsavedSeed(seed, { ...latest.current.fields, body: latest.current.readBody() }, uploads.latest()));
    },
  });
  useEffect(() => {
    if (seed.isUnsaved) autosave.changed();
  }, [seed.isUnsaved, autosave]);
  /** The other window's version is opened, and this one closed. */
  const openNewer = async (id: string) => {
    sending.dontSendYet();
    await autosave.stop();
    onClose();
    await openDraft(id);
  };
  const discard = async () => {
    if (sending.isOnItsWay()) return;
    sending.dontSendYet();
    onClose();
    uploads.abort();
    const draft = await autosave.stop();
    const own = { writerKey: writerKey.current, connectionId: seed.connectionId };
    const isNowhere = draft === undefined && saveState.type === 'idle';
    try {
      if (!isNowhere) await apiClient.drafts.delete.mutate({ ...own, id: draft?.id, revision: draft?.revision });
      toast(text.discarded);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === 'MESSAGE_NOT_FOUND') toast(text.discarded);
      else toast.error(text.notDiscarded, { description: failure.message });
    }
    if (sending.isDoubtful()) toast.warning(text.perhapsSent);
    refreshDrafts();
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
    sending,
    openNewer,
    discard,
  };
}
