import { resolve } from "node:path";
import { describeResource } from "../../../core/describe-resource.ts";
import type { ListedRun } from "../../../core/journal/list-runs.ts";
import type { RunBuild } from "../../../core/journal/run-record.ts";
import { reapers } from "../../../registry.ts";
import type { Leftover } from "../../../sdk/event.ts";
import type { Host } from "../../../sdk/host.ts";
import type { Resource } from "../../../sdk/journal.ts";
import { artifactFacts } from "../../../ui/packer-text.ts";
import { sanitize } from "../../../ui/sanitize.ts";
import { shortDuration } from "../../../ui/words.ts";

export async function renderJson(run: ListedRun): Promise<string> {
  const { runId, state, hasRecord, record, paths, outstanding, unreadable } = run;
  const { template, directory, startedAt, finishedAt, builds } = record;
  return JSON.stringify({
    version: 1,
    runId,
    state,
    template: hasRecord ? template : undefined,
    workingDirectory: directory,
    startedAt: isoTime(startedAt),
    finishedAt: finishedAt === undefined ? undefined : isoTime(finishedAt),
    directory: paths.directory,
    builds,
    leftovers: await describeAll(outstanding),
    unreadableLines: unreadable.length === 0 ? undefined : unreadable,
  });
}

export interface RunTextOptions {
  readonly host: Pick<Host, "homeDir">;
  /** What to call each run. */
  readonly ids: ReadonlyMap<string, string>;
  readonly showsLogs: boolean;
}

/** A heading, a line for each build and artifact, and what is left. */
export async function renderRun(run: ListedRun, { host, ids, showsLogs }: RunTextOptions): Promise<string> {
  const { runId, state, record, outstanding, unreadable } = run;
  const { startedAt, finishedAt, builds } = record;
  const id = ids.get(runId) ?? runId;
  const started = isoTime(startedAt).replace(/\.\d+Z$/, "Z");
  const ended = finishedAt === undefined ? state : `${state} in ${shortDuration(finishedAt - startedAt)}`;
  const leftovers = state === "running" ? [] : await describeAll(outstanding);
  const shown = showsLogs ? builds : builds.map(({ logPath: _, ...build }) => build);
  const lines = [[id, started, ended, templateOf(run, host)].join("  "), ...shown.flatMap(describeBuild)];
  lines.push(...leftovers.map(({ description }) => `    left: ${description}`));
  lines.push(
    ...unreadable.map((line) => `    line ${line} of its journal cannot be read: what it left is not all known`),
  );
  if (leftovers.length + unreadable.length > 0) lines.push(`    remove it with: imgbuild cleanup -run ${id}`);
  return sanitize(lines.join("\n"));
}

/** Where the template is: it was named from the directory of the run, mostly as `.`. */
function templateOf({ record: { template, directory } }: ListedRun, { homeDir }: Pick<Host, "homeDir">): string {
  if (directory === undefined || template === "-") return template;
  const path = resolve(directory, template);
  return path.startsWith(`${homeDir}/`) ? path.replace(homeDir, "~") : path;
}

const MOST_FILES = 8;

function describeBuild(build: RunBuild): readonly string[] {
  const { name, outcome, error, logPath } = build;
  const lines = [outcome === undefined ? `    ${name}` : `    ${name}: ${outcome}`];
  if (error !== undefined) lines.push(`      error     ${error.split("\n", 1)[0]}`);
  for (const { description, files } of artifactFacts(build)) {
    lines.push(`      artifact  ${description}`);
    lines.push(...files.slice(0, MOST_FILES).map((file) => `      file      ${file}`));
  }
  if (logPath !== undefined) lines.push(`      log       ${logPath}`);
  return lines;
}

/** Programs that may still run are left to `cleanup`, which looks for them. */
function describeAll(resources: readonly Resource[]): Promise<Leftover[]> {
  const things = resources.filter(({ kind }) => kind !== "run-processes");
  return Promise.all(things.map((resource) => describeResource(reapers, resource)));
}

const isoTime = (time: number): string => new Date(time).toISOString();
