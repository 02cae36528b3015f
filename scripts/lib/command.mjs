/** The frame of every command: check Node, install, do the work, exit with its code. */
import { ensureInstalled } from './install.mjs';
import { checkBootstrapNode, findNode } from './node.mjs';
import { isStopping, stopOnSignals, stopWithParent } from './processes.mjs';
import { explain } from './say.mjs';
import { root } from './workspace.mjs';

/** Runs `work({ node })`, which answers with the exit code. */
export async function command(work) {
  stopOnSignals();
  if (process.env.npm_lifecycle_event) stopWithParent();
  try {
    checkBootstrapNode();
    process.chdir(root);
    await ensureInstalled();
    process.exitCode = await work({ node: findNode() });
  } catch (error) {
    if (isStopping()) return; // the signal's handler exits, with its code
    process.exitCode = explain(error);
  }
}
