import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createGithubStepOutputs } from "../../../src/ui/ci/github.ts";
import { appendStepOutputs } from "../../../src/ui/ci/step-outputs.ts";
import { everyEvent, renderAll } from "../../helper/events.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const artifact = (id: string, ...paths: readonly string[]) => ({
  builderId: "b",
  id,
  description: "",
  files: paths.map((path) => ({ path, size: 1 })),
});

type Builds = Parameters<typeof appendStepOutputs>[1];

async function written(builds: Builds, metadataFile: string): Promise<string> {
  const path = join(temporaryDirectory(), "outputs");
  await appendStepOutputs(path, builds, metadataFile);
  return readFileSync(path, "utf8");
}

describe("appendStepOutputs", () => {
  it("writes a line for each output, whatever names hold, and puts builds of one name together", async () => {
    const builds = [
      { build: "a\nartifact-ids=x", artifacts: [artifact("1", "out/a\nb"), artifact("2")] },
      { build: "null.b", artifacts: [] },
      { build: "a\nartifact-ids=x", artifacts: [artifact("3", "c")] },
    ];
    expect(await written(builds, "/work/m.json")).toBe(
      'artifact-ids={"a\\nartifact-ids=x":["1","2","3"]}\nartifact-files={"a\\nartifact-ids=x":["out/a\\nb","c"]}\nmetadata-file=/work/m.json\n',
    );
  });

  it("leaves out a path that would be more than a line, and is no failure where it cannot write", async () => {
    expect(await written([], "/work/a\nartifact-ids={}")).toBe("artifact-ids={}\nartifact-files={}\n");
    await expect(appendStepOutputs(join(temporaryDirectory(), "no/outputs"), [])).resolves.toBeUndefined();
  });

  it("is what a run writes when it has finished", async () => {
    const path = join(temporaryDirectory(), "outputs");
    const renderer = createGithubStepOutputs(path);
    renderAll(renderer, everyEvent);
    await renderer.close!();
    expect(readFileSync(path, "utf8")).toMatch(/^artifact-ids=\{"file\.a":\[/);
  });
});
