/** Text that crosses the edge. */
import { z } from 'zod';

/** A name or the like: nothing in it can end its line. */
export const oneLine = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'one line of text');
