/** Text that is kept to be sent later, a signature or a template, in the composer's editor. */
import { EditorContent, useEditor } from '@tiptap/react';
import { useState } from 'react';
import { cn } from '../../lib/class-names.ts';
import { beginningWith, markupOf, writingExtensions, writingProps } from './editor.ts';
import { EditorToolbar } from './editor-toolbar.tsx';

export interface RichFieldProps {
  label: string;
  /** What it begins with. */
  initial: string;
  /** Empty where nothing is written. */
  onChange: (html: string) => void;
  placeholder?: string;
  testId: string;
  className?: string;
}

export default function RichField({ label, initial, onChange, placeholder = '', testId, className }: RichFieldProps) {
  const [beginning] = useState(() => beginningWith(markupOf(initial), writingExtensions(placeholder)));
  const editor = useEditor({
    ...beginning,
    editorProps: writingProps(label, testId),
    onUpdate: ({ editor: current }) => onChange(current.isEmpty ? '' : current.getHTML()),
  });
  return (
    <div className={cn('flex min-w-0 flex-col gap-1', className)}>
      <span aria-hidden="true" className="text-xs font-medium">
        {label}
      </span>
      <div className="rounded-md border bg-surface focus-within:border-accent focus-within:ring-2 focus-within:ring-accent/25">
        <div className="border-b px-1 py-0.5">
          <EditorToolbar editor={editor} />
        </div>
        <EditorContent
          editor={editor}
          className="max-h-72 overflow-y-auto px-3 py-2 [&_.prose-compose]:min-h-16 [&_.prose-compose]:text-[13px]"
        />
      </div>
    </div>
  );
}
