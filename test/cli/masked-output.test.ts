import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";

/**
 * A JSON template with a sensitive default, and a mistake in a line that holds the secret. It is not one of those that the
 * transcripts are searched for: `fix` prints the whole template.
 */
const withMistake = `{
  "variables": { "token": "keep-me-hidden" },
  "sensitive-variables": ["token"],
  "builders": [{ "type": "null" }],
  "provisioners": ["keep-me-hidden"]
}
`;

const valid = `{
  "variables": { "token": "keep-me-hidden" },
  "sensitive-variables": ["token"],
  "builders": [{ "type": "null" }]
}
`;

describe("commands whose standard output is data", () => {
  it.each([["fix"], ["hcl2_upgrade"]])("%s masks sensitive defaults in what it says is wrong", async (command) => {
    const place = await createWorkplace();
    await writeFile(join(place.directory, "old.json"), withMistake);
    const { code, stderr } = await place.run(command, "old.json");
    expect(code).toBe(1);
    expect(stderr).toContain("Wrong kind of value");
    expect(stderr).toContain('"**************"');
    expect(stderr).not.toContain("keep-me-hidden");
  });

  it("an error that ends the command is masked, too", async () => {
    const place = await createWorkplace();
    await writeFile(join(place.directory, "old.json"), valid);
    await mkdir(join(place.directory, "keep-me-hidden.pkr.hcl"));
    const { code, stderr } = await place.run("hcl2_upgrade", "-output-file=keep-me-hidden.pkr.hcl", "old.json");
    expect(code).toBe(1);
    expect(stderr).toContain("<sensitive>.pkr.hcl");
    expect(stderr).not.toContain("keep-me-hidden");
  });
});
