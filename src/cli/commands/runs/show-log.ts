import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import type { ListedRun } from "../../../core/journal/list-runs.ts";
import { didYouMean } from "../../../lib/did-you-mean.ts";
import type { Host } from "../../../sdk/host.ts";
import { logPathFor } from "../../../ui/log-file.ts";
import { sanitizeLine } from "../../../ui/sanitize.ts";
import { EXIT } from "../../command.ts";
import { findRun } from "../../find-run.ts";
import { UsageError } from "../../usage-error.ts";

/** `log [ID [BUILD]]`: what was logged of a run, the latest first in `runs`. */
export async function showLog(host: Host, runs: readonly ListedRun[], words: readonly string[]): Promise<number> {
  const [action, id, build, ...others] = words;
  if (action !== "log")
    throw new UsageError(
      `runs has no action "${action}".${didYouMean(action ?? "", ["log"])}\nIt is: runs log [ID [BUILD]]`,
    );
  if (others.length > 0) throw new UsageError("runs log takes a run and a build");
  const run = id === undefined ? runs[0] : findRun(runs, id);
  if (!run) throw new UsageError("No runs are recorded.");
  const paths = await logsOf(run, build);
  for (const path of paths) {
    if (paths.length > 1) host.stdout.write(`==> ${basename(path, ".log")} <==\n`);
    await print(host, path);
  }
  return EXIT.ok;
}

async function logsOf({ runId, paths }: ListedRun, build: string | undefined): Promise<readonly string[]> {
  const names = (await readdir(paths.logs).catch(() => [])).filter((name) => name.endsWith(".log")).sort();
  const all = names.map((name) => join(paths.logs, name));
  if (all.length === 0) throw new UsageError(`Run ${runId} has no logs.`);
  if (build === undefined) return all;
  const wanted = logPathFor(paths.logs, build);
  if (all.includes(wanted)) return [wanted];
  const known = names.map((name) => basename(name, ".log"));
  throw new UsageError(`Run ${runId} has no build "${build}".${didYouMean(build, known)}\nIt has: ${known.join(", ")}`);
}

/** As it is; for a terminal without what a guest may have printed to control one. */
async function print({ stdout }: Host, path: string): Promise<void> {
  const log = createReadStream(path);
  if (stdout.isTTY !== true) return pipeline(log, stdout, { end: false });
  for await (const line of createInterface({ input: log })) stdout.write(`${sanitizeLine(line)}\n`);
}
