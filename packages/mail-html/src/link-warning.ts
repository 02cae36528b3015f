/**
 * Whether a link goes somewhere else than it says: its text names one site and its address another, its host passes for
 * another one by letters of another script, or it is a bare number. Pure; the reader asks before it follows such a link.
 */
import { passesFor, siteOf, unicodeHost } from './host-names.ts';

/** What is wrong with a link, and both names as they are to be shown. */
export interface LinkWarning {
  readonly kind: 'other-site' | 'look-alike' | 'foreign-script' | 'number';
  /** Where it says that it goes: what the text names, or what the host looks like. */
  readonly says: string;
  /** Where it goes. */
  readonly host: string;
}

const NAMED =
  /^[\s<("'\u200b]*(?:(?:https?:\/\/)?(?:[^\s/@:?#]{1,200}@)?((?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}))(?=$|[\s/:?#)>"',.])/iu;

/** The warning for a link with this text and address; undefined where there is nothing to warn of. */
export function linkWarning(text: string, href: string): LinkWarning | undefined {
  const target = URL.parse(href);
  if (target === null || !/^https?:$/.test(target.protocol)) return undefined;
  const host = target.hostname;
  const plain = passesFor(host);
  if (plain !== undefined) return { kind: 'look-alike', says: plain, host };
  const named = NAMED.exec(text.slice(0, 500))?.[1]?.toLowerCase();
  if (named !== undefined && isSiteName(named) && siteOf(hostOf(named)) !== siteOf(host)) {
    return { kind: 'other-site', says: named, host: unicodeHost(host) };
  }
  if (host.split('.').some((label) => label.startsWith('xn--')))
    return { kind: 'foreign-script', says: unicodeHost(host), host };
  if (/^[\d.]+$|^\[/.test(host)) return { kind: 'number', says: text.trim().slice(0, 60), host };
  return undefined;
}

/** Not every word with a dot in it is a host: `e.g.`, `report.pdf`, `Node.js`. */
function isSiteName(name: string): boolean {
  return !/\.(?:pdf|docx?|xlsx?|pptx?|txt|zip|png|jpe?g|gif|html?|js|ts|py|md|csv|exe)$/.test(name);
}

function hostOf(name: string): string {
  return URL.parse(`https://${name}/`)?.hostname ?? name;
}
