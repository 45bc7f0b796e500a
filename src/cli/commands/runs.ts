import { listRuns, type ListedRun } from "../../core/journal/list-runs.ts";
import type { RunBuild } from "../../core/journal/run-record.ts";
import { describeResource } from "../../core/describe-resource.ts";
import type { Leftover } from "../../sdk/event.ts";
import type { Resource } from "../../sdk/journal.ts";
import { reapers } from "../../registry.ts";
import { sanitize } from "../../ui/sanitize.ts";
import { artifactFacts } from "../../ui/packer-text.ts";
import { shortDuration } from "../../ui/words.ts";
import { booleanFlag, defineCommand, EXIT, textFlag } from "../command.ts";
import { selectRuns } from "../find-run.ts";

export const command = defineCommand({
  name: "runs",
  summary: "List runs: how they ended, what they made, where their logs are",
  examples: [
    { command: "imgbuild runs", explains: "all recorded runs, the latest last" },
    { command: "imgbuild runs -json", explains: "one JSON object a line" },
    { command: "imgbuild runs -run 1f0c", explains: "one run; the beginning of its id is enough" },
  ],
  arguments: [],
  flags: {
    run: textFlag("ID", "Only this run. The beginning of its id is enough when no other run begins so."),
    json: booleanFlag("One JSON object a line for each run."),
  },
  notes: [
    "A run that died without saying how it ended is listed as died; what it left is removed by imgbuild cleanup.",
  ],
  async run({ host }, { flags }) {
    const all = await listRuns(host);
    const runs = selectRuns(all, flags.run);
    const render = flags.json ? renderJson : renderText;
    for (const run of runs) host.stdout.write(`${await render(run)}\n`);
    if (runs.length === 0 && !flags.json) host.stdout.write("No runs are recorded.\n");
    return EXIT.ok;
  },
});

async function renderJson({
  runId,
  state,
  hasRecord,
  record,
  paths,
  outstanding,
  unreadable,
}: ListedRun): Promise<string> {
  const { template, startedAt, finishedAt, builds } = record;
  return JSON.stringify({
    version: 1,
    runId,
    state,
    template: hasRecord ? template : undefined,
    startedAt: isoTime(startedAt),
    finishedAt: finishedAt === undefined ? undefined : isoTime(finishedAt),
    directory: paths.directory,
    builds,
    leftovers: await describeAll(outstanding),
    unreadableLines: unreadable.length === 0 ? undefined : unreadable,
  });
}

/** Programs that may still run are left to `cleanup`, which looks for them. */
function describeAll(resources: readonly Resource[]): Promise<Leftover[]> {
  const things = resources.filter(({ kind }) => kind !== "run-processes");
  return Promise.all(things.map((resource) => describeResource(reapers, resource)));
}

async function renderText({ runId, state, record, outstanding, unreadable }: ListedRun): Promise<string> {
  const { template, startedAt, finishedAt, builds } = record;
  const started = isoTime(startedAt).replace(/\.\d+Z$/, "Z");
  const ended = finishedAt === undefined ? state : `${state} in ${shortDuration(finishedAt - startedAt)}`;
  const heading = [runId, started, ended, template];
  const leftovers = state === "running" ? [] : await describeAll(outstanding);
  const lines = [heading.join("  "), ...builds.flatMap(describeBuild)];
  lines.push(...leftovers.map(({ description }) => `    left: ${description}`));
  lines.push(
    ...unreadable.map((line) => `    line ${line} of its journal cannot be read: what it left is not all known`),
  );
  if (leftovers.length + unreadable.length > 0) lines.push(`    remove it with: imgbuild cleanup -run ${runId}`);
  return sanitize(lines.join("\n"));
}

const MOST_FILES = 8;

function describeBuild(build: RunBuild): readonly string[] {
  const { name, outcome, logPath } = build;
  const lines = [outcome === undefined ? `    ${name}` : `    ${name}: ${outcome}`];
  for (const { description, files } of artifactFacts(build)) {
    lines.push(`      artifact  ${description}`);
    lines.push(...files.slice(0, MOST_FILES).map((file) => `      file      ${file}`));
  }
  if (logPath !== undefined) lines.push(`      log       ${logPath}`);
  return lines;
}

const isoTime = (time: number): string => new Date(time).toISOString();
