import { listRuns, type ListedRun } from "../../core/journal/list-runs.ts";
import { describeResource } from "../../core/describe-resource.ts";
import type { Leftover } from "../../sdk/event.ts";
import type { Resource } from "../../sdk/journal.ts";
import { reapers } from "../../registry.ts";
import { sanitize } from "../../ui/sanitize.ts";
import { artifactFacts } from "../../ui/packer-text.ts";
import { shortDuration } from "../../ui/words.ts";
import { booleanFlag, defineCommand, EXIT, textFlag } from "../command.ts";
import { findRun } from "../find-run.ts";

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
    const runs = flags.run === undefined ? all : [findRun(all, flags.run)];
    for (const run of runs) {
      const text = flags.json ? JSON.stringify(await runToJson(run)) : sanitize(await describeRun(run));
      host.stdout.write(`${text}\n`);
    }
    if (runs.length === 0 && !flags.json) host.stdout.write("No runs are recorded.\n");
    return EXIT.ok;
  },
});

async function runToJson({ runId, state, record, paths, outstanding }: ListedRun): Promise<object> {
  return {
    version: 1,
    runId,
    state,
    template: record.template,
    startedAt: new Date(record.startedAt).toISOString(),
    finishedAt: record.finishedAt === undefined ? undefined : new Date(record.finishedAt).toISOString(),
    directory: paths.directory,
    builds: record.builds,
    leftovers: await describeAll(outstanding),
  };
}

/** Programs that may still run are told of by `cleanup`, which looks for them. */
function describeAll(resources: readonly Resource[]): Promise<Leftover[]> {
  const things = resources.filter(({ kind }) => kind !== "run-processes");
  return Promise.all(things.map((resource) => describeResource(reapers, resource)));
}

async function describeRun(run: ListedRun): Promise<string> {
  const { runId, state, record, outstanding } = run;
  const took = record.finishedAt === undefined ? "" : ` in ${shortDuration(record.finishedAt - record.startedAt)}`;
  const started = new Date(record.startedAt).toISOString().replace(/\.\d+Z$/, "Z");
  const leftovers = state === "running" ? [] : await describeAll(outstanding);
  return [
    `${runId}  ${started}  ${state}${took}  ${record.template}`,
    ...record.builds.flatMap((build) => [
      `    ${build.name}${build.outcome === undefined ? "" : `: ${build.outcome}`}`,
      ...artifactFacts(build).flatMap(({ description, files }) => [
        `      artifact  ${description}`,
        ...files.slice(0, 8).map((file) => `      file      ${file}`),
      ]),
      ...(build.logPath === undefined ? [] : [`      log       ${build.logPath}`]),
    ]),
    ...leftovers.map(({ description }) => `    left: ${description}`),
    ...(leftovers.length === 0 ? [] : [`    remove it with: imgbuild cleanup -run ${runId}`]),
  ].join("\n");
}
