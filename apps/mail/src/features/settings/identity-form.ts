/** What the form of an identity holds, and what is sent from it. Pure. */
import type { Identity, Inputs } from '../../lib/api.ts';
import { emptyServer, endpointOf, type ServerFields, serverFieldsOf } from '../accounts/index.ts';

export interface IdentityFields {
  connectionId: string;
  name: string;
  email: string;
  replyTo: string;
  signature: string;
  bccSelf: boolean;
  isDefault: boolean;
  hasOwnServer: boolean;
  server: ServerFields;
  /** Empty: the one that is kept. */
  password: string;
  /** Of a certificate that was compared and trusted just now. */
  pin: string | undefined;
}

type Server = NonNullable<Inputs['identities']['create']['smtp']>;

export function fieldsOfIdentity(identity: Omit<Identity, 'id'>): IdentityFields {
  const { connectionId, name, email, replyTo = '', signature = '', bccSelf = false, isDefault, smtp } = identity;
  return {
    connectionId,
    name,
    email,
    replyTo,
    signature,
    bccSelf,
    isDefault,
    hasOwnServer: smtp !== undefined,
    server: smtp ? serverFieldsOf(smtp) : emptyServer('smtp'),
    password: '',
    pin: undefined,
  };
}

export function serverOf({ server, password, pin }: IdentityFields): Server {
  return {
    ...endpointOf(server),
    ...(password === '' ? {} : { password }),
    ...(pin === undefined ? {} : { pin }),
  };
}

/** The server to be tested and kept; null: none any more; undefined: as before. */
export function serverChange(fields: IdentityFields, before: IdentityFields): Server | null | undefined {
  if (!fields.hasOwnServer) return before.hasOwnServer ? null : undefined;
  const isSame = JSON.stringify(fields.server) === JSON.stringify(before.server);
  if (before.hasOwnServer && isSame && fields.password === '' && fields.pin === undefined) return undefined;
  return serverOf(fields);
}
