import { listRuns, type ListedRun } from "../../../core/journal/list-runs.ts";
import { booleanFlag, defineCommand, EXIT, textFlag, type FlagValues } from "../../command.ts";
import { selectRuns } from "../../find-run.ts";
import { UsageError } from "../../usage-error.ts";
import { renderJson, renderRun } from "./render-run.ts";
import { shortIds } from "./short-ids.ts";
import { showLog } from "./show-log.ts";

const DEFAULT_COUNT = 20;

const flags = {
  run: textFlag("ID", "Only this run. The beginning of its id is enough when no other run begins so."),
  last: booleanFlag("Only the latest run."),
  n: textFlag("COUNT", "How many runs, the latest first. Default: 20, with -json all of them."),
  all: booleanFlag("All runs."),
  json: booleanFlag("One JSON object a line for each run."),
};

export const command = defineCommand({
  name: "runs",
  summary: "List runs: how they ended, what they made, where their logs are",
  examples: [
    { command: "imgbuild runs", explains: "the latest runs, the last one first" },
    { command: "imgbuild runs -last", explains: "the last one" },
    { command: "imgbuild runs -run 1f0c", explains: "one run; the beginning of its id is enough" },
    { command: "imgbuild runs log", explains: "print the logs of the last run" },
    { command: "imgbuild runs log 1f0c qemu.debian", explains: "the log of one build of one run" },
    { command: "imgbuild runs -json", explains: "all of them, one JSON object a line" },
  ],
  arguments: [
    {
      name: "log",
      description:
        "log [ID [BUILD]]: print what a run has logged, instead of listing runs. Without an ID the last one.",
      variadic: true,
      optional: true,
    },
  ],
  flags,
  notes: [
    "A run that died without saying how it ended is listed as died; what it left is removed by imgbuild cleanup.",
    "Runs that ended more than 90 days ago and left nothing are forgotten, with their logs, when another begins; IMGBUILD_KEEP_RUNS is another time (720h), or never.",
  ],
  async run({ host }, { positional, flags: given }) {
    const all = [...(await listRuns(host))].reverse();
    if (positional.length > 0) return showLog(host, all, positional);
    const runs = chosen(all, given);
    const ids = shortIds(all.map(({ runId }) => runId));
    const showsLogs = given.last || given.run !== undefined;
    const render = (run: ListedRun) => (given.json ? renderJson(run) : renderRun(run, { host, ids, showsLogs }));
    for (const run of runs) host.stdout.write(`${await render(run)}\n`);
    if (all.length === 0 && !given.json) host.stdout.write("No runs are recorded.\n");
    if (!given.json && !showsLogs) host.stdout.write(olderThan(runs, all));
    return EXIT.ok;
  },
});

function chosen(all: readonly ListedRun[], given: FlagValues<typeof flags>): readonly ListedRun[] {
  const { run, last, n, json } = given;
  if (n !== undefined && !/^[1-9]\d*$/.test(n)) throw new UsageError(`-n: "${n}" is not a number of runs`);
  const selected = selectRuns(all, run);
  if (last) return selected.slice(0, 1);
  if (n !== undefined) return selected.slice(0, Number(n));
  return given.all || json ? selected : selected.slice(0, DEFAULT_COUNT);
}

function olderThan(runs: readonly ListedRun[], all: readonly ListedRun[]): string {
  const hidden = all.length - runs.length;
  return hidden > 0 ? `\n${hidden} older: imgbuild runs -all\n` : "";
}
