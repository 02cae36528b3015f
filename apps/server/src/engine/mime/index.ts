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
export { type AuthenticationResults, parseAuthentication } from './authentication.ts';
export { type ComposedBody, composeBody, type DecodedPart, decodePart, type PartEncoding } from './body.ts';
export { type ImapBodyStructure, type Structure, structureFromImap, structureFromParts } from './bodystructure.ts';
export { type BuildInput, buildMessage, type OutgoingAttachment, type StoredFile } from './build.ts';
export { canonicalCharset } from './charset-labels.ts';
export { decodeText, resolveCharset, storable } from './charsets.ts';
export { parseDate, sortDate } from './dates.ts';
export { decodeEncodedWords } from './encoded-words.ts';
export { safeFilename } from './filenames.ts';
export { type FingerprintInput, fingerprint, messageIdHash } from './fingerprint.ts';
export { decodeFlowed, encodeFlowed } from './flowed.ts';
export {
  type FrozenFile,
  type FrozenMessage,
  fileOfPart,
  frozenSize,
  type MessageSource,
  type ReadFile,
  readAll,
  sourceOf,
  sourceOfBuffer,
  structureOfFrozen,
  transmitted,
} from './frozen.ts';
export { isAscii, wireAddress } from './header-encoding.ts';
export { type HeaderBlock, type HeaderField, parseHeaderBlock } from './headers.ts';
export { bareMessageId, extractMessageIds, parseMessageId, references } from './message-ids.ts';
export {
  decodeAttachment,
  type ParsedAttachment,
  type ParsedHeader,
  type ParsedMime,
  type ParseLimits,
  parseHeader,
  parseMessage,
  partBytes,
} from './parse.ts';
export { type MimePart, type MimeTree, splitParts } from './parts.ts';
export {
  type AttachmentPart,
  attachmentsOf,
  type BodyPart,
  type FullSourceReason,
  hasAttachments,
  type PartsPlan,
  planParts,
} from './parts-plan.ts';
export { redated } from './redate.ts';
export { resent } from './resent.ts';
export { inSevenBits } from './seven-bit.ts';
export { htmlToText, type SnippetSource, snippet } from './snippet.ts';
export {
  type KnownPeople,
  nameKey,
  type SpoofingWarning,
  type SuspectMessage,
  spoofingWarnings,
} from './spoofing.ts';
export { baseSubject, canonicalSubject, isReplySubject } from './subject.ts';
export {
  decideThread,
  MAX_THREAD_KEYS,
  providerThreadKey,
  type ThreadableMessage,
  type ThreadDecision,
  threadKeys,
} from './threading.ts';
export { decodeTransfer } from './transfer-encodings.ts';
