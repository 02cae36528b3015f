/** The dependency rule of ARCHITECTURE.md, as a check. */
const only = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only(
      'no-cycles',
      'A cycle has no beginning to read from.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    only(
      'imapflow-in-one-room',
      'Only engine/imap speaks IMAP.',
      { path: '^apps/server/src', pathNot: '^apps/server/src/engine/imap/' },
      { path: 'node_modules/imapflow' },
    ),
    only(
      'nodemailer-in-two-rooms',
      'engine/mime builds, engine/smtp submits.',
      { path: '^apps/server/src', pathNot: '^apps/server/src/engine/(mime|smtp)/' },
      { path: 'node_modules/nodemailer' },
    ),
    only(
      'engine-below',
      'The engine knows no tRPC, no HTTP, no services.',
      { path: '^apps/server/src/engine/', pathNot: '\\.test\\.ts$' },
      {
        path: '^apps/server/src/(trpc|http|main|env|lib/(?!driver/(errors|ids|schemas|schemas/[a-z]+|types|retry-after|with-error-handler)\\.ts))',
      },
    ),
    only(
      'mime-is-pure',
      'engine/mime does no I/O.',
      { path: '^apps/server/src/engine/mime/', pathNot: '\\.test\\.ts$' },
      {
        path: [
          '^(node:)?(net|tls|fs|http|https|dns|child_process)(/|$)',
          'node_modules/pg/',
          '^apps/server/src/engine/(imap|index|sync|operations)/',
        ],
      },
    ),
    only(
      'plan-is-pure',
      'The sync plan does no I/O.',
      { path: '^apps/server/src/engine/sync/plan\\.ts$' },
      { pathNot: '^packages/db/', dependencyTypesNot: ['type-only'] },
    ),
    only(
      'mail-html-is-pure',
      'packages/mail-html does no I/O.',
      { path: '^packages/mail-html/src', pathNot: '\\.(test|fixture)\\.ts$' },
      { path: ['^(node:)?(net|tls|fs|http|https|dns|child_process)(/|$)', '^apps/', '^packages/(db|mail-lab)/'] },
    ),
    only(
      'lab-in-tests-only',
      'mail-lab is for development.',
      { path: '^apps/server/src', pathNot: '\\.(test|fixture)\\.ts$' },
      { path: '^packages/mail-lab/' },
    ),
    only(
      'mime-never-sends',
      'engine/mime builds with parts of nodemailer that dial nothing.',
      { path: '^apps/server/src/engine/mime/', pathNot: '\\.test\\.ts$' },
      { path: 'node_modules/nodemailer/', pathNot: 'nodemailer/.*/(mime-[a-z]+|mail-composer|base64|qp)/' },
    ),
    only(
      'services-below-transport',
      'lib knows no tRPC and no HTTP.',
      { path: '^apps/server/src/lib/', pathNot: '\\.test\\.ts$' },
      { path: '^apps/server/src/(trpc|http)/' },
    ),
    only(
      'features-by-their-index',
      'A feature of the app does not reach into another one.',
      { path: '^apps/mail/src/features/([^/]+)/' },
      { path: '^apps/mail/src/features/', pathNot: ['^apps/mail/src/features/$1/', '/index\\.tsx?$'] },
    ),
    only(
      'zod-of-the-page',
      'lib/zod.ts tells zod that the page allows no code made of text.',
      { path: '^apps/mail/src/', pathNot: '^apps/mail/src/lib/zod\\.ts$' },
      { path: 'node_modules/zod/' },
    ),
    only(
      'types-from-the-server',
      'The app in the browser takes types from the server, and no code.',
      { path: '^apps/mail/src' },
      { path: '^apps/server/', dependencyTypesNot: ['type-only'] },
    ),
    only('packages-below-apps', 'Packages know no app.', { path: '^packages/' }, { path: '^apps/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // our own builds; a library's dist/ is how it is seen at all
    exclude: { path: '^(apps|packages)/[^/]+/dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
  },
};
