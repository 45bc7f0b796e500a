import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { runBuilds, type RunResult } from "../../src/core/run-builds.ts";
import type { Artifact } from "../../src/sdk/artifact.ts";
import type {
  Builder,
  BuilderRun,
  Component,
  PostProcessed,
  PostProcessor,
  Provisioner,
} from "../../src/sdk/component.ts";
import type { BuildEvent } from "../../src/sdk/event.ts";
import type { Resource } from "../../src/sdk/journal.ts";
import type { Run, RunOptions } from "../../src/sdk/run.ts";
import { defineSchema } from "../../src/sdk/schema/schema.ts";
import type { BuildPlan, Planned, PlannedPostProcessor, PlannedProvisioner } from "../../src/template/model.ts";
import { createSilentCommunicator } from "../../src/plugins/packer/builders/file/silent-communicator.ts";

import { createRecordingSession } from "./recording-session.ts";

const schema = defineSchema({});
const planned = <C extends Component>(component: C): Planned<C> => ({
  component,
  type: component.type,
  name: undefined,
  range: undefined,
  decode: () => ({ config: {}, diagnostics: [] }),
  buildValueUses: () => [],
  diagnose: () => [],
});

export interface TestBuild {
  readonly name?: string;
  readonly build?: (run: BuilderRun) => Promise<Artifact | undefined>;
  readonly provisioners?: readonly PlannedProvisioner[];
  readonly errorCleanup?: PlannedProvisioner;
  readonly chains?: readonly (readonly PlannedPostProcessor[])[];
  readonly preflight?: () => Promise<readonly string[]>;
}

/** A build whose builder is a function: by default it provisions and makes no artifact. */
export function testBuild(options: TestBuild = {}): BuildPlan {
  const build =
    options.build ??
    (async (run: BuilderRun) => {
      await provisionNothing(run);
      return undefined;
    });
  const builder: Builder = { kind: "builder", type: "test", summary: "", schema, generatedData: [], build };
  const withPreflight = options.preflight ? { ...builder, preflight: options.preflight } : builder;
  const sourceName = options.name ?? "example";
  return {
    identity: { name: `test.${sourceName}`, builderType: "test", sourceName },
    blockName: undefined,
    description: undefined,
    builder: planned(withPreflight as never),
    provisioners: options.provisioners ?? [],
    errorCleanupProvisioner: options.errorCleanup,
    chains: options.chains ?? [],
  };
}

/** Hands a machine that takes everything to the provisioners. */
export const provisionNothing = (run: BuilderRun): Promise<void> =>
  run.provision({ communicator: createSilentCommunicator(), data: { ID: "1" } });

export function testProvisioner(
  provision: (run: Run) => Promise<void> | void,
  meta: Partial<Omit<PlannedProvisioner, keyof Planned<Provisioner>> & Pick<PlannedProvisioner, "name">> = {},
): PlannedProvisioner {
  const component: Provisioner = {
    kind: "provisioner",
    type: "script",
    summary: "",
    schema,
    provision: async (run) => provision(run),
  };
  const limits = { pauseBeforeMs: 0, timeoutMs: undefined, maxRetries: 0, continueOnError: false };
  const defaults = { ...limits, checkpoint: true, checkpointKey: [], always: false };
  return { ...planned(component), ...defaults, ...meta };
}

export function testPostProcessor(
  process: (run: Run, input: Artifact) => Promise<Partial<PostProcessed>> | Partial<PostProcessed>,
  options: { readonly keepInputArtifact?: boolean; readonly independent?: boolean; readonly type?: string } = {},
): PlannedPostProcessor {
  const component: PostProcessor = {
    kind: "post-processor",
    type: options.type ?? "pp",
    summary: "",
    schema,
    independent: options.independent ?? false,
    process: async (run, _config, input) => ({ artifact: undefined, keepInput: false, ...(await process(run, input)) }),
  };
  return { ...planned(component), keepInputArtifact: options.keepInputArtifact };
}

export interface TestRun {
  readonly events: readonly BuildEvent[];
  /** Resources in the journal that were not struck. */
  readonly outstanding: () => readonly Resource[];
  readonly controller: AbortController;
  readonly asked: readonly string[];
  run(...plans: readonly BuildPlan[]): Promise<RunResult>;
}

export interface TestRunOptions {
  readonly options?: Partial<RunOptions>;
  /** Answers to questions, in order. */
  readonly answers?: readonly string[];
  readonly parallelBuilds?: number;
}

/** A session with everything in memory but the directories. */
export function createTestRun({ options, answers, parallelBuilds = 0 }: TestRunOptions = {}): TestRun {
  const root = mkdtempSync(join(tmpdir(), "imgbuild-core-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const directories = { work: root, template: root, cache: root, temp: root, log: root };
  const { session, journal, ...recorded } = createRecordingSession({ directories, options, answers, env: {} });
  return {
    ...recorded,
    outstanding: () => journal.filter(({ struck }) => !struck).map(({ resource }) => resource),
    run: (...plans) =>
      runBuilds(session, plans, {
        template: "t.pkr.hcl",
        variableArguments: [],
        parallelBuilds,
        runDirectory: root,
        allDigests: false,
        logPath: () => "log",
      }),
  };
}
