/** The app in a real browser against real mail servers: workers have a mail server each, and one database server. */
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  globalSetup: '../test-database-server.ts',
  // What takes longest goes first.
  projects: [
    { name: 'hostile', testMatch: 'hostile/*.spec.ts' },
    { name: 'stories', testMatch: '*.spec.ts', testIgnore: 'hostile/**' },
  ],
  outputDir: '../node_modules/.postroom/browser',
  workers: 2,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  use: {
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    },
  },
});
