import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { groupIndependent } from "../../../src/core/post-process/run-chains.ts";
import { sleep } from "../../../src/lib/retry.ts";
import type { Artifact } from "../../../src/sdk/artifact.ts";
import type { PlannedPostProcessor } from "../../../src/template/model.ts";
import { testArtifact } from "../../helper/recording-run.ts";
import { createTestRun, testBuild, testPostProcessor } from "../../helper/test-session.ts";

/** Artifacts that note when they are destroyed. */
function workshop() {
  const destroyed: string[] = [];
  const make = (description: string, files: readonly string[] = []): Artifact =>
    testArtifact({ description, files, destroy: () => Promise.resolve(void destroyed.push(description)) });
  /** A post-processor that makes the artifact `description`. */
  const makes = (description: string, keepInput = false, options: Parameters<typeof testPostProcessor>[1] = {}) =>
    testPostProcessor(() => ({ artifact: make(description), keepInput }), options);
  const fails = testPostProcessor(() => Promise.reject(new Error("disk full")));
  return { destroyed, make, makes, fails };
}

interface Case {
  readonly name: string;
  readonly chains: (tools: ReturnType<typeof workshop>) => PlannedPostProcessor[][];
  readonly destroyed: readonly string[];
  readonly kept: readonly string[];
  readonly outcome?: "failed";
}

const cases: readonly Case[] = [
  { name: "no post-processors: the image stays", chains: () => [], destroyed: [], kept: ["image"] },
  { name: "a box in its place", chains: (t) => [[t.makes("box")]], destroyed: ["image"], kept: ["box"] },
  {
    name: "the component wants to keep it",
    chains: (t) => [[t.makes("box", true)]],
    destroyed: [],
    kept: ["image", "box"],
  },
  {
    name: "the user's word wins: keep",
    chains: (t) => [[t.makes("box", false, { keepInputArtifact: true })]],
    destroyed: [],
    kept: ["image", "box"],
  },
  {
    name: "the user's word wins: do not keep",
    chains: (t) => [[t.makes("box", true, { keepInputArtifact: false })]],
    destroyed: ["image"],
    kept: ["box"],
  },
  {
    name: "but not over an input that must stay",
    chains: (t) => [
      [testPostProcessor(() => ({ artifact: t.make("box"), mustKeepInput: true }), { keepInputArtifact: false })],
    ],
    destroyed: [],
    kept: ["image", "box"],
  },
  {
    name: "one chain keeps the image, another does not: it stays",
    chains: (t) => [[t.makes("box")], [t.makes("archive", true)]],
    destroyed: [],
    kept: ["image", "box", "archive"],
  },
  {
    name: "intermediates go at the end of a chain",
    chains: (t) => [[t.makes("box"), t.makes("archive"), t.makes("upload")]],
    destroyed: ["image", "box", "archive"],
    kept: ["upload"],
  },
  {
    name: "no artifact ends a chain, and the rest of it does not run",
    chains: (t) => [[testPostProcessor(() => ({ keepInput: true })), t.fails]],
    destroyed: [],
    kept: ["image"],
  },
  {
    name: "a failure destroys nothing, not even what the chain made before it",
    chains: (t) => [[t.makes("box"), t.fails]],
    destroyed: [],
    kept: ["box", "image"],
    outcome: "failed",
  },
  {
    name: "a failed chain keeps the others' inputs as well; they still run",
    chains: (t) => [[t.fails], [t.makes("box"), t.makes("archive")]],
    destroyed: [],
    kept: ["archive", "image", "box"],
    outcome: "failed",
  },
  {
    name: "the same artifact handed on is not destroyed as its own input",
    chains: () => [[testPostProcessor((_run, input) => ({ artifact: input }))]],
    destroyed: [],
    kept: ["image"],
  },
];

describe("artifacts after post-processing", () => {
  it.each(cases)("$name", async ({ chains, destroyed, kept, outcome = "succeeded" }) => {
    const tools = workshop();
    const { run } = createTestRun();
    const result = await run(testBuild({ build: () => Promise.resolve(tools.make("image")), chains: chains(tools) }));
    expect(result.outcome).toBe(outcome);
    expect(tools.destroyed).toEqual(destroyed);
    expect(result.builds[0]!.artifacts.map(({ description }) => description)).toEqual(kept);
  });

  it("an input whose file lives on in the output is not destroyed", async () => {
    const tools = workshop();
    const { run } = createTestRun();
    await run(
      testBuild({
        build: () => Promise.resolve(tools.make("image", ["/disk.img"])),
        chains: [[testPostProcessor(() => ({ artifact: tools.make("image and checksum", ["/disk.img", "/sums"]) }))]],
      }),
    );
    expect(tools.destroyed).toEqual([]);
  });

  it("a large file that was only the input of another is not read once more for its digest", async () => {
    const directory = await mkdtemp(join(tmpdir(), "imgbuild-chains-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, "disk.img");
    await writeFile(file, "");
    await truncate(file, 65 * 1024 ** 2);
    const tools = workshop();
    const hasDigest = async (chains: PlannedPostProcessor[][]) => {
      const build = () => Promise.resolve(tools.make("image", [file]));
      const [image] = (await createTestRun().run(testBuild({ build, chains }))).builds[0]!.artifacts;
      return image!.files[0]!.sha256 !== undefined;
    };
    expect(await hasDigest([])).toBe(true);
    expect(await hasDigest([[tools.makes("box", true)]])).toBe(false);
  });

  it("nothing is destroyed before the disk has what was made of it", async () => {
    const tools = workshop();
    const { run, events } = createTestRun();
    const gone = testPostProcessor(() => ({ artifact: tools.make("box", ["/no/such/box"]) }));
    await run(testBuild({ build: () => Promise.resolve(tools.make("image")), chains: [[gone]] }));
    expect(tools.destroyed).toEqual([]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "warning", text: expect.stringContaining("/no/such/box") as string }),
    );
  });

  it("what cannot be destroyed is still the user's, and said", async () => {
    const { run, events } = createTestRun();
    const stuck = testArtifact({ description: "image", destroy: () => Promise.reject(new Error("locked")) });
    const result = await run(
      testBuild({
        build: () => Promise.resolve(stuck),
        chains: [[testPostProcessor(() => ({ artifact: testArtifact({ description: "box" }) }))]],
      }),
    );
    expect(result.outcome).toBe("succeeded");
    expect(result.builds[0]!.artifacts.map(({ description }) => description)).toEqual(["box", "image"]);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "warning", text: expect.stringContaining("locked") as string }),
    );
  });

  it("a failure says how to run the post-processors again", async () => {
    const { run, events } = createTestRun();
    await run(testBuild({ build: () => Promise.resolve(testArtifact()), chains: [[workshop().fails]] }));
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: "say",
        text: expect.stringContaining("imgbuild post-process 11111111-2222-4333-8444-555555555555 t.pkr.hcl") as string,
      }),
    );
  });

  it("does not start after an interrupt, and keeps the image", async () => {
    const tools = workshop();
    const { run, controller } = createTestRun();
    const result = await run(
      testBuild({
        build: () => {
          controller.abort(new Error("Interrupted"));
          return Promise.resolve(tools.make("image"));
        },
        chains: [[tools.makes("box")]],
      }),
    );
    expect(result.outcome).toBe("cancelled");
    expect(tools.destroyed).toEqual([]);
    expect(result.builds[0]!.artifacts.map(({ description }) => description)).toEqual(["image"]);
  });
});

describe("chains", () => {
  const chain = (independent: boolean) => [testPostProcessor(() => ({}), { independent })];

  it.each([
    [[true, true, true], [3]],
    [
      [true, false, true],
      [1, 1, 1],
    ],
    [
      [false, true, true, false],
      [1, 2, 1],
    ],
  ])("independent %j form groups of %j", (independent, sizes) => {
    expect(groupIndependent(independent.map(chain)).map((group) => group.length)).toEqual(sizes);
  });

  it("independent ones run at the same time, others in the template's order", async () => {
    const log: string[] = [];
    const logged = (name: string, independent: boolean) => [
      testPostProcessor(
        async (run) => {
          log.push(`${name} begins`);
          await sleep(20, run.signal);
          log.push(`${name} ends`);
          return {};
        },
        { independent },
      ),
    ];
    const { run } = createTestRun();
    await run(
      testBuild({
        build: () => Promise.resolve(testArtifact()),
        chains: [logged("a", true), logged("b", true), logged("c", false)],
      }),
    );
    expect(log).toEqual(["a begins", "b begins", "a ends", "b ends", "c begins", "c ends"]);
  });
});
