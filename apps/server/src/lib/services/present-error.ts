/** A stored error of a server, as the settings show it. */
import type { StoredError } from '@postroom/db';
import type { ErrorCode } from '../driver/errors.ts';
import type { Connection } from '../driver/schemas.ts';

export function presentError({ code, message, fix, on }: StoredError): NonNullable<Connection['error']> {
  return {
    code: code as ErrorCode,
    message,
    ...(fix === undefined ? {} : { fix }),
    ...(on === undefined ? {} : { on }),
  };
}
