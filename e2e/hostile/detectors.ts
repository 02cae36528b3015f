/**
 * What tells that a message did something: ran a script, asked anybody but us for anything, opened or left a page, or
 * tried what only the policy held back. They are set on the browser before the app is opened; `hostile-mail.spec.ts`
 * shows that each of them can be tripped.
 */
import { readFileSync } from 'node:fs';
import type { BrowserContext, Frame, Page, Request } from '@playwright/test';
import { EVIL_DOMAIN } from '@postroom/mail-lab';
import { watchRefusals } from '../refusals.ts';

/** What was noticed since the last time it was taken, a line each. */
export interface Detectors {
  take(): Findings;
}

export interface Findings {
  /** Scripts: by the canary, by a dialog. */
  readonly ran: readonly string[];
  /** Requests that a message caused: to anybody, or to us for what is no picture. */
  readonly asked: readonly string[];
  /** Pages that opened, frames that came up, and the app having gone somewhere else. */
  readonly left: readonly string[];
  /** What the policy refused, and faults of scripts. */
  readonly refused: readonly string[];
}

/** What a message's frame may ask us for, when pictures are allowed and when they are not. */
const PICTURES = { blocked: /^\/api\/messages\/[^/]+\/attachments\/[^/]+$/, allowed: /^\/api\/(?:image$|messages\/)/ };

export async function watch(
  page: Page,
  { appUrl, pictures }: { readonly appUrl: string; readonly pictures: () => 'blocked' | 'allowed' },
): Promise<Detectors> {
  const context: BrowserContext = page.context();
  let ran: string[] = [];
  let asked: string[] = [];
  let left: string[] = [];
  const { origin } = new URL(appUrl);
  const takeRefusals = await watchRefusals(context);

  await context.exposeBinding('canary', (_source, number: unknown) => {
    ran.push(`canary ${String(number)}`);
  });
  context.on('page', (opened) => left.push(`a page: ${opened.url()}`));
  page.on('dialog', (dialog) => {
    ran.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame() && !frame.url().startsWith(`${origin}/mail/`)) left.push(`to ${frame.url()}`);
    if (depthOf(frame) > 1) left.push(`a frame in a frame: ${frame.url()}`);
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol === 'data:' || url.protocol === 'about:' || url.protocol === 'blob:') return;
    if (url.origin !== origin) asked.push(request.url());
    else if (isOfMessage(request, page) && !PICTURES[pictures()].test(url.pathname)) asked.push(request.url());
  });
  return {
    take() {
      const found = { ran, asked, left, refused: takeRefusals() };
      [ran, asked, left] = [[], [], []];
      return found;
    },
  };
}

/** Whether a message's frame asked, not the app. */
function isOfMessage(request: Request, page: Page): boolean {
  try {
    return request.frame() !== page.mainFrame();
  } catch {
    // A request of a service worker or of a page that is only just opening has no frame. We have neither.
    return true;
  }
}

function depthOf(frame: Frame): number {
  const parent = frame.parentFrame();
  return parent === null ? 0 : depthOf(parent) + 1;
}

/** Hosts of the set that the browser looked up or connected to, by its own log: also those that no request shows. */
export function hostsLookedUp(netLog: string): string[] {
  const { constants, events } = readNetLog(netLog);
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, type]) => [type, name]));
  const found = events.flatMap(({ type, params }) => {
    const name = names.get(type) ?? '';
    if (!/HOST_RESOLVER|CONNECT|SOCKET|DNS/.test(name)) return [];
    return new RegExp(`[\\w.-]*${EVIL_DOMAIN.replace('.', '\\.')}`, 'i').exec(JSON.stringify(params ?? {})) ?? [];
  });
  return [...new Set(found)];
}

interface NetLog {
  readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
  readonly events: readonly { readonly type: number; readonly params?: unknown }[];
}

/** A log that was not ended (the browser is still running) lacks its closing brackets. */
function readNetLog(path: string): NetLog {
  const text = readFileSync(path, 'utf8').trimEnd();
  if (text.endsWith('}]}') || text.endsWith('}]\n}')) return JSON.parse(text);
  return JSON.parse(`${text.slice(0, text.lastIndexOf('}') + 1)}]}`);
}
