/** How large the files of a message become on its way, and whether the server takes them (SIZE, RFC 1870). Pure. */

/** 57 octets are a line of base64: 76 letters and the line's end (RFC 2045 §6.8). */
const LINE_OCTETS = 57;
const ENCODED_LINE_OCTETS = 78;
/** Headers of a file's part. */
const PART_OCTETS = 512;
/** The text, with room for a long one. */
const TEXT_OCTETS = 64_000;

/** Octets of a message with these files, as it is transmitted. */
export function transmittedSize(files: readonly { size: number }[]): number {
  return files.reduce(
    (sum, { size }) => sum + PART_OCTETS + Math.ceil(size / LINE_OCTETS) * ENCODED_LINE_OCTETS,
    TEXT_OCTETS,
  );
}

/** Octets of one file that just fits; 0 where none does. */
export function roomFor(limit: number): number {
  return Math.max(0, Math.floor((limit - TEXT_OCTETS - PART_OCTETS) / ENCODED_LINE_OCTETS) * LINE_OCTETS);
}
