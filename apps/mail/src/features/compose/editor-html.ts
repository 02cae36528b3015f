/**
 * HTML as the editor’s content, parsed in a document where nothing of it runs. Whatever the editor does not know is not in
 * what comes out. The editor’s own way hands text to the page’s parser, which refuses it (Trusted Types).
 */
import { parseInert } from '@postroom/mail-html/browser';
import { DOMParser, type Fragment, type Schema } from '@tiptap/pm/model';
import { type Extensions, getSchema, type JSONContent } from '@tiptap/react';

/** The whole of what an editor begins with. */
export function contentOf(html: string, extensions: Extensions): JSONContent {
  return DOMParser.fromSchema(getSchema(extensions)).parse(parseInert(html).body).toJSON();
}

/** A piece for an editor that is open; spaces stay. */
export function pieceOf(html: string, schema: Schema): Fragment {
  return DOMParser.fromSchema(schema).parseSlice(parseInert(html).body, { preserveWhitespace: true }).content;
}
