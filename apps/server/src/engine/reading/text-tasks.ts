/**
 * The heavy work on a stranger's text: parsing a whole message, putting a body together from its parts, cleaning HTML. As
 * data in and data out, so that it can be done in another thread (text-work.ts).
 */
import { cleanFragment, textToHtml } from '@postroom/mail-html';
import type { Body } from '../index/bodies.ts';
import {
  type AttachmentPart,
  composeBody,
  decodeAttachment,
  type PartsPlan,
  parseAuthentication,
  parseHeaderBlock,
  parseMessage,
  storable,
} from '../mime/index.ts';

/** What is asked, and how it is answered. */
export interface TextTasks {
  parse: { asked: { source: Uint8Array }; answered: Body };
  compose: { asked: { plan: PartsPlan; parts: ReadonlyMap<string, Uint8Array> }; answered: Body };
  clean: { asked: CleanTask; answered: Cleaned };
  /** One file of a whole message. */
  file: { asked: { source: Uint8Array; part: string }; answered: CutFile | undefined };
}

export type CutFile = AttachmentPart & { readonly content: Uint8Array };

export interface CleanTask {
  readonly html: string;
  /** Where there is no HTML. */
  readonly text: string;
  /** Addresses of ours by Content-ID. */
  readonly inline: ReadonlyMap<string, string>;
  /** Addresses of ours by that of a picture elsewhere; what lacks is left out and named in the answer. */
  readonly pictures: ReadonlyMap<string, string>;
}

export interface Cleaned {
  readonly html: string;
  readonly hasRemoteImages: boolean;
  readonly isTruncated: boolean;
  readonly unknownPictures: readonly string[];
}

export type TaskKind = keyof TextTasks;

/** Octets of a text that is shown; what is longer is cut (mail-html cuts HTML itself). */
const MAX_TEXT = 1024 * 1024;

const PERFORM: { [Kind in TaskKind]: (asked: TextTasks[Kind]['asked']) => TextTasks[Kind]['answered'] } = {
  parse: ({ source }) => {
    const { text, html, authentication } = parseMessage(source);
    return { text: storable(text), html: storable(html), authentication: authentication ?? null };
  },
  compose: ({ plan, parts }) => {
    const { text, html } = composeBody(plan, ({ part }) => parts.get(part));
    const header = parts.get('HEADER');
    const authentication = header ? (parseAuthentication(parseHeaderBlock(header)) ?? null) : null;
    return { text: storable(text), html: storable(html), authentication };
  },
  clean,
  file: ({ source, part }) => decodeAttachment(source, part),
};

export function perform<Kind extends TaskKind>(
  kind: Kind,
  asked: TextTasks[Kind]['asked'],
): TextTasks[Kind]['answered'] {
  return PERFORM[kind](asked);
}

function clean({ html, text, inline, pictures }: CleanTask): Cleaned {
  if (html === '') {
    const shown = textToHtml(text.slice(0, MAX_TEXT));
    return { html: shown, hasRemoteImages: false, isTruncated: text.length > MAX_TEXT, unknownPictures: [] };
  }
  const unknown = new Set<string>();
  const cleaned = cleanFragment(html, {
    images: (url) => {
      const ours = pictures.get(url);
      if (ours === undefined) unknown.add(url);
      return ours ?? '';
    },
    cid: (contentId) => inline.get(contentId),
  });
  return {
    html: cleaned.html,
    hasRemoteImages: cleaned.hasRemoteImages,
    isTruncated: cleaned.truncated,
    unknownPictures: [...unknown],
  };
}
