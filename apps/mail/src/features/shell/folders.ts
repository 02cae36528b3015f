/** The folder list as the sidebar shows it: what everybody has first, then the account's own. Pure. */
import type { FolderCount } from '../../lib/api.ts';
import { shellText } from '../../lib/i18n/shell.ts';

export const mainFolders = [
  'inbox',
  'starred',
  'snoozed',
  'draft',
  'sent',
  'scheduled',
  'archive',
  'spam',
  'bin',
  'all',
] as const;
export type MainFolder = (typeof mainFolders)[number];

export interface SidebarFolder {
  id: string;
  name: string;
  /** The whole path, where it says more than the name. */
  path?: string;
  depth: number;
  badge: number;
}

export interface SidebarFolders {
  main: SidebarFolder[];
  mailboxes: SidebarFolder[];
  labels: SidebarFolder[];
}

const TOTALS: ReadonlySet<string> = new Set(['draft', 'scheduled', 'snoozed']);
const NO_BADGE: ReadonlySet<string> = new Set(['all', 'bin', 'sent', 'starred', 'archive']);
/** Shown only where the account has one. */
const OPTIONAL: ReadonlySet<string> = new Set(['archive', 'spam', 'bin']);

export function isMainFolder(id: string): id is MainFolder {
  return (mainFolders as readonly string[]).includes(id);
}

function badgeOf({ id, count, total }: FolderCount): number {
  if (NO_BADGE.has(id)) return 0;
  return TOTALS.has(id) ? total : count;
}

/** Paths are separated by `/` or `.`, as their server does; a common `INBOX` prefix is no level. */
function depthOf(path: string, paths: ReadonlySet<string>): number {
  let depth = 0;
  for (let end = path.length - 1; end > 0; end -= 1) {
    const char = path[end];
    if ((char === '/' || char === '.') && paths.has(path.slice(0, end))) depth += 1;
  }
  return depth;
}

export function sidebarFolders(counts: readonly FolderCount[]): SidebarFolders {
  const byId = new Map(counts.map((one) => [one.id, one]));
  const own = counts.filter(({ id }) => !isMainFolder(id));
  const paths = new Set(own.flatMap(({ path }) => path ?? []));
  const isKnown = counts.length > 0;
  return {
    main: mainFolders
      .filter((id) => !isKnown || byId.has(id) || !OPTIONAL.has(id))
      .map((id) => {
        const found = byId.get(id);
        return { id, name: shellText.folderNames[id], depth: 0, badge: found ? badgeOf(found) : 0 };
      }),
    mailboxes: own
      .filter(({ path, holds }) => path !== null && holds === undefined)
      .map((one) => ({
        id: one.id,
        name: one.label,
        path: one.path ?? one.label,
        depth: depthOf(one.path ?? '', paths),
        badge: badgeOf(one),
      })),
    labels: own
      .filter(({ path }) => path === null)
      .map((one) => ({ id: one.id, name: one.label, depth: 0, badge: badgeOf(one) })),
  };
}

export function folderName(counts: readonly FolderCount[], id: string): string {
  if (isMainFolder(id)) return shellText.folderNames[id];
  return counts.find((one) => one.id === id)?.label ?? '';
}

/** The counts of all accounts together, for the folders that every account has. */
export function sumCounts(all: readonly (readonly FolderCount[])[]): FolderCount[] {
  const sums = new Map<string, FolderCount>();
  for (const one of all.flat()) {
    if (!isMainFolder(one.id)) continue;
    const sum = sums.get(one.id);
    sums.set(
      one.id,
      sum ? { ...sum, count: sum.count + one.count, total: sum.total + one.total } : { ...one, path: null },
    );
  }
  return [...sums.values()];
}
