/**
 * The Date header (RFC 5322 section 3.3 and the obsolete forms of 4.3), read tolerantly: what cannot be read is null,
 * never the present moment. Also accepts asctime and ISO 8601 forms, which occur in the wild.
 */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const ZONES: Record<string, number> = {
  ut: 0,
  utc: 0,
  gmt: 0,
  z: 0,
  wet: 0,
  bst: 60,
  west: 60,
  cet: 60,
  met: 60,
  cest: 120,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  jst: 540,
  kst: 540,
  ist: 330,
};
const RFC_5322 = /^(?:[a-z]{2,12}\.?,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?,?[\s-]+(\d{2,5})(?:,?\s+(.*))?$/i;
const ASCTIME = /^(?:[a-z]{2,12}\.?,?\s+)?([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(?:(\d{4}),?\s+)?(.*)$/i;
const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:T|\s+)(.*))?$/i;
const TIME = /^(\d{1,2}) ?[:.] ?(\d{1,2})(?: ?[:.] ?(\d{1,2})(?:[.,]\d+)?)?\s*([ap]m)?\s*(.*)$/i;
const DAY_MS = 86_400_000;
const EARLIEST = Date.UTC(1980, 0, 1);

/** The moment a Date field names, or null. */
export function parseDate(headerValue: string | null | undefined): Date | null {
  if (headerValue === null || headerValue === undefined || headerValue.length > 1000) return null;
  const text = withoutComments(headerValue).replace(/\s+/g, ' ').trim();
  const rfc = RFC_5322.exec(text);
  if (rfc !== null) return compose(rfc[3], rfc[2], rfc[1], rfc[4]);
  const iso = ISO.exec(text);
  if (iso !== null) return compose(iso[1], MONTHS[Number(iso[2]) - 1], iso[3], iso[4]);
  const asctime = ASCTIME.exec(text);
  if (asctime === null) return null;
  if (asctime[3] !== undefined) return compose(asctime[3], asctime[1], asctime[2], asctime[4]);
  const yearLast = /^(\S+)(?:\s+([a-z]{1,5}))?\s+(\d{4})(?:\s+(\S+))?$/i.exec(asctime[4] ?? '');
  return yearLast === null
    ? null
    : compose(yearLast[3], asctime[1], asctime[2], `${yearLast[1]} ${yearLast[2] ?? yearLast[4] ?? ''}`);
}

/** Input of {@link sortDate}. */
export interface SortDateInput {
  /** The Date header. */
  date: Date | null;
  /** The time of the topmost Received field. */
  received?: Date | null;
  /** The server's INTERNALDATE. */
  internalDate?: Date | null;
  now: Date;
}

/** The first believable of the dates given, else the first given at all, within [1980, now + 1 day]. */
export function sortDate({ date, received, internalDate, now }: SortDateInput): Date {
  const latest = now.getTime() + DAY_MS;
  const given = [date, received, internalDate].flatMap((candidate) => {
    const time = candidate?.getTime() ?? Number.NaN;
    return Number.isNaN(time) ? [] : [time];
  });
  const believable = given.find((time) => time >= EARLIEST && time <= latest);
  const time = believable ?? given[0] ?? EARLIEST;
  return new Date(Math.min(Math.max(time, EARLIEST), latest));
}

function compose(yearText = '', monthText = '', dayText = '', timeText = ''): Date | null {
  const month = MONTHS.indexOf(monthText.toLowerCase());
  const day = Number(dayText);
  const year = fullYear(yearText);
  const time = timeText.trim() === '' ? [0, 0, 0, 0] : clock(timeText.trim());
  if (month === -1 || time === null || day < 1 || year < 1900 || year > 9999) return null;
  const [hour = 0, minute = 0, second = 0, zone = 0] = time;
  const midnight = new Date(Date.UTC(year, month, day));
  if (midnight.getUTCMonth() !== month || midnight.getUTCDate() !== day) return null;
  const result = new Date(Date.UTC(year, month, day, hour, minute, Math.min(second, 59)) - zone * 60_000);
  return Number.isNaN(result.getTime()) ? null : result;
}

/** RFC 5322 section 4.3: 00-49 is 2000-2049; 50-99 and three digits count from 1900. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length >= 4) return year;
  if (text.length === 2 && year < 50) return 2000 + year;
  return 1900 + year;
}

function clock(text: string): [number, number, number, number] | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const half = match[4]?.toLowerCase();
  let hour = Number(match[1]);
  if (half !== undefined) hour = (hour % 12) + (half === 'pm' ? 12 : 0);
  const minute = Number(match[2]);
  const second = Number(match[3] ?? 0);
  if (hour > 23 || minute > 59 || second > 60) return null;
  return [hour, minute, second, zoneMinutes((match[5] ?? '').trim())];
}

/** Unknown and military zones count as UTC (RFC 5322 section 4.3). */
function zoneMinutes(text: string): number {
  const offset = /^(?:GMT|UTC?)?\s*([+-])\s?(\d{1,2}):?(\d{2})?\b/i.exec(text);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    return minutes > 24 * 60 ? 0 : offset[1] === '-' ? -minutes : minutes;
  }
  const name = /^[a-z]+/i.exec(text)?.[0]?.toLowerCase() ?? '';
  return Object.hasOwn(ZONES, name) ? (ZONES[name] ?? 0) : 0;
}

function withoutComments(text: string): string {
  let depth = 0;
  let out = '';
  for (const char of text) {
    if (char === '(') depth += 1;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) out += char;
  }
  return out;
}
