import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";

const schema = JSON.parse(readFileSync("docs/events.v1.schema.json", "utf8")) as object;
const validate = new Ajv({ formats: { uuid: /^[0-9a-f-]{36}$/ }, strictTypes: false, strictRequired: false }).compile(
  schema,
);

const template = (body: string): string => `
source "file" "a" {
  target  = "out-a"
  content = "hello"
}
source "file" "b" {
  target  = "out-b"
  content = "hello"
}
build {
  sources = ["source.file.a", "source.file.b"]
  ${body}
}
`;

interface Event {
  readonly kind: string;
  readonly sequence: number;
  readonly build?: string;
  readonly text?: string;
}

async function eventsOf(body: string): Promise<{ code: number | null; events: Event[]; directory: string }> {
  const place = await createWorkplace();
  await writeFile(join(place.directory, "t.pkr.hcl"), template(body));
  const done = await place.run("build", "-json", "-metadata-file=metadata.json", "t.pkr.hcl");
  const lines = done.stdout.trimEnd().split("\n");
  return { code: done.code, events: lines.map((line) => JSON.parse(line) as Event), directory: place.directory };
}

describe("imgbuild build -json", () => {
  it.each([
    [
      "a run that succeeds",
      `provisioner "shell-local" { inline = ["echo hi", "echo err >&2"] }\n  post-processor "checksum" { checksum_types = ["sha256"] }`,
      0,
    ],
    ["a run that fails", `provisioner "shell-local" { inline = ["exit 3"] }`, 1],
    ["a template with mistakes", `provisioner "shell-local" { inlin = ["exit 3"] }`, 1],
  ])("prints nothing but events of the schema, numbered without gaps: %s", async (_, body, code) => {
    const run = await eventsOf(body);
    expect(run.code).toBe(code);
    for (const event of run.events)
      expect({ event, valid: validate(event), errors: validate.errors }).toMatchObject({ valid: true });
    expect(run.events.map(({ sequence }) => sequence)).toEqual(run.events.map((_, index) => index + 1));
  });

  it("has the name of the build in a member of its own", async () => {
    const { events } = await eventsOf(`provisioner "shell-local" { inline = ["echo from $PACKER_BUILD_NAME"] }`);
    const output = events.filter(({ kind }) => kind === "output").map(({ build, text }) => `${build}: ${text}`);
    expect(output.sort()).toEqual(["file.a: from a", "file.b: from b"]);
  });

  it("comes with a metadata file of artifacts, digests and times", async () => {
    const { directory } = await eventsOf("");
    const metadata = JSON.parse(await readFile(join(directory, "metadata.json"), "utf8")) as object;
    expect(metadata).toMatchObject({
      version: 1,
      outcome: "succeeded",
      builds: [
        {
          build: "file.a",
          durationMs: expect.any(Number) as number,
          artifacts: [
            { files: [{ size: 5, sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" }] },
          ],
        },
        { build: "file.b" },
      ],
    });
  });
});
