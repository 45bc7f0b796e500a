import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { artifactRecordPath, readArtifactRecord } from "../../../core/artifact-record.ts";
import { listRuns, type ListedRun } from "../../../core/journal/list-runs.ts";
import type { RunBuild } from "../../../core/journal/run-record.ts";
import { BuildRun } from "../../../core/run/build-run.ts";
import { putBuild } from "../../../core/store/put-build.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { ArtifactSummary } from "../../../sdk/event.ts";
import type { BuildIdentity } from "../../../sdk/run.ts";
import { EXIT } from "../../command.ts";
import { findRun } from "../../find-run.ts";
import { interruptible } from "../../interruptible.ts";
import { openStore } from "../../open-store.ts";
import { withReadOnlySession } from "../../read-only-session.ts";
import type { UnopenedSession } from "../../session.ts";
import { UsageError } from "../../usage-error.ts";
import type { StoreAction } from "./action.ts";

/** Puts what an earlier run of this computer has built into a store. */
export const put: StoreAction = (context, { address, builds: [id, ...names], flags }) => {
  if (id === undefined) throw new UsageError("store put needs the id of a run. imgbuild runs lists them.");
  return interruptible(context.process, async (signal) => {
    const run = findRun(await listRuns(context.host), id);
    const builds = chosen(run, names);
    const host = Object.create(context.host, { cwd: { value: await directoryOf(run) } }) as typeof context.host;
    await withReadOnlySession({ ...context, host }, { path: ".", signal, flags }, async ({ session }) => {
      const store = await openStore({ ...session, host: context.host }, address);
      for (const build of builds) {
        const identity = identityOf(build.name);
        const recorded = await readArtifactRecord(artifactRecordPath(run.paths.directory, identity));
        const buildRun = runFor(session, recorded?.build ?? identity);
        await putBuild(buildRun, store, finishedOf(run, build, recorded));
      }
    });
    return EXIT.ok;
  });
};

/** Those that are named, or all that can be stored. */
function chosen({ runId, record }: ListedRun, names: readonly string[]): readonly RunBuild[] {
  for (const name of names) {
    if (record.builds.some((build) => build.name === name)) continue;
    throw new UsageError(
      `Run ${runId} has no build "${name}". It has ${record.builds.map((build) => build.name).join(", ")}.`,
    );
  }
  const wanted = record.builds.filter(({ name }) => names.length === 0 || names.includes(name));
  const able = wanted.filter(
    ({ key, artifacts }) => key !== undefined && artifacts.some(({ files }) => files.length > 0),
  );
  if (able.length > 0 && (names.length === 0 || able.length === wanted.length)) return able;
  const unable = wanted.filter((build) => !able.includes(build)).map(({ name }) => name);
  throw new BuildError(`Nothing of run ${runId} can be put into a store: ${unable.join(", ")}`, {
    hint: "A build can where it has succeeded, all that it depends on was known before it ran, and its artifact is files.",
  });
}

async function directoryOf({ runId, record: { directory = "" } }: ListedRun): Promise<string> {
  const found = await stat(directory).catch(() => undefined);
  if (found?.isDirectory()) return directory;
  throw new BuildError(`The directory of run ${runId} is not there any more: ${directory}`);
}

/** Of a record that says no more than a name: `type.name`, `build.type.name`. */
function identityOf(name: string): BuildIdentity {
  const parts = name.split(".");
  return { name, builderType: parts.at(-2) ?? "", sourceName: parts.at(-1)! };
}

function runFor(session: UnopenedSession, identity: BuildIdentity): BuildRun {
  const journal = { record: () => Promise.reject(new BuildError("Storing leaves nothing behind")) };
  return new BuildRun({ ...session, journal }, identity);
}

type Recorded = Awaited<ReturnType<typeof readArtifactRecord>>;

function finishedOf({ runId, record }: ListedRun, build: RunBuild, recorded: Recorded) {
  const artifacts = build.artifacts.map((artifact) => artifactOf(artifact, record.directory!));
  const bare = { version: 1 as const, build: identityOf(build.name), data: {}, artifact: artifacts[0]! };
  return {
    key: build.key!,
    template: record.template,
    runId,
    durationMs: build.durationMs ?? 0,
    artifacts,
    summaries: build.artifacts,
    recipe: recorded ?? bare,
  };
}

function artifactOf({ builderId, id, description, files }: ArtifactSummary, directory: string) {
  return { builderId, id, description, files: files.map(({ path }) => resolve(directory, path)), state: {} };
}
