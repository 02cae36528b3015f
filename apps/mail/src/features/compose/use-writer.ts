/** Whom a message is from: the addresses there are to choose from, the one that is chosen, its signature and its own server. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Address, trpc } from '../../lib/api.ts';
import { withAddresses } from './addresses.ts';
import type { ComposeSeed } from './seeds.ts';

export interface Writer {
  choices: readonly Address[];
  fromEmail: string | undefined;
  /** Of the identity that writes; undefined until it is known. */
  signature: string | undefined;
  /** The server that the identity has for itself; undefined: the account's. */
  ownServer: { maxMessageSize: number | undefined } | undefined;
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** `chosen`: by the person. Else the address that was written to, else the default identity. */
export function useWriter(seed: ComposeSeed, chosen: string | undefined): Writer {
  const { connectionId, answerFrom } = seed;
  const { data: aliases = [] } = useQuery(trpc.mail.getEmailAliases.queryOptions({ connectionId }));
  const { data: identities } = useQuery(trpc.identities.list.queryOptions({ connectionId }));
  const account = identities?.[0]?.connectionId;
  const ofAccount = identities?.filter((one) => one.connectionId === (connectionId ?? account));
  const fromEmail =
    chosen ?? answerFrom?.email ?? ofAccount?.find(({ isDefault }) => isDefault)?.email ?? aliases[0]?.email;
  // One of a catch-all's addresses is no identity, and is a choice all the same.
  const choices = useMemo(() => {
    const known: Address[] = aliases.map(({ name, email }) => (name === undefined ? { email } : { name, email }));
    return withAddresses(known, [
      ...(answerFrom ? [answerFrom] : []),
      ...(chosen === undefined ? [] : [{ email: chosen }]),
    ]);
  }, [aliases, answerFrom, chosen]);
  const domain = fromEmail?.slice(fromEmail.lastIndexOf('@')) ?? '';
  const identity =
    fromEmail === undefined
      ? undefined
      : (ofAccount?.find(({ email }) => isSame(email, fromEmail)) ??
        ofAccount?.find(({ email }) => isSame(email, `*${domain}`)));
  return {
    choices,
    fromEmail: choices.find(({ email }) => fromEmail !== undefined && isSame(email, fromEmail))?.email ?? fromEmail,
    signature: ofAccount === undefined ? undefined : (identity?.signature ?? ''),
    ownServer: identity?.smtp && { maxMessageSize: identity.maxMessageSize },
  };
}
