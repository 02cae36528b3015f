/**
 * Untrusted HTML to a safe fragment; quoting; plain text. Pure. What runs only in a browser is in `./browser`.
 */
export { type CleanOptions, type CleanResult, cleanFragment } from './clean.ts';
export { hasMarkup } from './has-markup.ts';
export { passesFor, siteOf, skeleton, unicodeHost } from './host-names.ts';
export { isSendable, outgoingDocument, outgoingFragment, withInlinedSheets } from './outgoing.ts';
export { outgoingText } from './outgoing-text.ts';
export { type ForwardedHeader, forwardHtml, type QuoteOptions, quoteHtml, quoteText } from './quote.ts';
export { escapeHtml, textToHtml, toPlainText } from './text.ts';
export { remoteUrl } from './urls.ts';
