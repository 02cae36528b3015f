/** The registry of drivers: which MailManager serves which provider. */
import { MailError } from './errors.ts';
import { createImapSmtpMailManager, type ImapSmtpDeps } from './imap-smtp/index.ts';
import type { MailManager } from './types.ts';

export type DriverConfig = ImapSmtpDeps;
/** What every driver of this process shares; the connection comes with the call. */
export type DriverDeps = Omit<ImapSmtpDeps, 'connection'>;

const DRIVERS: Readonly<Record<string, (config: DriverConfig) => MailManager>> = {
  imap: createImapSmtpMailManager,
};

/** Picks the driver. NOT_SUPPORTED for a provider nobody has registered. */
export function createDriver(providerId: string, config: DriverConfig): MailManager {
  const create = DRIVERS[providerId];
  if (!create) {
    throw new MailError({
      code: 'NOT_SUPPORTED',
      message: `Accounts of the kind "${providerId}" are not supported by this server.`,
    });
  }
  return create(config);
}

export const supportedProviders = Object.keys(DRIVERS);
