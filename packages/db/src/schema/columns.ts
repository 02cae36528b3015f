/** Column kinds that drizzle does not bring. */
import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

/** Raw bytes. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/** Full-text vector; written by SQL only. */
export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** A timestamp with time zone, to the millisecond, so that a Date survives the round trip. */
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** int8, read as a number (exact to 2^53). */
export const int8 = (name: string) => bigint(name, { mode: 'number' });
