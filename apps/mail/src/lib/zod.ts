/** zod for this page, whose policy allows no code made of text: it is told so before it tries, and is reported. */
import { z } from 'zod';

z.config({ jitless: true });

export { z };
