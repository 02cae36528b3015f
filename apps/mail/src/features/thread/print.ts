/**
 * Messages on paper: their headers and what is shown of them, without the app around. A hidden frame without scripts
 * holds them; each text stands in a shadow tree of its own, so that no style sheet of a sender reaches a header or another
 * message, and a long one breaks over pages, which a frame in a page does not.
 */
import {
  FRAME_SANDBOX,
  type FrameMarkup,
  frameDocument,
  markup,
  type SafeMarkup,
  safeMarkup,
} from '@postroom/mail-html/browser';
import type { Address, ParsedMessage } from '../../lib/api.ts';
import { formatAddress, formatFullTime, formatSize } from '../../lib/format.ts';
import { threadText as text } from '../../lib/i18n/thread.ts';

/** A message and the markup that the reader sees of it. */
export interface Printed {
  readonly message: ParsedMessage;
  readonly html: string;
}

const PAPER = { colorScheme: 'light', background: '#ffffff', color: '#000000', link: '#1a3fa8' } as const;
const FIELD = 'padding:0 12px 2px 0;vertical-align:top';
/** A sheet is as wide as it is: what would be cut off at its edge is made narrower. */
const FITTING = markup`<style>img,table{max-width:100%!important}img{height:auto}td,th{overflow-wrap:anywhere}pre{white-space:pre-wrap}tr,img{break-inside:avoid}</style>`;

/** Opens the browser's print dialog as soon as the pictures are there. */
export function printMessages(subject: string, printed: readonly Printed[]): void {
  for (const old of document.querySelectorAll('iframe[data-print]')) old.remove();
  const frame = document.createElement('iframe');
  frame.dataset.print = '';
  frame.title = text.print;
  frame.setAttribute('sandbox', `${FRAME_SANDBOX} allow-modals`);
  frame.style.cssText = 'position:fixed;left:-10000px;width:800px;height:600px;border:0';
  frame.addEventListener('load', () => {
    const view = frame.contentWindow;
    if (!view) return;
    view.addEventListener('afterprint', () => frame.remove());
    view.print();
  });
  frame.srcdoc = printDocument(subject, printed);
  document.body.append(frame);
}

/** The whole document; what a sender wrote is cleaned or escaped. */
function printDocument(subject: string, printed: readonly Printed[]): FrameMarkup {
  const title = markup`<title>${subject}</title><h1 style="font-size:18px;margin:0 0 12px">${subject}</h1>`;
  return frameDocument(markup`${title}${printed.map(printedMessage)}`, { theme: PAPER });
}

function printedMessage({ message, html }: Printed): SafeMarkup {
  const files = message.attachments.filter(({ inline }) => !inline);
  const rows: [string, string][] = [
    [text.from, formatAddress(message.sender)],
    [text.toField, joined(message.to)],
    [text.cc, joined(message.cc)],
    [text.bcc, joined(message.bcc)],
    [text.date, formatFullTime(message.date ?? message.receivedOn)],
    [text.subject, message.subject],
    [text.files, files.map(({ filename, size }) => `${filename} (${formatSize(size)})`).join(', ')],
  ];
  const header = rows
    .filter(([, value]) => value !== '')
    .map(
      ([name, value]) =>
        markup`<tr><td style="${FIELD};width:1%;white-space:nowrap;color:#555">${name}</td><td style="${FIELD}">${value}</td></tr>`,
    );
  // A `template` of the message's own does not outlive the cleaning, so nothing in it ends this one.
  const body = markup`<div style="overflow:clip!important;display:block!important"><template shadowrootmode="open">${FITTING}${safeMarkup(html)}</template></div>`;
  return markup`<table style="width:100%;margin:0 0 16px;padding:8px 0;border-top:1px solid #999;border-bottom:1px solid #ccc;font-size:13px;break-inside:avoid;break-after:avoid">${header}</table>${body}<div style="height:24px"></div>`;
}

const joined = (addresses: readonly Address[]) => addresses.map(formatAddress).join(', ');
