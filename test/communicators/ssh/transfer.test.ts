import { chmod, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join, relative } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, onTestFinished } from "vitest";
import { shellQuotePath } from "../../../src/lib/shell-quote.ts";
import type { Communicator } from "../../../src/sdk/communicator.ts";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun, type RecordingRun } from "../../helper/recording-run.ts";
import { createSshd, type TestSshd } from "../../helper/sshd.ts";
import { createTcpProxy } from "../../helper/tcp-proxy.ts";

const it = needs("sshd", "openssh-server");
const signal = new AbortController().signal;

interface Guest {
  readonly run: RecordingRun;
  readonly server: TestSshd;
  readonly communicator: Communicator;
  /** A directory in the "guest". */
  readonly there: string;
  /** A directory on "this computer". */
  readonly here: string;
}

async function guest(args: Readonly<Record<string, unknown>> = {}): Promise<Guest> {
  const run = await createRecordingRun();
  const server = await createSshd();
  const communicator = await connectTo(run, server, args);
  const [there, here] = [join(server.directory, "there"), join(server.directory, "here")];
  await Promise.all([mkdir(there), mkdir(here)]);
  return { run, server, communicator, there, here };
}

async function downloaded(communicator: Communicator, path: string): Promise<Buffer> {
  const pipe = new PassThrough();
  const content = buffer(pipe);
  await communicator.download(path, pipe, { signal });
  pipe.end();
  return content;
}

const names = [
  "plain.txt",
  "with space",
  "qu'ote\"s`$HOME",
  "-dash",
  "line\nbreak",
  "äöü-日本",
  "*?[x]",
  "back\\slash",
];

describe.each([undefined, "sftp", "scp"])("copying files (ssh_file_transfer_method = %s)", (method) => {
  const args = method === undefined ? {} : { ssh_file_transfer_method: method };

  it("writes and reads back files of any size, with their mode", async () => {
    const { communicator, there } = await guest(args);
    for (const size of [0, 1, 70_000, 3_000_001]) {
      const content = randomBytes(size);
      await communicator.upload(content, join(there, "file"), { signal, mode: 0o640 });
      expect((await readFile(join(there, "file"))).equals(content)).toBe(true);
      expect((await stat(join(there, "file"))).mode & 0o777).toBe(0o640);
      expect((await downloaded(communicator, join(there, "file"))).equals(content)).toBe(true);
    }
    expect(await readdir(there)).toEqual(["file"]);
  });

  it("gives nobody else a look at a file while it is being written (SEC-06)", async () => {
    const { communicator, there } = await guest(args);
    const modes = new Set<number>();
    const look = async () => {
      for (const name of await readdir(there)) modes.add((await stat(join(there, name))).mode & 0o777);
    };
    async function* slowly() {
      for (let piece = 0; piece < 4; piece++) {
        yield randomBytes(100_000);
        await look();
      }
    }
    const content = args.ssh_file_transfer_method === "scp" ? randomBytes(400_000) : Readable.from(slowly());
    await communicator.upload(content, join(there, "file"), { signal, mode: 0o600, size: 400_000 });
    await look();
    expect([...modes]).toEqual([0o600]);
  });

  it("takes names with blanks, quotes, line breaks and letters of all kinds", async () => {
    const { communicator, there } = await guest(args);
    for (const name of names) {
      await communicator.upload(Buffer.from(name), join(there, name), { signal });
      expect((await downloaded(communicator, join(there, name))).toString()).toBe(name);
    }
    expect((await readdir(there)).sort()).toEqual([...names].sort());
  });

  it("copies a stream whose size nobody knows", async () => {
    const { communicator, there } = await guest(args);
    await communicator.upload(Readable.from([Buffer.from("one "), Buffer.from("two")]), join(there, "file"), {
      signal,
    });
    expect(await readFile(join(there, "file"), "utf8")).toBe("one two");
  });

  it("copies directories there and back, with the slash meaning what rsync means", async () => {
    const { communicator, there, here } = await guest(args);
    await mkdir(join(here, "tree/empty"), { recursive: true });
    for (const name of names) await writeFile(join(here, "tree", name), `content of ${name}`);
    await chmod(join(here, "tree/plain.txt"), 0o755);
    await writeFile(join(here, "outside"), "linked");
    await symlink("../outside", join(here, "tree/link"));
    await mkdir(join(there, "a"));
    await communicator.uploadDir(`${here}/tree`, `${there}/a`, { signal });
    await communicator.uploadDir(`${here}/tree/`, `${there}/b`, { signal });
    const expected = [...names, "empty", "link"].sort();
    expect((await readdir(join(there, "a/tree"))).sort()).toEqual(expected);
    expect((await readdir(join(there, "b"))).sort()).toEqual(expected);
    expect((await stat(join(there, "b/plain.txt"))).mode & 0o777).toBe(0o755);
    expect(await readFile(join(there, "b/link"), "utf8")).toBe("linked");
    await communicator.downloadDir(`${there}/b/`, join(here, "back"), { signal });
    await communicator.downloadDir(`${there}/b`, join(here, "under"), { signal });
    expect((await readdir(join(here, "back"))).sort()).toEqual(expected);
    expect((await readdir(join(here, "under/b"))).sort()).toEqual(expected);
    expect(await readFile(join(here, "back", "line\nbreak"), "utf8")).toBe("content of line\nbreak");
  });

  it.each([
    ["missing", "tree", "missing/a"],
    ["missing/", "tree", "missing/a"],
    ["two/missing", "tree", "two/missing/a"],
    ["two/missing/", "tree", "two/missing/a"],
    ["there", "tree", "there/tree/a"],
    ["there/", "tree", "there/tree/a"],
    ["link", "tree", "there/tree/a"],
    ["missing", "tree/", "missing/a"],
    ["missing", "tree/.", "missing/a"],
    ["two/missing", "tree/", "two/missing/a"],
    ["there", "tree/", "there/a"],
  ])("copies to a directory %s from %s: there is %s then (M-02)", async (to, from, expected) => {
    const { communicator, there, here } = await guest(args);
    await mkdir(join(here, "tree"));
    await writeFile(join(here, "tree/a"), "abc");
    await mkdir(join(there, "there"));
    await symlink("there", join(there, "link"));
    await communicator.uploadDir(`${here}/${from}`, `${there}/${to}`, { signal });
    expect(await filesBelow(there)).toEqual([expected]);
  });

  it.each([
    ["the temporary directory", (name: string) => join("/tmp", name)],
    ["another directory", (name: string, there: string) => join(there, name)],
    ["the home directory", (name: string) => name],
    ["the home directory, as ~", (name: string) => `~/${name}`],
  ])("writes into %s with the mode that is wanted, new files and old (M-01)", async (_, pathOf) => {
    const { communicator, server, there } = await guest(args);
    const name = `imgbuild-test-${randomBytes(6).toString("hex")}`;
    const path = pathOf(name, there);
    const local = path.startsWith("/") ? path : join(server.directory, "home", name);
    onTestFinished(() => rm(local, { force: true }));
    for (const mode of [0o755, 0o600, 0o644, 0o440]) {
      await communicator.upload(Buffer.from(String(mode)), path, { signal, mode });
      const found = path.startsWith("/") ? await stat(local) : undefined;
      if (found) expect(found.mode & 0o777).toBe(mode);
      expect(await modeIn(communicator, path)).toBe(mode.toString(8));
    }
    expect((await readdir("/tmp")).filter((entry) => entry.startsWith(".imgbuild-"))).toEqual([]);
  });

  it("adds to a directory that is there, replacing only files of the same name", async () => {
    const { communicator, there, here } = await guest(args);
    await mkdir(join(there, "tree/sub"), { recursive: true });
    await writeFile(join(there, "tree/sub/old"), "old");
    await writeFile(join(there, "tree/same"), "old");
    await mkdir(join(here, "tree/sub"), { recursive: true });
    await writeFile(join(here, "tree/sub/new"), "new");
    await writeFile(join(here, "tree/same"), "new");
    await communicator.uploadDir(`${here}/tree`, there, { signal });
    expect((await readdir(join(there, "tree/sub"))).sort()).toEqual(["new", "old"]);
    expect(await readFile(join(there, "tree/same"), "utf8")).toBe("new");
  });

  it("refuses in words to write over a directory, or where there is none", async () => {
    const { communicator, there } = await guest(args);
    await expect(communicator.upload(Buffer.from("x"), there, { signal })).rejects.toMatchObject({
      message: expect.stringContaining("there is a directory of that name") as string,
      hint: "To copy into that directory, end the destination with a slash.",
    });
    await expect(communicator.upload(Buffer.from("x"), join(there, "no/file"), { signal })).rejects.toThrow(
      /does not exist|No such file/,
    );
    await expect(downloaded(communicator, join(there, "missing"))).rejects.toThrow(/No such file/);
  });

  it("starts a copy anew that was cut in the middle, and never leaves a part of it (SSH-16)", async () => {
    const { server, run, there } = await guest();
    const proxy = await createTcpProxy({ target: server.port });
    const communicator = await connectTo(run, server, args, { port: proxy.port });
    const content = randomBytes(8_000_000);
    proxy.resetAfter(3_000_000);
    await communicator.upload(() => Readable.from([content]), join(there, "file"), { signal, size: content.length });
    expect((await readFile(join(there, "file"))).equals(content)).toBe(true);
    expect(run.warnings()).toEqual([expect.stringContaining("starting this copy anew")]);
    proxy.resetAfter(3_000_000);
    const once = communicator.upload(Readable.from([content]), join(there, "other"), { signal, size: content.length });
    await expect(once).rejects.toThrow(/connection .*lost/);
    expect(await readdir(there)).not.toContain("other");
  });
});

async function filesBelow(directory: string): Promise<readonly string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}

/** As the guest sees it: its home directory may be behind a mount of its own. */
async function modeIn(communicator: Communicator, path: string): Promise<string> {
  const { stdout } = await askGuest(communicator, `stat -c %a ${shellQuotePath(path)}`, { signal });
  return stdout.trim();
}

describe("uploading through the guest's shell", () => {
  it("gives what a link leads to its mode, before its content comes (M-01)", async () => {
    const { communicator, there } = await guest();
    await writeFile(join(there, "real"), "old", { mode: 0o644 });
    await symlink("real", join(there, "link"));
    await communicator.upload(Buffer.from("secret"), join(there, "link"), { signal, mode: 0o600 });
    expect((await stat(join(there, "real"))).mode & 0o777).toBe(0o600);
    await communicator.upload(Buffer.from("new"), join(there, "link"), { signal, mode: 0o444 });
    expect(await readFile(join(there, "real"), "utf8")).toBe("new");
    expect((await stat(join(there, "real"))).mode & 0o777).toBe(0o444);
  });

  it("writes through links and devices instead of replacing them", async () => {
    const { communicator, there } = await guest();
    await writeFile(join(there, "real"), "old");
    await symlink("real", join(there, "link"));
    await communicator.upload(Buffer.from("new"), join(there, "link"), { signal });
    expect(await readFile(join(there, "real"), "utf8")).toBe("new");
    await communicator.upload(Buffer.from("gone"), "/dev/null", { signal });
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });
});
