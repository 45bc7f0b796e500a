import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "vitest";
import { runCrashMatrix, type CrashScenario } from "../helper/crash-matrix.ts";

const template = `
variable "token" {
  type      = string
  default   = "planted-secret-of-the-matrix"
  sensitive = true
}

source "file" "a" {
  target  = "out-a"
  content = "hello a"
}

source "file" "b" {
  target  = "new/deep/out-b"
  content = "hello b"
}

build {
  sources = ["source.file.a", "source.file.b"]

  provisioner "shell-local" {
    environment_vars = ["TOKEN=\${var.token}"]
    inline           = ["echo provisioning", "test -n \\"$TOKEN\\""]
  }

  post-processors {
    post-processor "compress" {
      output              = "{{ .BuildName }}.tar.gz"
      keep_input_artifact = true
    }
    post-processor "checksum" {
      checksum_types = ["sha256"]
      output         = "{{ .BuildName }}.{{ .ChecksumType }}"
    }
  }

  post-processor "manifest" {
    output = "manifest.json"
  }
}
`;

const scenario: CrashScenario = {
  prepare: (directory) => writeFile(join(directory, "t.pkr.hcl"), template),
  args: ["t.pkr.hcl"],
  results: [
    "out-a",
    "new",
    "new/deep",
    "new/deep/out-b",
    "a.tar.gz",
    "b.tar.gz",
    "a.sha256",
    "b.sha256",
    "manifest.json",
  ],
  isWhole: async (path, directory) => {
    if (path !== "manifest.json") return path.endsWith(".tar.gz") || path.endsWith(".sha256");
    const manifest = JSON.parse(await readFile(join(directory, path), "utf8")) as { builds: unknown[] };
    return manifest.builds.length > 0;
  },
};

describe("a build of files with provisioners and post-processors", () => {
  it("leaves nothing and touches nothing else, whichever signal comes at whichever journal write", async () => {
    await runCrashMatrix(scenario);
  });
});
