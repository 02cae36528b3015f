/** Picks the driver of a provider. New providers are added here and nowhere else. */
import { MailError } from './errors.ts';
import { type ImapSmtpConfig, ImapSmtpMailManager } from './imap-smtp/index.ts';
import type { MailManager } from './types.ts';

/** `google`: Gmail by its own sign-in; its labels and conversations are IMAP's (docs/decisions/004). */
export type ProviderId = 'imap' | 'google';
export type DriverConfig = ImapSmtpConfig;

const DRIVERS: Readonly<Record<ProviderId, (config: DriverConfig) => MailManager>> = {
  imap: (config) => new ImapSmtpMailManager(config),
  google: (config) => new ImapSmtpMailManager(config),
};

/** Throws NOT_SUPPORTED for a provider there is no driver for. */
export function createDriver(providerId: string, config: DriverConfig): MailManager {
  if (!Object.hasOwn(DRIVERS, providerId)) {
    throw new MailError({ code: 'NOT_SUPPORTED', message: 'This kind of account is not supported here.' });
  }
  return DRIVERS[providerId as ProviderId](config);
}
