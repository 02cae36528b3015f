/// <reference lib="dom" />
/**
 * What a browser refused the app by its policy (scripts, styles, addresses, text as markup), and what went wrong in its
 * scripts. Nothing of that is meant to happen, so that whatever does is a fault of ours or the work of a message.
 */
import type { BrowserContext } from '@playwright/test';

/** Watches every window of the context from now on; gives what was noticed so far, a line each. */
export async function watchRefusals(context: BrowserContext): Promise<() => string[]> {
  let noticed: string[] = [];
  await context.exposeBinding('noteRefusal', (_source, line: string) => {
    noticed.push(line);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => {
      (window as unknown as { noteRefusal(line: string): void }).noteRefusal(
        `${effectiveDirective}: ${blockedURI} ${sample}`.trim(),
      );
    });
  });
  context.on('console', (message) => {
    if (/Content Security Policy|Trusted ?(?:Types|HTML|Script)/i.test(message.text())) noticed.push(message.text());
  });
  context.on('weberror', (error) => noticed.push(String(error.error())));
  return () => {
    const lines = noticed;
    noticed = [];
    return lines;
  };
}
