/**
 * The MIME room: messages to data and back. Pure; no I/O, no clock. Everything here takes hostile input.
 */
export {
  type Address,
  assertSendable,
  formatAddress,
  formatAddresses,
  normalizeEmail,
  parseAddresses,
} from './addresses.ts';
export { canonicalCharset, decodeText, resolveCharset, storable } from './charsets.ts';
export { parseDate, sortDate } from './dates.ts';
export { decodeEncodedWords } from './encoded-words.ts';
export { type FingerprintInput, fingerprint, messageIdHash } from './fingerprint.ts';
export { type HeaderBlock, type HeaderField, parseHeaderBlock } from './headers.ts';
export { bareMessageId, extractMessageIds, parseMessageId, references } from './message-ids.ts';
export { baseSubject, canonicalSubject, isReplySubject } from './subject.ts';
export {
  decideThread,
  MAX_THREAD_KEYS,
  providerThreadKey,
  type ThreadableMessage,
  type ThreadDecision,
  threadKeys,
} from './threading.ts';
