import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { provisioner } from "../../../../../src/plugins/packer/provisioners/file/file.ts";
import { issuesOf } from "../../../../helper/decode-config.ts";
import { connectTo } from "../../../../helper/guest-connection.ts";
import { needs } from "../../../../helper/need.ts";
import { provisionWith } from "../../../../helper/provision.ts";
import { createRecordingRun } from "../../../../helper/recording-run.ts";
import { createSshd } from "../../../../helper/sshd.ts";

const it = needs("sshd", "openssh-server");

async function guest() {
  const run = await createRecordingRun();
  const server = await createSshd();
  const communicator = await connectTo(run, server);
  const there = join(server.directory, "there");
  await mkdir(there);
  const here = run.directories.work;
  return {
    run,
    there,
    here,
    file: (args: Record<string, unknown>) => provisionWith(provisioner, args, run, communicator),
  };
}

describe("the file provisioner", () => {
  it("writes text, with a mode where asked for", async () => {
    const { there, file } = await guest();
    await file({ content: "secret\n", destination: `${there}/file`, mode: "0600" });
    expect(await readFile(`${there}/file`, "utf8")).toBe("secret\n");
    expect((await stat(`${there}/file`)).mode & 0o777).toBe(0o600);
  });

  it("copies files, keeping mode and, for a destination with a slash, the name", async () => {
    const { there, here, run, file } = await guest();
    await writeFile(join(here, "tool"), "#!/bin/sh\n", { mode: 0o755 });
    await file({ sources: ["tool"], destination: `${there}/` });
    await file({ source: "tool", destination: "~/tool" });
    expect((await stat(`${there}/tool`)).mode & 0o777).toBe(0o755);
    expect(run.said()).toContain(`Uploading tool => ${there}/tool`);
  });

  it("warns of a script with Windows line ends, and copies it as it is (TPL-02)", async () => {
    const { there, here, run, file } = await guest();
    const files = { script: "#!/bin/sh\r\ntrue\r\n", text: "one\r\ntwo\r\n", unix: "#!/bin/sh\n\r\n", empty: "" };
    for (const [name, content] of Object.entries(files)) await writeFile(join(here, name), content);
    await file({ sources: Object.keys(files), destination: `${there}/` });
    expect(await readFile(join(there, "script"), "utf8")).toBe(files.script);
    expect(run.warnings()).toEqual([
      expect.stringMatching(/^script is a script with Windows line ends .*\n {4}sed -i 's\/\\r\$\/\/' script$/),
    ]);
  });

  it("copies directories as rsync does, and reports progress", async () => {
    const { there, here, run, file } = await guest();
    await mkdir(join(here, "tree"));
    await writeFile(join(here, "tree/a"), "abc");
    await file({ source: "tree", destination: there });
    await file({ source: "tree/", destination: `${there}/flat` });
    expect(await readdir(`${there}/tree`)).toEqual(["a"]);
    expect(await readdir(`${there}/flat`)).toEqual(["a"]);
    expect(run.events).toContainEqual(expect.objectContaining({ kind: "progress", done: 3, total: 3 }));
  });

  it("puts a directory where the owner is another one as where it is not (M-02)", async () => {
    const { file, here, there } = await guest();
    await mkdir(join(here, "tree"));
    await writeFile(join(here, "tree/a"), "abc");
    const owner = String(process.getuid!());
    await file({ source: "tree", destination: `${there}/two/missing/`, owner });
    await file({ source: "tree", destination: `${there}/two/`, owner });
    await file({ source: "tree/", destination: `${there}/flat`, owner });
    expect(await readdir(`${there}/two/missing`)).toEqual(["a"]);
    expect(await readdir(`${there}/two/tree`)).toEqual(["a"]);
    expect(await readdir(`${there}/flat`)).toEqual(["a"]);
  });

  it("puts files and directories in place for another owner, as root where asked for", async () => {
    const { there, here, file } = await guest();
    await mkdir(join(here, "tree"));
    await writeFile(join(here, "tree/a"), "abc");
    // The test's user is root in the guest, or may not change owners at all: then its own name.
    const owner = process.getuid?.() === 0 ? "nobody" : String(process.getuid?.());
    const become = { become: true, become_command: "env" };
    await file({ content: "x", destination: `${there}/file`, owner, ...become, mode: "0640" });
    await file({ source: "tree", destination: there, owner, ...become });
    const expected = process.getuid?.() === 0 ? 65534 : process.getuid?.();
    for (const path of ["file", "tree", "tree/a"]) expect((await stat(join(there, path))).uid).toBe(expected);
    expect((await stat(join(there, "file"))).mode & 0o777).toBe(0o640);
    expect((await readdir("/tmp")).filter((name) => /^imgbuild-[0-9a-f]{16}$/.test(name))).toEqual([]);
  });

  it("downloads files, directories and what wildcards match", async () => {
    const { there, here, file } = await guest();
    await mkdir(`${there}/logs`);
    for (const name of ["a.log", "b b.log", "c.txt"]) await writeFile(`${there}/logs/${name}`, name);
    const direction = "download";
    await file({ source: `${there}/logs/a.log`, destination: "one.log", direction });
    await file({ source: `${there}/logs/*.log`, destination: "some/", direction });
    await file({ source: `${there}/logs`, destination: "named", direction });
    await file({ source: `${there}/logs/`, destination: "flat", direction });
    expect(await readFile(join(here, "one.log"), "utf8")).toBe("a.log");
    expect((await readdir(join(here, "some"))).sort()).toEqual(["a.log", "b b.log"]);
    expect((await readdir(join(here, "named/logs"))).sort()).toEqual(["a.log", "b b.log", "c.txt"]);
    expect((await readdir(join(here, "flat"))).sort()).toEqual(["a.log", "b b.log", "c.txt"]);
    await expect(file({ source: `${there}/none*`, destination: "x", direction })).rejects.toThrow(
      `There is nothing named "${there}/none*" in the machine`,
    );
  });
});

describe("what the file provisioner refuses", () => {
  it.each([
    [{ destination: "/a" }, "missing-argument"],
    [{ destination: "/a", content: "x", source: "y" }, "conflicting-arguments"],
    [{ destination: "a", content: "x", direction: "download" }, "conflicting-arguments"],
    [{ destination: "a", source: "x", mode: "rwx" }, "invalid-argument"],
    [{ destination: "a", source: "x", direction: "sideways" }, "invalid-argument"],
  ])("%o", (args, code) => {
    expect(issuesOf(provisioner.schema, args).map((issue) => issue.code)).toEqual([code]);
  });

  it("a source that is not there, unless it is made during the build", async () => {
    const directories = {
      work: "/nonexistent",
      template: "/nonexistent",
      host: { homeDir: "/", env: {}, platform: "linux" as const },
    };
    const config = { source: "a", destination: "/b" };
    const check = (generated: boolean) =>
      provisioner.checkFiles!(
        { ...config, generated, direction: "upload", become: false, become_command: "" },
        directories,
      );
    expect(await check(true)).toEqual([]);
    expect(await check(false)).toMatchObject([{ code: "missing-file", path: ["source"] }]);
  });
});
