import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readArtifactRecord, recordArtifact } from "../../src/core/artifact-record.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

describe("the record of an artifact", () => {
  it("has no credentials of the machine, wherever a plugin put them, and all else as it was", async () => {
    const path = join(temporaryDirectory(), "record.json");
    const data = { ID: "i-1", Password: "hunter2secret", SSHPrivateKey: "BEGIN hunter2secret" };
    const artifact = {
      builderId: "plugin",
      id: "hunter2secret.img",
      files: ["/w/hunter2secret.img"],
      description: "made with hunter2secret",
      state: { region: "eu-west-1", generated_data: data },
    };
    const build = { name: "docker.x", builderType: "docker", sourceName: "x" };
    const output = { ...artifact, state: {} };
    const link = { fingerprint: "f", keepInput: false, output };
    const redact = (text: string): string => text.replaceAll("hunter2secret", "<sensitive>");
    await recordArtifact(path, { build, data, artifact, chains: [[link]] }, redact);
    const masked = { ID: "i-1", Password: "<sensitive>", SSHPrivateKey: "BEGIN <sensitive>" };
    const described = { ...artifact, description: "made with <sensitive>" };
    expect(await readArtifactRecord(path)).toMatchObject({
      data: masked,
      artifact: { ...described, state: { region: "eu-west-1", generated_data: masked } },
      chains: [[{ ...link, output: { ...described, state: {} } }]],
    });
    expect((await readFile(path, "utf8")).match(/hunter2secret/g)).toHaveLength(4);
  });
});
