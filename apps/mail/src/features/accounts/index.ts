export { CertificateCard } from './certificate-card.tsx';
export { ConnectAccount } from './connect-account.tsx';
export {
  type ConnectFields,
  emptyServer,
  endpointOf,
  fieldsOf as serverFieldsOf,
  fieldsOfConnection,
  newConnectionOf,
  type ServerFields,
} from './connect-form.ts';
export { FinishSignIn } from './finish-sign-in.tsx';
export { leaveToSignIn, signInFailureOf } from './oauth.ts';
export { ProbeRows } from './probe-rows.tsx';
export { ServerFieldset } from './server-fields.tsx';
export { useConnections } from './use-connections.ts';
