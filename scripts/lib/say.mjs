/** What the commands say while they work, and how they give up. */

const startedAt = Date.now();

/** One line of progress. */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** A step that takes time: says what and, when it is done, how long it took. */
export async function saying(what, work) {
  const from = Date.now();
  say(`· ${what} …`);
  const result = await work();
  say(`  done in ${seconds(Date.now() - from)}`);
  return result;
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

export function sinceStart() {
  return seconds(Date.now() - startedAt);
}

/** A failure that is explained to the person at the terminal, without a stack. */
export class PlainError extends Error {
  constructor(what, { todo, output } = {}) {
    super(what);
    this.todo = todo;
    this.output = output;
  }
}

/** Prints an error and gives the exit code for it. */
export function explain(error) {
  if (!(error instanceof PlainError)) {
    console.error(error);
    return 1;
  }
  if (error.output) console.error(error.output.trimEnd());
  console.error(`\n✗ ${error.message}`);
  if (error.todo) console.error(`  ${error.todo}`);
  return 1;
}
