import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandScript, type CiProject } from "./ci-project.ts";
import { startServer } from "./http-server.ts";

interface ActRun {
  readonly code: number;
  /** What each job printed, and what act says of it: `[workflow/job] …`. */
  readonly lines: readonly string[];
}

/**
 * Runs the workflows of a project on this machine (github.com/nektos/act, self-hosted mode). `OWNER/imgbuild` is ours, installed from a
 * release that a server on loopback has. There is no network, so that GitHub's own actions have stand-ins: those for artifacts copy,
 * those for the cache fail when they run.
 */
export async function runAct(project: CiProject, ...args: readonly string[]): Promise<ActRun> {
  const actions = join(project.directory, "..", "actions");
  const store = join(project.directory, "..", "artifacts");
  const own = { ...CACHE, ...artifactActions(store) };
  for (const [name, script] of Object.entries(own)) writeAction(join(actions, name), script);
  const local = Object.keys(own).map((name) => name.replace(/^actions\/cache\/.*/, "actions/cache"));
  const { url } = await startRelease();
  const replaced = [...new Set(local)].map((name) => `--local-repository=${name}@v5=${join(actions, name)}`);
  const { code, output } = await project.run(
    "act",
    "push",
    "--platform=ubuntu-latest=-self-hosted",
    `--local-repository=OWNER/imgbuild@v0.2.0=${project.ours}`,
    ...replaced,
    "--no-cache-server",
    `--env=IMGBUILD_RELEASES=${url}`,
    ...args,
  );
  return { code, lines: output.replace(/\u001b\[[0-9;]*m/g, "").split("\n") };
}

const FAILS = "echo 'the cache is not kept here'\nexit 1\n";
const CACHE = { "actions/cache/restore": FAILS, "actions/cache/save": FAILS };

const artifactActions = (store: string) => ({
  "actions/upload-artifact": `mkdir -p '${store}'/"$NAME" && cp -- "$WHERE" '${store}'/"$NAME"\n`,
  "actions/download-artifact": `mkdir -p "$WHERE" && cp -r -- '${store}'/. "$WHERE"\n`,
});

function writeAction(folder: string, script: string): void {
  mkdirSync(folder, { recursive: true });
  const steps = [{ shell: "bash", env: { NAME: "${{ inputs.name }}", WHERE: "${{ inputs.path }}" }, run: script }];
  const inputs = Object.fromEntries(
    ["name", "path", "key", "restore-keys"].map((name) => [name, { description: name }]),
  );
  const action = { name: "stand-in", description: "stand-in", inputs, runs: { using: "composite", steps } };
  writeFileSync(join(folder, "action.yml"), JSON.stringify(action));
}

/** What a release of v0.2.0 has; the program is a script that starts the command under test. */
async function startRelease(): Promise<{ readonly url: string }> {
  const program = Buffer.from(commandScript());
  const digest = createHash("sha256").update(program).digest("hex");
  const name = `imgbuild-linux-${process.arch}`;
  const sums = Buffer.from(`${"0".repeat(64)}  imgbuild-win-x64.exe\n${digest}  ${name}\n`);
  return startServer({
    [`/download/v0.2.0/${name}`]: { bytes: program },
    "/download/v0.2.0/SHA256SUMS": { bytes: sums },
    [`/download/v9.9.9/${name}`]: { bytes: Buffer.from("#!/bin/sh\necho hijacked\n") },
    "/download/v9.9.9/SHA256SUMS": { bytes: sums },
  });
}
