/** Times, sizes and names as the screen shows them. Pure: the current time is an argument. */
import type { Address } from './api.ts';

/** A list's time: today the hour, this year the day, before that the date. */
export function formatListTime(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  if (date.toDateString() === now.toDateString()) {
    return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  }
  if (date.getFullYear() === now.getFullYear())
    return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return date.toLocaleDateString('en-GB', { day: '2-digit', month: '2-digit', year: '2-digit' });
}

/** Day and time in full, for a reader and for titles. */
export function formatFullTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  return date.toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

export function formatClock(date: Date): string {
  return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-GB');
}

/** `41k`, for lines where the exact number is noise. */
export function formatRoughly(count: number): string {
  return count < 10_000 ? formatCount(count) : `${Math.floor(count / 1000)}k`;
}

export function nameOf(address: Address): string {
  return address.name?.trim() || address.email || 'Unknown sender';
}

/** The short form in lists of several: the given name, or what stands before the @. */
export function shortNameOf(address: Address): string {
  const name = address.name?.trim();
  if (!name) return address.email.split('@')[0] ?? address.email;
  if (name.includes('@') || name.includes(',')) return name;
  return name.split(/\s+/)[0] ?? name;
}

export function formatAddress(address: Address): string {
  return address.name?.trim() ? `${address.name.trim()} <${address.email}>` : address.email;
}

export function initialsOf(address: Address): string {
  const words = nameOf(address)
    .replace(/[^\p{L}\p{N}\s@.]/gu, '')
    .split(/[\s@.]+/)
    .filter(Boolean);
  const [first = '?', second] = words;
  const initial = (word: string) => [...word][0]?.toUpperCase() ?? '';
  return address.name?.trim() && second ? initial(first) + initial(second) : initial(first);
}

/** A hue that belongs to an address, the same everywhere. */
export function hueOf(text: string): number {
  let hash = 7;
  for (const char of text.toLowerCase()) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 3600;
  return hash / 10;
}
