import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { registry } from "../../src/registry.ts";
import { loadForTest } from "../helper/load-for-test.ts";

const image = `
source "amazon-ebs" "image" {
  ami_name      = "image"
  instance_type = "t3.micro"
  region        = "us-east-1"
  source_ami    = "ami-12345678"
  ssh_username  = "admin"
}
source "file" "text" {
  content = "text"
  target  = "text"
}
`;

async function said(build: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "imgbuild-chains-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "t.pkr.hcl"), `${image}build {\n${build}\n}\n`);
  const { diagnostics } = await loadForTest("t.pkr.hcl", folder, { registry });
  const found = diagnostics.filter(({ code }) => code !== "unused-source");
  return found.map(({ summary, subject }) => {
    const { file, start, end } = subject!;
    return `${summary}: ${file.text.slice(start, end).split("\n")[0]}`;
  });
}

describe("a post-processor that works on files", () => {
  it.each([
    [
      'sources = ["amazon-ebs.image", "file.text"]\n post-processor "compress" {}',
      ['Artifact without files: post-processor "compress"'],
    ],
    ['sources = ["amazon-ebs.image", "file.text"]\n post-processor "compress" { only = ["file.text"] }', []],
    ['sources = ["amazon-ebs.image"]\n post-processor "vagrant" {}', []],
    [
      'sources = ["amazon-ebs.image"]\n post-processors {\n post-processor "artifice" { files = ["x"] }\n post-processor "compress" {}\n }',
      [],
    ],
  ])("%s", async (build, expected) => {
    expect(await said(build)).toEqual(expected);
  });
});
