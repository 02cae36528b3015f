/** Formatting: bold, italic, lists, quote, link. */
import { type Editor, useEditorState } from '@tiptap/react';
import { Bold, Italic, Link as LinkIcon, List, ListOrdered, TextQuote } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button, IconButton } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { TextField } from '../../components/ui/field.tsx';
import { composeText as text } from '../../lib/i18n/compose.ts';

/** Completes what is typed as a web or mail address; nothing else becomes a link. */
export function linkTarget(typed: string): string | undefined {
  const value = typed.trim();
  if (/^(?:https?:\/\/|mailto:|tel:)\S+$/i.test(value)) return value;
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(value)) return `mailto:${value}`;
  if (/^[^\s:/?#]+\.[^\s:]+$/.test(value)) return `https://${value}`;
  return undefined;
}

export function EditorToolbar({ editor }: { editor: Editor }) {
  const [link, setLink] = useState<string>();
  const active = useEditorState({
    editor,
    selector: ({ editor: current }) => ({
      bold: current.isActive('bold'),
      italic: current.isActive('italic'),
      bulletList: current.isActive('bulletList'),
      orderedList: current.isActive('orderedList'),
      blockquote: current.isActive('blockquote'),
      link: current.isActive('link'),
    }),
  });
  const chain = () => editor.chain().focus();
  const buttons = [
    { label: text.bold, icon: <Bold />, keys: '$mod+b', on: active.bold, run: () => chain().toggleBold().run() },
    {
      label: text.italic,
      icon: <Italic />,
      keys: '$mod+i',
      on: active.italic,
      run: () => chain().toggleItalic().run(),
    },
    { label: text.bulletList, icon: <List />, on: active.bulletList, run: () => chain().toggleBulletList().run() },
    {
      label: text.numberedList,
      icon: <ListOrdered />,
      on: active.orderedList,
      run: () => chain().toggleOrderedList().run(),
    },
    { label: text.quote, icon: <TextQuote />, on: active.blockquote, run: () => chain().toggleBlockquote().run() },
  ];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    const href = linkTarget(link ?? '');
    if (href === undefined) return;
    if (editor.state.selection.empty && !active.link) {
      chain()
        .insertContent({ type: 'text', text: link ?? href, marks: [{ type: 'link', attrs: { href } }] })
        .run();
    } else chain().extendMarkRange('link').setLink({ href }).run();
    setLink(undefined);
  };
  return (
    <div role="toolbar" aria-label={text.formatting} className="flex items-center">
      {buttons.map(({ label, icon, keys, on, run }) => (
        <IconButton key={label} label={label} keys={keys} isActive={on} aria-pressed={on} onClick={run}>
          {icon}
        </IconButton>
      ))}
      <IconButton
        label={text.link}
        isActive={active.link}
        aria-pressed={active.link}
        onClick={() => setLink(String(editor.getAttributes('link').href ?? ''))}
      >
        <LinkIcon />
      </IconButton>
      <Dialog
        isOpen={link !== undefined}
        onOpenChange={(isOpen) => !isOpen && setLink(undefined)}
        title={text.linkTitle}
        className="max-w-sm"
      >
        <form onSubmit={submit} className="flex flex-col gap-4">
          <TextField
            label={text.linkAddress}
            value={link ?? ''}
            autoFocus
            placeholder="https://"
            onChange={(event) => setLink(event.target.value)}
          />
          <div className="flex justify-end gap-2">
            {active.link && (
              <Button
                onClick={() => {
                  chain().extendMarkRange('link').unsetLink().run();
                  setLink(undefined);
                }}
              >
                {text.linkRemove}
              </Button>
            )}
            <Button type="submit" variant="primary" disabled={linkTarget(link ?? '') === undefined}>
              {text.linkSet}
            </Button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}
