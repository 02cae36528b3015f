/** The result as a table for people and as a file for later comparison. Says nothing of the machine but what matters. */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMet, type Row } from './row.ts';

const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

export interface Report {
  readonly date: string;
  readonly messages: number;
  readonly machine: { cores: number; processor: string; memoryGb: number; platform: string; node: string };
  readonly rows: readonly Row[];
}

export function makeReport(messages: number, rows: readonly Row[]): Report {
  return {
    date: new Date().toISOString(),
    messages,
    machine: {
      cores: availableParallelism(),
      processor: cpus()[0]?.model ?? 'unknown',
      memoryGb: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform} ${process.arch}`,
      node: process.version,
    },
    rows,
  };
}

const cellsOf = (row: Row): string[] => [
  row.what,
  numberOf(row.median, row),
  row.samples > 1 ? numberOf(row.p95, row) : '',
  String(row.samples),
  targetOf(row),
];

/** One row, as it is said while the rest is measured. */
export function lineOf(row: Row): string {
  return cellsOf(row)
    .filter((cell) => cell !== '')
    .join(' | ');
}

/** A Markdown table. */
export function tableOf({ rows }: Report): string {
  const lines = rows.map(cellsOf);
  const header = ['what', 'median', '95th percentile', 'samples', 'target'];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const format = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [format(header), format(widths.map((width) => '-'.repeat(width))), ...lines.map(format)].join('\n');
}

/** Writes `<date>-<messages>.json` and gives its path. */
export async function saveReport(report: Report): Promise<string> {
  await mkdir(RESULTS, { recursive: true });
  const file = `${RESULTS}${report.date.slice(0, 10)}-${report.messages}.json`;
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  return file;
}

function numberOf(value: number, { unit }: Pick<Row, 'unit'>): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return unit === 'ratio' ? value.toFixed(2) : `${value.toFixed(digits)} ${unit}`;
}

function targetOf(row: Row): string {
  return (row.targets ?? [])
    .map((target) => {
      const bound = 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
      return `${target.of} ${bound} ${row.unit}: ${isMet(row, target) ? 'met' : 'missed'}`;
    })
    .join('; ');
}
