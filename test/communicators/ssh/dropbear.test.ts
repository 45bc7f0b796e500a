import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect } from "vitest";
import { provisioner } from "../../../src/plugins/packer/provisioners/shell/shell.ts";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { createDropbear } from "../../helper/dropbear.ts";
import { connectTo } from "../../helper/guest-connection.ts";
import { findProgram, needs, needsRoot } from "../../helper/need.ts";
import { provisionWith } from "../../helper/provision.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";

const it = findProgram("ssh-keygen") ? needsRoot("dropbear", "dropbear-bin") : needs("ssh-keygen", "openssh-client");
const signal = new AbortController().signal;

/** A small guest: dropbear, busybox, and neither SFTP nor scp nor tar unless named. */
async function smallGuest(tools: readonly string[] = []) {
  const run = await createRecordingRun();
  const server = await createDropbear({ tools });
  const communicator = await connectTo(run, server);
  const there = join(server.directory, "there");
  await mkdir(there);
  return { run, communicator, there, here: run.directories.work };
}

describe.each([[["tar"]], [[]]])("a guest with dropbear and busybox, having besides it %o", (tools) => {
  it("is provisioned, without SFTP or scp", async () => {
    const { run, communicator, there, here } = await smallGuest(tools);
    expect((await askGuest(communicator, "command -v scp sftp-server", { signal })).stdout).toBe("");
    await communicator.upload(Buffer.from("content"), `${there}/a file`, { signal, mode: 0o600 });
    const pipe = new PassThrough();
    const content = buffer(pipe);
    await communicator.download(`${there}/a file`, pipe, { signal });
    pipe.end();
    expect((await content).toString()).toBe("content");
    await mkdir(join(here, "tree/sub"), { recursive: true });
    await writeFile(join(here, "tree/sub/file"), "x");
    await communicator.uploadDir(join(here, "tree"), there, { signal });
    expect(await readFile(`${there}/tree/sub/file`, "utf8")).toBe("x");
    await provisionWith(provisioner, { inline: ["echo $WHO"], env: { WHO: "busybox" } }, run, communicator);
    expect(run.events).toContainEqual(expect.objectContaining({ kind: "output", text: "busybox" }));
    expect((await readdir(there)).sort()).toEqual(["a file", "tree"]);
  });

  it("sends a large file at a fair speed", async () => {
    const { communicator, there } = await smallGuest(tools);
    const content = Buffer.alloc(20_000_000, "x");
    await communicator.upload(content, `${there}/large`, { signal });
    expect((await readFile(`${there}/large`)).equals(content)).toBe(true);
  });
});

describe("a guest with dropbear", () => {
  it("gives exit codes, signals and standard error", async () => {
    const { communicator } = await smallGuest();
    const answer = await askGuest(communicator, "echo err >&2; exit 7", { signal });
    expect(answer).toMatchObject({ result: { kind: "exit", code: 7 }, stderr: "err\n" });
  });

  it("gives a directory back where it has tar, and says what is missing where not", async () => {
    const { communicator, there, here } = await smallGuest(["tar"]);
    await writeFile(`${there}/file`, "x");
    await communicator.downloadDir(`${there}/`, join(here, "back"), { signal });
    expect(await readdir(join(here, "back"))).toEqual(["file"]);
    const bare = await smallGuest();
    await expect(bare.communicator.downloadDir(bare.there, here, { signal })).rejects.toThrow(/SFTP|tar/);
  });
});
