/** A Chromium that reaches nobody but this machine, and keeps a log of whom it tried to reach. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlaywrightTestOptions, PlaywrightWorkerOptions } from '@playwright/test';

const folder = mkdtempSync(join(tmpdir(), 'postroom-net-log-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

export const netLog = join(folder, 'net-log.json');

export const watchedBrowser: Pick<PlaywrightTestOptions & PlaywrightWorkerOptions, 'trace' | 'launchOptions'> = {
  // A picture of each page costs more than the page.
  trace: 'off',
  launchOptions: {
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost', `--log-net-log=${netLog}`],
  },
};
