/** What can be done with a message that is being written: send it, add to it, throw it away. */
import type { Editor } from '@tiptap/react';
import { Paperclip, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../../components/ui/button.tsx';
import { formatSize } from '../../lib/format.ts';
import { composeText as text } from '../../lib/i18n/compose.ts';
import { EditorToolbar } from './editor-toolbar.tsx';
import { SaveLine } from './save-state.tsx';
import { SendOptions } from './send-options.tsx';
import { roomFor } from './size-limit.ts';
import type { useComposer } from './use-composer.ts';

export interface ComposerFooterProps {
  editor: Editor;
  composer: ReturnType<typeof useComposer>;
  wasFor: string | undefined;
  onAttach: () => void;
  /** Beside the files. */
  children: ReactNode;
}

const attachLabel = (limit: number | undefined) =>
  limit === undefined ? text.attach : text.attachUpTo(formatSize(roomFor(limit)));

export function ComposerFooter({ editor, composer, wasFor, onAttach, children }: ComposerFooterProps) {
  return (
    <footer className="flex shrink-0 flex-wrap items-center gap-1 border-t px-3 py-2">
      <SendOptions
        isSending={composer.sending.isSending}
        reminder={composer.reminder}
        onReminder={composer.setReminder}
        wasFor={wasFor}
        onSend={(at) => void composer.sending.send(at)}
      />
      <IconButton label={attachLabel(composer.sizeLimit)} onClick={onAttach}>
        <Paperclip />
      </IconButton>
      {children}
      <span aria-hidden="true" className="mx-1 h-4 w-px bg-line max-sm:hidden" />
      <span className="max-sm:hidden">
        <EditorToolbar editor={editor} />
      </span>
      <SaveLine state={composer.saveState} />
      <IconButton label={text.discard} disabled={composer.sending.isSending} onClick={() => void composer.discard()}>
        <Trash2 />
      </IconButton>
    </footer>
  );
}
