/**
 * What can keep the embedded PostgreSQL server from starting, in words for the person who typed `npm start`.
 */

export type EmbeddedPostgresErrorCode =
  /** another process holds the data directory */
  | 'IN_USE'
  /** this platform has no binaries, or they cannot be executed */
  | 'NO_BINARIES'
  /** we are root, and found no way to run PostgreSQL as somebody else */
  | 'CANNOT_DROP_ROOT'
  /** the directory holds a cluster of another major version of PostgreSQL */
  | 'WRONG_VERSION'
  /** initdb or postgres failed */
  | 'START_FAILED';

export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
    this.code = code;
  }
}
