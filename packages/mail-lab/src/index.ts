/** Development only: real and scripted mail servers, a proxy that breaks connections, makers of messages and mailboxes. */
export * from './dovecot/config.ts';
export * from './dovecot/start-dovecot.ts';
export * from './mail-server.ts';
export * from './message/charset.ts';
export * from './message/message.ts';
export type { PostfixSettings } from './postfix/config.ts';
export * from './postfix/start-postfix.ts';
export * from './process/free-port.ts';
export * from './process/read-greeting.ts';
export * from './process/wait-until.ts';
export * from './proxy/proxy.ts';
export * from './required-commands.ts';
export * from './tls/certificates.ts';
