/** Writes a message: recipients, subject, text, files. The same in a window, in full screen and below a conversation. */

import { EditorContent, useEditor } from '@tiptap/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import type { Template } from '../../lib/api.ts';
import { cn } from '../../lib/class-names.ts';
import { formatAddress } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { useCommands } from '../../lib/keyboard/index.ts';
import { useSettings } from '../../lib/settings.ts';
import { AddressField } from './address-field.tsx';
import { ComposerFooter } from './composer-footer.tsx';
import { beginningWith, markupOf, writingExtensions, writingProps } from './editor.ts';
import { pieceOf } from './editor-html.ts';
import { Picture } from './editor-nodes.ts';
import { FileChips } from './file-chips.tsx';
import { pasteFiles, removePicture } from './pasting.ts';
import { fillIn, placeholderValues } from './placeholders.ts';
import { escapeHtml } from './quote.ts';
import { QuotedText } from './quoted-text.tsx';
import { ConflictNotice } from './save-state.tsx';
import type { ComposeSeed } from './seeds.ts';
import { ReminderChip } from './send-options.tsx';
import { SendQuestionDialog } from './send-question.tsx';
import { Signature, setSignature, signatureBelow, writtenIn } from './signature.ts';
import { SignatureBelow } from './signature-below.tsx';
import { TemplateMenu } from './template-menu.tsx';
import { useComposer } from './use-composer.ts';

export interface ComposerProps {
  seed: ComposeSeed;
  onClose: () => void;
  /** The bar above, given what closing means. */
  renderHeader?: (options: { subject: string; close: () => void }) => ReactNode;
  className?: string;
}

/** The editor says of each Escape that it is dealt with, and does nothing. */
const isOfEditor = (target: EventTarget) => target instanceof Element && target.closest('.prose-compose') !== null;

export default function Composer({ seed, onClose, renderHeader, className }: ComposerProps) {
  const [hasCc, setHasCc] = useState(seed.cc.length > 0);
  const [hasBcc, setHasBcc] = useState(seed.bcc.length > 0);
  const [isDropping, setIsDropping] = useState(false);
  const fileInput = useRef<HTMLInputElement>(null);
  const [beginning] = useState(() =>
    beginningWith(seed.body, [...writingExtensions(text.bodyPlaceholder), Signature, Picture]),
  );
  const isAnswer = seed.mode === 'reply' || seed.mode === 'replyAll' || seed.mode === 'replyList';
  const changed = useRef<() => void>(() => {});
  const pasted = useRef<(data: DataTransfer) => boolean>(() => false);
  const editor = useEditor({
    ...beginning,
    autofocus: isAnswer || seed.mode === 'draft' ? 'start' : false,
    editorProps: {
      ...writingProps(text.body, 'compose-body'),
      handlePaste: (_view, { clipboardData }) => clipboardData !== null && pasted.current(clipboardData),
      handleDrop: (_view, event) => (event.dataTransfer?.files.length ?? 0) > 0,
    },
    onUpdate: () => changed.current(),
  });
  const composer = useComposer({
    seed,
    onClose,
    readBody: () => editor.getHTML(),
    isBodyEmpty: () => writtenIn(editor, { withQuotes: true }).trim() === '',
    readWritten: () => writtenIn(editor, { withQuotes: false }),
  });
  const { fields, change, signBelow, uploads, sending } = composer;
  const { signaturePlace } = useSettings();
  // As it is when one begins: what is written does not move about.
  const [isSignedBelow] = useState(
    seed.isWritten ? seed.signature !== '' : seed.quoted !== '' && signaturePlace === 'below',
  );
  useEffect(() => {
    changed.current = composer.edited;
    pasted.current = (data) => pasteFiles(editor, uploads, data);
  });

  // The signature changes with the sender; a draft that is opened again has its own.
  const signed = useRef<string>(undefined);
  const { signature } = composer.writer;
  useEffect(() => {
    if (signature === undefined || signature === signed.current) return;
    const before = signed.current;
    signed.current = signature;
    if (before === undefined && seed.isWritten) return;
    const isFirst = (before ?? '') === '';
    if (isSignedBelow) signBelow((current) => signatureBelow(current, signature, { isFirst }));
    else setSignature(editor, signature, { isFirst });
  }, [signature, editor, seed.isWritten, isSignedBelow, signBelow]);

  const [isPickingTemplate, setIsPickingTemplate] = useState(false);
  useCommands({ insertTemplate: () => setIsPickingTemplate(true) });
  const insertTemplate = (template: Template) => {
    const { choices, fromEmail } = composer.writer;
    const from = choices.find(({ email }) => email === fromEmail);
    const values = placeholderValues(fields.to[0], from);
    editor
      .chain()
      .focus()
      .insertContent(pieceOf(markupOf(fillIn(template.html, values, escapeHtml)), editor.schema))
      .run();
    if (fields.subject.trim() === '' && template.subject !== undefined)
      change({ subject: fillIn(template.subject, values) });
  };

  const removeFile = (key: string) => {
    const { url } = uploads.files.find((file) => file.key === key) ?? {};
    if (url !== undefined) removePicture(editor, url);
    composer.removeFile(key);
  };

  const connectionId = seed.connectionId;
  const addCopies = (
    <span className="flex shrink-0 gap-1 pt-0.5">
      {!hasCc && (
        <Button variant="ghost" size="small" className="h-6 px-1.5 text-muted" onClick={() => setHasCc(true)}>
          {text.cc}
        </Button>
      )}
      {!hasBcc && (
        <Button variant="ghost" size="small" className="h-6 px-1.5 text-muted" onClick={() => setHasBcc(true)}>
          {text.bcc}
        </Button>
      )}
    </span>
  );
  return (
    <section
      aria-label={fields.subject || text.newMessage}
      data-testid="composer"
      className={cn('relative flex min-h-0 flex-col bg-raised', className)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          void sending.send();
        } else if (event.key === '.' && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          setIsPickingTemplate(true);
        } else if (event.key === 'Escape' && (!event.defaultPrevented || isOfEditor(event.target))) {
          event.preventDefault();
          onClose();
        }
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setIsDropping(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget instanceof Node ? event.relatedTarget : null))
          setIsDropping(false);
      }}
      onDrop={(event) => {
        if (event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        setIsDropping(false);
        uploads.add([...event.dataTransfer.files]);
      }}
    >
      {renderHeader?.({ subject: fields.subject, close: onClose })}
      {composer.writer.choices.length > 1 && (
        <div className="flex h-9 shrink-0 items-center gap-2 border-b px-3">
          <label htmlFor={`from-${seed.key}`} className="w-9 text-muted">
            {text.from}
          </label>
          <select
            id={`from-${seed.key}`}
            className="min-w-0 flex-1 bg-transparent outline-none [&>option]:bg-raised"
            value={composer.writer.fromEmail}
            onChange={(event) => change({ fromEmail: event.target.value })}
          >
            {composer.writer.choices.map((one) => (
              <option key={one.email} value={one.email}>
                {formatAddress(one)}
              </option>
            ))}
          </select>
        </div>
      )}
      <AddressField
        label={text.to}
        addresses={fields.to}
        onChange={(to) => change({ to })}
        connectionId={connectionId}
        isFocusedFirst={seed.to.length === 0}
        end={addCopies}
      />
      {hasCc && (
        <AddressField
          label={text.cc}
          addresses={fields.cc}
          onChange={(cc) => change({ cc })}
          connectionId={connectionId}
        />
      )}
      {hasBcc && (
        <AddressField
          label={text.bcc}
          addresses={fields.bcc}
          onChange={(bcc) => change({ bcc })}
          connectionId={connectionId}
        />
      )}
      {!isAnswer && (
        <input
          aria-label={text.subject}
          placeholder={text.subject}
          data-testid="compose-subject"
          className="h-9 shrink-0 border-b bg-transparent px-3 font-medium outline-none"
          value={fields.subject}
          maxLength={2000}
          onChange={(event) => change({ subject: event.target.value })}
        />
      )}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <EditorContent editor={editor} className="px-3 py-3" />
        {fields.quoted !== '' && <QuotedText html={fields.quoted} onRemove={() => change({ quoted: '' })} />}
        {fields.signature !== '' && (
          <SignatureBelow html={fields.signature} onRemove={() => change({ signature: '' })} />
        )}
      </div>
      <FileChips files={uploads.files} onRemove={removeFile} />
      {seed.isSimplified && <Notice className="mx-3 mb-2" title={text.simplified} />}
      {composer.saveState.type === 'conflict' ? (
        <ConflictNotice
          onOpen={composer.openNewer}
          onKeep={composer.autosave.keepApart}
          draftId={composer.saveState.draftId}
        />
      ) : (
        seed.isChangedElsewhere && <Notice className="mx-3 mb-2" title={text.changedElsewhere} />
      )}
      <ReminderChip reminder={composer.reminder} onRemove={() => composer.setReminder(undefined)} />
      {sending.isWaitingForFiles && (
        <Notice
          className="mx-3 mb-2"
          title={text.sendingWithFiles}
          action={
            <Button size="small" onClick={sending.dontSendYet}>
              {text.dontSendYet}
            </Button>
          }
        />
      )}
      {composer.problem && (
        <Notice tone="danger" className="mx-3 mb-2" title={composer.problem.message} fix={composer.problem.fix} />
      )}
      <ComposerFooter
        editor={editor}
        composer={composer}
        wasFor={seed.wasFor}
        onAttach={() => fileInput.current?.click()}
      >
        <TemplateMenu
          isOpen={isPickingTemplate}
          onOpenChange={setIsPickingTemplate}
          onPick={insertTemplate}
          onClosed={() => editor.commands.focus()}
        />
      </ComposerFooter>
      <input
        ref={fileInput}
        type="file"
        multiple
        hidden
        data-testid="compose-file-input"
        onChange={(event) => {
          uploads.add([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <SendQuestionDialog
        question={sending.question}
        onSend={() => sending.answerQuestion('send')}
        onBack={() => sending.answerQuestion('back')}
        onAddFile={() => {
          sending.answerQuestion('back');
          fileInput.current?.click();
        }}
      />
      {isDropping && (
        <div className="pointer-events-none absolute inset-0 z-10 flex items-center justify-center rounded-lg border-2 border-dashed border-accent bg-selected/90 font-medium">
          {text.dropHere}
        </div>
      )}
    </section>
  );
}
