/**
 * Reads Thunderbird's autoconfiguration format (clientConfig 1.1): the best IMAP and SMTP server of it that are
 * encrypted and that one signs in to by a password or OAuth. The document comes from anybody's web server: a document
 * type is refused unread, entities are not expanded, and what is not a plain server is passed over. Pure; throws nothing.
 */
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { endpointSchema } from '../../../lib/driver/schemas.ts';
import type { MailAddress } from './address.ts';
import type { AuthKind, Server } from './findings.ts';

/** The largest document that is read; real ones have 1 to 5 KiB. */
export const MAX_AUTOCONFIG_BYTES = 64 * 1024;

export interface Autoconfig {
  /** The provider's name as the document has it; may be missing. */
  readonly name: string;
  readonly imap: Server;
  readonly smtp: Server;
  readonly auth: readonly AuthKind[];
}

interface Offer {
  readonly server: Server;
  readonly auth: readonly AuthKind[];
}

const LISTS = new Set(['emailProvider', 'incomingServer', 'outgoingServer', 'authentication']);
const SECURITY: Readonly<Record<string, 'tls' | 'starttls'>> = { SSL: 'tls', STARTTLS: 'starttls' };
const AUTH: Readonly<Record<string, AuthKind>> = {
  'password-cleartext': 'password',
  plain: 'password',
  'password-encrypted': 'password',
  secure: 'password',
  OAuth2: 'oauth2',
};
const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  processEntities: false,
  parseTagValue: false,
  maxNestedTags: 20,
  isArray: (name) => LISTS.has(name),
});

const documentSchema = z.object({
  clientConfig: z.object({
    emailProvider: z.tuple(
      [
        z.object({
          displayName: z.unknown().optional(),
          incomingServer: z.array(z.unknown()).default([]),
          outgoingServer: z.array(z.unknown()).default([]),
        }),
      ],
      z.unknown(),
    ),
  }),
});
const serverSchema = z.object({
  '@type': z.string(),
  hostname: z.string(),
  port: z.string().regex(/^\d{1,5}$/),
  socketType: z.string(),
  username: z.string().default('%EMAILADDRESS%'),
  authentication: z.array(z.string()).default(['password-cleartext']),
});

/** The settings in the document, its placeholders filled in for this address; null where it has none that can be used. */
export function parseAutoconfig(body: Buffer, address: MailAddress): Autoconfig | null {
  const document = documentSchema.safeParse(readXml(body));
  if (!document.success) return null;
  const [provider] = document.data.clientConfig.emailProvider;
  const imap = bestOffer(provider.incomingServer, 'imap', address);
  const smtp = bestOffer(provider.outgoingServer, 'smtp', address);
  // One set of credentials serves both servers.
  const auth = imap?.auth.filter((kind) => smtp?.auth.includes(kind)) ?? [];
  if (!imap || !smtp || auth.length === 0) return null;
  return { name: nameOf(provider.displayName), imap: imap.server, smtp: smtp.server, auth };
}

function readXml(body: Buffer): unknown {
  const text = body.length <= MAX_AUTOCONFIG_BYTES ? body.toString('utf8') : '';
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return null;
  try {
    return parser.parse(text);
  } catch {
    return null;
  }
}

function bestOffer(servers: readonly unknown[], type: 'imap' | 'smtp', address: MailAddress): Offer | undefined {
  const offers = servers.flatMap((server) => offerOf(server, type, address));
  return offers.find(({ server }) => server.security === 'tls') ?? offers[0];
}

function offerOf(raw: unknown, type: 'imap' | 'smtp', address: MailAddress): Offer[] {
  const parsed = serverSchema.safeParse(raw);
  if (!parsed.success || parsed.data['@type'] !== type) return [];
  const { hostname, port, socketType, username, authentication } = parsed.data;
  const endpoint = endpointSchema.safeParse({
    host: fill(hostname, address)?.toLowerCase().replace(/\.$/, ''),
    port: Number(port),
    security: SECURITY[socketType.toUpperCase()],
  });
  const filled = fill(username, address);
  const kinds = new Set(authentication.flatMap((name) => AUTH[name] ?? []));
  const auth = (['password', 'oauth2'] as const).filter((kind) => kinds.has(kind));
  if (!endpoint.success || !filled || auth.length === 0) return [];
  return [{ server: { ...endpoint.data, username: filled }, auth }];
}

/** Undefined where a placeholder is none we know. */
function fill(text: string, { email, localPart, domain }: MailAddress): string | undefined {
  const values: Readonly<Record<string, string>> = {
    '%EMAILADDRESS%': email,
    '%EMAILLOCALPART%': localPart,
    '%EMAILDOMAIN%': domain,
  };
  const names = text.match(/%[A-Z]+%/g) ?? [];
  if (/\p{Cc}/u.test(text) || !names.every((name) => name in values)) return undefined;
  return text.replace(/%[A-Z]+%/g, (name) => values[name] ?? name);
}

/** One short line. */
function nameOf(displayName: unknown): string {
  if (typeof displayName !== 'string') return '';
  return displayName
    .replace(/&(amp|lt|gt|quot|apos);/g, (whole, entity: string) => PREDEFINED[entity] ?? whole)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 60);
}
