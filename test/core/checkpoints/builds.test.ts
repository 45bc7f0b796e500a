import { appendFile, chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { currentValues } from "../../../src/core/checkpoints/named-values.ts";
import { CheckpointStore } from "../../../src/core/checkpoints/store.ts";
import { ProvisioningRun } from "../../../src/core/provision/provisioning-run.ts";
import { createSilentCommunicator } from "../../../src/plugins/packer/builders/file/silent-communicator.ts";
import { fileInputs } from "../../../src/sdk/file-inputs.ts";
import type { BuilderRun } from "../../../src/sdk/component.ts";
import type { BuildPlan, PlannedProvisioner } from "../../../src/template/model.ts";
import { createRecordingSession } from "../../helper/recording-session.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";
import { testBuild, testProvisioner } from "../../helper/test-session.ts";

/** A machine whose whole state is one file. */
const MEMORY = "memory";

interface Step {
  readonly writes: string;
  readonly meta?: Partial<Pick<PlannedProvisioner, "checkpoint" | "checkpointKey" | "always">>;
  readonly reads?: string;
  readonly made?: string;
  readonly fails?: boolean;
}

interface Ended {
  readonly state: string;
  readonly ran: readonly string[];
  readonly said: readonly string[];
  readonly error: unknown;
}

function createBuilds() {
  const root = temporaryDirectory();
  const directories = { work: root, template: root, cache: root, temp: root, log: root };
  const store = () => CheckpointStore.open(join(root, "store"));
  return {
    root,
    store,
    build: (steps: readonly Step[], machine = "v1") => build({ root, directories, store }, steps, machine),
  };
}

const values = currentValues({ variables: [], locals: [] }, String);

type Place = {
  root: string;
  directories: Parameters<typeof createRecordingSession>[0]["directories"];
  store: () => Promise<CheckpointStore>;
};

async function build({ root, directories, store }: Place, steps: readonly Step[], machine: string): Promise<Ended> {
  const recording = createRecordingSession({ directories });
  const session = {
    ...recording.session,
    runId: `run-${Math.random().toString(16).slice(2)}`,
    checkpoints: { store: await store(), template: join(root, "t.pkr.hcl"), values },
  };
  const ran: string[] = [];
  const state = join(root, "state");
  const provisioners = steps.map((step) => planned(step, { ran, state, root }));
  const plan = testBuild({ provisioners, build: (run) => buildMachine(run, state, machine) });
  const able: BuildPlan = {
    ...plan,
    builder: { ...plan.builder, component: { ...plan.builder.component, savesMachines: true } },
  };
  const run = new ProvisioningRun(session, able, session.signal);
  let error: unknown;
  try {
    await able.builder.component.build(run, {});
  } catch (thrown) {
    error = thrown;
  } finally {
    await run.checkpoints?.settled();
    await run.unwind(error === undefined ? "succeeded" : "failed");
  }
  const said = recording.events.flatMap((event) => ("text" in event ? [event.text] : []));
  return { state: await readFile(state, "utf8"), ran, said, error };
}

function planned(step: Step, { ran, state, root }: { ran: string[]; state: string; root: string }): PlannedProvisioner {
  const base = testProvisioner(async () => {
    ran.push(step.writes);
    if (step.fails === true) throw new Error(`${step.writes} failed`);
    await appendFile(state, `${step.writes} `);
    if (step.made !== undefined) await writeFile(join(root, step.made), step.writes);
  }, step.meta);
  const component = {
    ...base.component,
    filesRead: () => fileInputs(step.reads === undefined ? [] : [step.reads], root),
    filesWritten: () => (step.made === undefined ? [] : [join(root, step.made)]),
  };
  return { ...base, component, name: step.writes, decode: () => ({ config: { text: step.writes }, diagnostics: [] }) };
}

async function buildMachine(run: BuilderRun, state: string, machine: string): Promise<undefined> {
  const place = await run.checkpoints!.workplace();
  const resumed = await run.checkpoints!.resume({ machine }, async ({ memory }) => {
    await writeFile(state, memory(run.signal));
  });
  if (!resumed) await writeFile(state, `${machine}: `);
  await chmod(state, 0o600);
  let count = 0;
  const save = async () => {
    const path = join(place, `saved-${++count}`);
    copyFileSync(state, path);
    return { files: { [MEMORY]: path }, facts: { count } };
  };
  await run.provision({ communicator: createSilentCommunicator(), data: { ID: "1" }, save });
  return undefined;
}

const abc: readonly Step[] = [{ writes: "a" }, { writes: "b" }, { writes: "c" }];

describe("a build with checkpoints", () => {
  it("goes on after the last step whose inputs are unchanged", async () => {
    const { build: run } = createBuilds();
    expect((await run(abc)).ran).toEqual(["a", "b", "c"]);
    const again = await run([...abc.slice(0, 2), { writes: "d" }]);
    expect(again.ran).toEqual(["d"]);
    expect(again.state).toBe("v1: a b d ");
    expect(again.said).toContainEqual(
      expect.stringMatching(/^Restored after provisioner 2 of 3 \(script: b\), saved .* ago; 1 to run\.$/),
    );
    expect(again.said).toContain("To run again from script: d: argument text changed.");
  });

  it("makes the machine anew when it is another one", async () => {
    const { build: run } = createBuilds();
    await run(abc);
    expect(await run(abc, "v2")).toMatchObject({ ran: ["a", "b", "c"], state: "v2: a b c " });
  });

  it("keeps what ran before a failure", async () => {
    const { build: run } = createBuilds();
    const failed = await run([...abc.slice(0, 2), { writes: "c", fails: true }]);
    expect(failed.error).toMatchObject({ message: "c failed" });
    expect((await run(abc)).ran).toEqual(["c"]);
  });

  it("runs a step again when a file it reads has changed, and names the file", async () => {
    const { build: run, root } = createBuilds();
    const steps = [{ writes: "a" }, { writes: "b", reads: "script.sh" }];
    await writeFile(join(root, "script.sh"), "one");
    await run(steps);
    expect((await run(steps)).ran).toEqual([]);
    await writeFile(join(root, "script.sh"), "two");
    const again = await run(steps);
    expect(again.ran).toEqual(["b"]);
    expect(again.said).toContain("To run again from script: b: file script.sh changed.");
    await chmod(join(root, "script.sh"), 0o755);
    expect((await run(steps)).ran).toEqual(["b"]);
  });

  it("knows a file by what it held when it was read", async () => {
    const { build: run, root } = createBuilds();
    const steps = [
      { writes: "a", made: "made" },
      { writes: "b", reads: "made" },
    ];
    await run(steps);
    expect((await run(steps)).ran).toEqual([]);
    await writeFile(join(root, "made"), "other");
    expect((await run(steps)).ran).toEqual(["a", "b"]);
  });

  it("runs a step again when what it wrote on this computer is gone", async () => {
    const { build: run, root } = createBuilds();
    const steps = [{ writes: "a" }, { writes: "b", made: "result" }];
    await run(steps);
    await rm(join(root, "result"));
    expect((await run(steps)).ran).toEqual(["b"]);
  });

  it("always runs what is to run always, and all after it", async () => {
    const { build: run } = createBuilds();
    const steps = [{ writes: "a" }, { writes: "b", meta: { always: true } }, { writes: "c" }];
    await run(steps);
    expect((await run(steps)).ran).toEqual(["b", "c"]);
  });

  it("makes none where none is wanted, and takes other inputs from the user", async () => {
    const { build: run } = createBuilds();
    const steps = (week: string): Step[] => [
      { writes: "a", meta: { checkpointKey: [week] } },
      { writes: "b", meta: { checkpoint: false } },
    ];
    await run(steps("1"));
    expect((await run(steps("1"))).ran).toEqual(["b"]);
    expect((await run(steps("2"))).ran).toEqual(["a", "b"]);
  });

  it("passes over a damaged checkpoint", async () => {
    const { build: run, root } = createBuilds();
    await run(abc);
    const objects = join(root, "store", "objects");
    for (const name of await readdir(objects)) {
      await chmod(join(objects, name), 0o600);
      await writeFile(join(objects, name), "rubbish");
    }
    const again = await run(abc);
    expect(again).toMatchObject({ ran: ["a", "b", "c"], error: undefined });
    expect(again.said.filter((text) => text.includes("is passed over"))).toHaveLength(4);
    expect((await run(abc)).ran).toEqual([]);
  });

  it("leaves nothing in the workplace", async () => {
    const { build: run, root } = createBuilds();
    await run(abc);
    expect(await readdir(join(root, "store", "work"))).toEqual([]);
  });

  it("gives no secret away by its records", async () => {
    const { build: run, root } = createBuilds();
    await run([{ writes: "hunter2" }]);
    const records = join(root, "store", "records");
    const texts = await Promise.all((await readdir(records)).map((name) => readFile(join(records, name), "utf8")));
    // The name of the step is the user's, the argument is not in it.
    expect(texts.join("").replaceAll("script: hunter2", "")).not.toContain("hunter2");
  });
});
