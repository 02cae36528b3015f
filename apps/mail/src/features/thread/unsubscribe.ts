/** Where a mailing list lets one leave (RFC 2369): its web page, opened by the reader, never by us. */
export function unsubscribeUrl(listUnsubscribe: string | undefined): string | undefined {
  if (listUnsubscribe === undefined) return undefined;
  return [...listUnsubscribe.matchAll(/<\s*(https:\/\/[^>\s]+)\s*>/gi)].map(([, url]) => url)[0];
}
