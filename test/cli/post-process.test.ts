import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";

/** Two chains: one of four steps, of which the third needs the file `go`, and one that always works. Each step notes that it ran. */
const template = `variable "password" {
  default   = "hunter2secret"
  sensitive = true
}
source "file" "image" {
  target  = "image.img"
  content = "pixels"
}
build {
  sources = ["source.file.image"]
  post-processors {
    post-processor "shell-local" {
      environment_vars = ["PASSWORD=\${var.password}"]
      inline           = ["echo first >> ran"]
    }
    post-processor "compress" {
      output              = "image-{{timestamp}}.tar.gz"
      keep_input_artifact = true
    }
    post-processor "shell-local" {
      name   = "upload"
      inline = ["echo upload >> ran; test -e go"]
    }
    post-processor "checksum" { output = "sums" }
  }
  post-processor "shell-local" { inline = ["echo other >> ran"] }
}
`;

/** What has run since it was last asked. */
function ran({ directory }: Workplace): string[] {
  const notes = join(directory, "project", "ran");
  if (!existsSync(notes)) return [];
  const words = readFileSync(notes, "utf8").trim().split("\n");
  rmSync(notes);
  return words.toSorted();
}

/** In the directory `project`. */
async function failedBuild(more = "") {
  const place = await createWorkplace();
  const project = join(place.directory, "project");
  mkdirSync(project);
  writeFileSync(join(project, "t.pkr.hcl"), more + template);
  const failed = await place.runIn("project", "build", "t.pkr.hcl");
  expect(failed.code).toBe(1);
  expect(ran(place)).toEqual(["first", "other", "upload"]);
  const [, runId] = /imgbuild post-process (\S+) t\.pkr\.hcl/.exec(failed.stdout)!;
  return {
    place,
    runId: runId!,
    again: (...args: readonly string[]) => place.runIn("project", "post-process", ...args, runId!, "t.pkr.hcl"),
    isThere: (name: string) => existsSync(join(project, name)),
    write: (name: string, text: string) => writeFileSync(join(project, name), text),
    archives: () => readdirSync(project).filter((name) => name.endsWith(".tar.gz")),
    remove: (name: string) => rmSync(join(project, name), { recursive: true }),
  };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("post-process", () => {
  it("goes on at the step that failed, with the names of then, and names the first run when it fails again (T-19)", async () => {
    const { place, runId, archives, again, write, isThere } = await failedBuild();
    const before = archives();
    const failed = await again();
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain(`imgbuild post-process ${runId} t.pkr.hcl`);
    expect(ran(place)).toEqual(["upload"]);
    write("go", "");
    const done = await again();
    expect(done.code).toBe(0);
    expect(done.stdout).toContain("Not again, since it ran before");
    expect(ran(place)).toEqual(["upload"]);
    expect(archives()).toEqual(before);
    expect(isThere("sums")).toBe(true);
    const nothing = await again();
    expect(nothing).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing is left to do") as string });
    expect(ran(place)).toEqual([]);
  });

  it("-all begins at the builder's artifact", async () => {
    const { place, again, write } = await failedBuild();
    write("go", "");
    expect(await again("-force", "-all")).toMatchObject({ code: 0 });
    expect(ran(place)).toEqual(["first", "other", "upload"]);
  });

  it.each([
    ["an argument of the step before", "image-{{timestamp}}", "picture-{{timestamp}}", ["upload"]],
    ["an argument of the first step", "echo first", "echo First", ["First", "upload"]],
    ["the value of a secret: nothing, since it is not kept", "hunter2secret", "other-password", ["upload"]],
    ["the other chain", "echo other", "echo Other", ["Other", "upload"]],
    [
      "a chain before the others",
      "  post-processors {\n",
      '  post-processor "shell-local" { inline = ["echo new >> ran"] }\n  post-processors {\n',
      ["new", "upload"],
    ],
  ])("runs what has changed and what follows it: %s", async (_, from, to, expected) => {
    const { place, again, write } = await failedBuild();
    write("go", "");
    write("t.pkr.hcl", template.replace(from, to));
    expect(await again("-force")).toMatchObject({ code: 0 });
    expect(ran(place)).toEqual(expected);
  });

  it("makes again what the failed step needs and is gone", async () => {
    const { place, again, archives, write, remove } = await failedBuild();
    write("go", "");
    const [archive] = archives();
    remove(archive!);
    expect(await again()).toMatchObject({ code: 0 });
    expect(ran(place)).toEqual(["upload"]);
    expect(archives()).toEqual([archive]);
  });

  it("has the time that the template was loaded with, whatever came before the run began", async () => {
    // A second passes between the two.
    const server = createServer((_, response) => void setTimeout(() => response.end("pixels"), 1100));
    const port = await listening(server);
    const data = `data "http" "slow" { url = "http://127.0.0.1:${port}/" }\n`;
    const { archives, again, write, remove } = await failedBuild(data);
    write("go", "");
    const [archive] = archives();
    remove(archive!);
    expect(await again()).toMatchObject({ code: 0 });
    expect(archives()).toEqual([archive]);
  });

  it("works in the directory of the run; what the command line names is where the user is", async () => {
    const { place, runId, write, isThere } = await failedBuild();
    write("go", "");
    const elsewhere = join(place.directory, "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "v.pkrvars.hcl"), 'password = "hunter2secret"\n');
    const args = ["-var-file=v.pkrvars.hcl", "-metadata-file=m.json", runId, "../project/t.pkr.hcl"];
    expect(await place.runIn("elsewhere", "post-process", ...args)).toMatchObject({ code: 0 });
    expect(ran(place)).toEqual(["upload"]);
    expect(isThere("sums")).toBe(true);
    expect(existsSync(join(elsewhere, "m.json"))).toBe(true);
  });

  it("says that the directory of the run is gone", async () => {
    const { place, runId, remove } = await failedBuild();
    remove("");
    const { code, stdout, stderr } = await place.runIn("other", "post-process", runId, "t.pkr.hcl");
    expect(code).toBe(1);
    expect(stdout + stderr).toContain("The directory of the run is not there any more");
  });
});
