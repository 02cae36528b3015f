/** Files that are pasted: pictures into the text, all others attached. */
import type { Editor } from '@tiptap/react';
import { isPicture } from './pictures.ts';
import type { Uploads } from './uploads.ts';

/** Whether the paste is done by that. Words that come with a picture of themselves, as from a spreadsheet, are words. */
export function pasteFiles(editor: Editor, uploads: Uploads, data: DataTransfer): boolean {
  const files = [...data.files];
  if (files.length === 0) return false;
  const pictures = files.filter(isPicture);
  if (pictures.length === files.length && data.getData('text/plain').trim() !== '') return false;
  const others = files.filter((file) => !isPicture(file));
  if (others.length > 0) uploads.add(others);
  const chosen = uploads.addPictures(pictures);
  if (chosen.length > 0) editor.commands.insertContent(chosen.map((attrs) => ({ type: 'picture', attrs })));
  return true;
}

/** Takes the picture out of the text whose file is not wanted any more. */
export function removePicture(editor: Editor, url: string): void {
  const places: number[] = [];
  editor.state.doc.descendants((node, at) => {
    if (node.type.name === 'picture' && node.attrs.src === url) places.push(at);
  });
  for (const at of places.reverse()) editor.commands.deleteRange({ from: at, to: at + 1 });
}
