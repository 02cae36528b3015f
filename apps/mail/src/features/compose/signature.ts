/**
 * The signature in the editor: a block of its own, so that it can be told from what was written, is changed with the sender,
 * and is found again when a draft is opened again. The mark above it (`-- `, RFC 3676 §4.3) is what mail-html keeps in the
 * text beside the HTML. Whoever deletes it gets it back by no change of the sender.
 */
import { type Editor, Node } from '@tiptap/react';
import { markupOf } from './editor.ts';
import { pieceOf } from './editor-html.ts';
import { SIGNATURE_CLASS } from './quote.ts';

export const Signature = Node.create({
  name: 'signature',
  group: 'block',
  content: 'block+',
  defining: true,
  parseHTML: () => [{ tag: `div.${SIGNATURE_CLASS}` }],
  renderHTML: () => ['div', { class: SIGNATURE_CLASS }, 0],
});

/** As it stands in the message. One without markup is text, line by line. */
export function signatureHtml(signature: string): string {
  return `<div class="${SIGNATURE_CLASS}"><p style="margin: 0">-- </p>${markupOf(signature)}</div>`;
}

/** What the person wrote, as text: without the signature and, where it is not wanted, without what is quoted in it. */
export function writtenIn(editor: Editor, { withQuotes }: { withQuotes: boolean }): string {
  const blocks: string[] = [];
  editor.state.doc.forEach((block) => {
    if (block.type.name === 'signature' || (block.type.name === 'blockquote' && !withQuotes)) return;
    blocks.push(block.textBetween(0, block.content.size, '\n', '\n'));
  });
  return blocks.join('\n');
}

/** What stands below a quote when the sender, and so the signature, is another: nothing where the person has taken it away. */
export function signatureBelow(current: string, signature: string, { isFirst }: { isFirst: boolean }): string {
  return signature.trim() === '' || (current === '' && !isFirst) ? '' : signatureHtml(signature);
}

/** Puts it at the end, or another one or none in its place. `isFirst`: nothing had a signature so far. */
export function setSignature(editor: Editor, signature: string, { isFirst }: { isFirst: boolean }): void {
  let place: { from: number; to: number } | undefined;
  editor.state.doc.forEach((block, offset) => {
    if (block.type.name === 'signature') place = { from: offset, to: offset + block.nodeSize };
  });
  if (!place && !isFirst) return;
  const end = editor.state.doc.content.size;
  const at = place ?? { from: end, to: end };
  const quiet = editor.chain().setMeta('preventUpdate', true).setMeta('addToHistory', false);
  if (signature.trim() !== '') {
    const signed = pieceOf(signatureHtml(signature), editor.schema);
    quiet.insertContentAt(at, signed, { updateSelection: false }).run();
  } else if (place) quiet.deleteRange(at).run();
}
