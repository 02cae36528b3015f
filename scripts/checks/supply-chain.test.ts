/**
 * What we are made of, from what is installed and committed: no network. Versions are exact and come with their hashes,
 * those with known holes are not here, licences are ones that we may ship, no package runs a script that nobody allowed,
 * and nothing that is secret is in the repository.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const lockfile = read('pnpm-lock.yaml');

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Every package that is installed, by the folders that pnpm lays them in. */
const installed: Manifest[] = ['*/node_modules/*', '*/node_modules/@*/*']
  .flatMap((folder) => globSync(`node_modules/.pnpm/${folder}/package.json`, { cwd: root }))
  .map((path): Manifest => JSON.parse(read(path)))
  .filter(({ name, version }) => name !== undefined && version !== undefined);
const ours = ['package.json', ...globSync('{apps,packages}/*/package.json', { cwd: root })].map(
  (path): Manifest & { path: string } => ({ path, ...JSON.parse(read(path)) }),
);

/**
 * The lowest versions without the holes that are known of what stands nearest to strangers: raised whenever an advisory
 * comes out. The same is asked of whatever brings another copy of it.
 */
const LOWEST: Readonly<Record<string, string>> = {
  'better-auth': '1.7.6',
  dompurify: '3.4.14',
  hono: '4.13.0',
  '@hono/node-server': '2.1.0',
  imapflow: '2.10.0',
  nodemailer: '9.1.1',
  mailparser: '3.9.15',
  postcss: '8.5.3',
  'sanitize-html': '2.17.5',
  undici: '8.0.0',
  '@trpc/server': '11.22.0',
  'pdfjs-dist': '4.2.67',
  ws: '8.17.1',
};

const FREE = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense'],
  ...['CC0-1.0', 'CC-BY-4.0', 'Python-2.0', 'Zlib', 'WTFPL', 'PostgreSQL'],
  // By file: what is changed in it has to be given away, what is built with it has not.
  'MPL-2.0',
]);

function isBelow(version: string, lowest: string): boolean {
  const [mine, least] = [version, lowest].map((one) => one.split(/[.-]/).slice(0, 3).map(Number));
  for (const at of [0, 1, 2]) {
    const difference = (mine?.[at] ?? 0) - (least?.[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function licencesOf({ license, licenses }: Manifest): string[] {
  const named =
    typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '));
  return (named ?? 'none').replace(/[()]/g, '').split(/\s+OR\s+/);
}

describe('what is installed', () => {
  it('is found at all', () => {
    expect(installed.length).toBeGreaterThan(300);
  });

  it('is of no version with a known hole', () => {
    const bad = installed.filter(({ name = '', version = '' }) => isBelow(version, LOWEST[name] ?? '0.0.0'));
    expect(bad.map(({ name, version }) => `${name}@${version}, at least ${LOWEST[name ?? '']}`)).toEqual([]);
  });

  it('may be shipped', () => {
    const odd = installed.filter((one) => !licencesOf(one).some((licence) => FREE.has(licence)));
    expect(odd.map((one) => `${one.name}@${one.version}: ${licencesOf(one).join(' OR ')}`)).toEqual([]);
  });

  it('runs no script of its own but where that was allowed', () => {
    const allowed = [...read('pnpm-workspace.yaml').matchAll(/^ {2}"?([@\w/-]+)"?: true$/gm)].map(([, name]) => name);
    const scripted = installed.filter(
      ({ scripts = {} }) => scripts.preinstall || scripts.install || scripts.postinstall,
    );
    const built = new Set(scripted.map(({ name }) => name));
    expect([...built].filter((name) => !allowed.includes(name)).sort()).toEqual([]);
  });
});

describe('what we ask for', () => {
  it('is one version exactly', () => {
    const loose = ours.flatMap(({ path, dependencies, devDependencies, optionalDependencies }) =>
      Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
        .filter(([, version]) => !/^(?:workspace:\*|\d+\.\d+\.\d+(?:-[\w.]+)?)$/.test(version))
        .map(([name, version]) => `${path}: ${name} ${version}`),
    );
    expect(loose).toEqual([]);
  });

  it('comes with its hash, from no host by name', () => {
    const packages = lockfile.slice(lockfile.indexOf('\npackages:'), lockfile.indexOf('\nsnapshots:'));
    const resolutions = packages.match(/^ {4}resolution: .*$/gm) ?? [];
    expect(resolutions.length).toBeGreaterThan(300);
    expect(resolutions.filter((line) => !/integrity: sha512-/.test(line))).toEqual([]);
    expect(lockfile).not.toMatch(/https?:\/\/|git\+|tarball:/);
  });
});

/** Texts that open something, as their makers write them. */
const SECRETS: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bgithub_pat_\w{40,}\b/,
  /\bxox[abprs]-[\w-]{20,}\b/,
  /\bsk-[A-Za-z0-9-]{32,}\b/,
  /\bAIza[\w-]{35}\b/,
  /\bGOCSPX-[\w-]{28}\b/,
  /\bya29\.[\w-]{40,}\b/,
  /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}\b/,
  /\b\w+:\/\/\w+:(?!(?:fake|not-a|word|password|secret|postroom)\b)[^\s:@/'"`$<>{}]{8,}@(?!localhost|127\.)[\w.-]+\.(?:com|net|org|io)\b/,
];

describe.skipIf(!existsSync(join(root, '.git')))('the repository', () => {
  it('holds no secret', { timeout: 60_000 }, () => {
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', maxBuffer: 1e8 })
      .split('\0')
      .filter(
        (path) =>
          /\.(?:[cm]?[jt]sx?|json|ya?ml|md|env\S*|html|css|sql|txt|example)$/.test(path) &&
          existsSync(join(root, path)),
      );
    expect(files.length).toBeGreaterThan(400);
    const found = files.flatMap((path) =>
      SECRETS.flatMap((secret) => (secret.test(read(path)) ? [`${path}: ${secret.source}`] : [])),
    );
    expect(found).toEqual([]);
  });

  it.each([
    `-----BEGIN ${'PRIVATE'} KEY-----\n${'A'.repeat(64)}`,
    `AKIA${'A'.repeat(16)}`,
    `ghp_${'a'.repeat(36)}`,
    `postgres://app:${'x9'.repeat(8)}@db.example.com/app`,
  ])('would be told of one', (secret) => {
    expect(SECRETS.some((pattern) => pattern.test(secret))).toBe(true);
  });
});
