import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { connectToWinrm, winrmServerForTest, type TestWinrmServer } from "../../helper/winrm-server/for-test.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";
import { firstCalls } from "../../helper/winrm-server/trouble.ts";

async function connected(options: Parameters<typeof winrmServerForTest>[0] = {}) {
  const server = await winrmServerForTest(options);
  const run = await createRecordingRun();
  return { server, run, communicator: await connectToWinrm(run, server) };
}

/** No name of ours is left on drive C. */
async function leftovers(server: TestWinrmServer): Promise<readonly string[]> {
  const all = await readdir(server.driveC, { recursive: true });
  return all.filter((name) => name.includes(".imgbuild-"));
}

describe("upload over WinRM", () => {
  it("copies a file through one command, and reports progress", async () => {
    const { server, run, communicator } = await connected();
    const content = randomBytes(2_000_000);
    const seen: number[] = [];
    const onProgress = (done: number) => void seen.push(done);
    await communicator.upload(content, "C:/new/dir/file.bin", { signal: run.signal, onProgress });
    expect((await readFile(join(server.driveC, "new/dir/file.bin"))).equals(content)).toBe(true);
    expect(seen.at(-1)).toBe(content.length);
    expect(server.commands.length).toBe(2);
    expect(await leftovers(server)).toEqual([]);
  });

  it("copies empty files, streams, and over a file that is there", async () => {
    const { server, run, communicator } = await connected();
    await communicator.upload(Buffer.alloc(0), "C:\\empty.txt", { signal: run.signal });
    await communicator.upload(Readable.from(["a", "b"]), "c:/there.txt", { signal: run.signal });
    await communicator.upload(() => Readable.from([Buffer.from("new")]), "c:/there.txt", { signal: run.signal });
    expect(await readFile(join(server.driveC, "empty.txt"), "utf8")).toBe("");
    expect(await readFile(join(server.driveC, "there.txt"), "utf8")).toBe("new");
  });

  it("copies many files by one command", async () => {
    const { server, run, communicator } = await connected();
    const from = temporaryDirectory();
    await mkdir(join(from, "sub/empty"), { recursive: true });
    for (let count = 0; count < 300; count++) await writeFile(join(from, `sub/file-${count}.txt`), `content ${count}`);
    await communicator.uploadDir(`${from}/`, "C:/tree", { signal: run.signal });
    expect((await readdir(join(server.driveC, "tree/sub"))).length).toBe(301);
    expect(await readFile(join(server.driveC, "tree/sub/file-299.txt"), "utf8")).toBe("content 299");
    expect(server.commands.length).toBe(2);
    expect(await leftovers(server)).toEqual([]);
  });

  it("copies the directory itself where its name has no slash", async () => {
    const { server, run, communicator } = await connected();
    const from = join(temporaryDirectory(), "named");
    await mkdir(from);
    await writeFile(join(from, "f"), "x");
    await communicator.uploadDir(from, "C:/into", { signal: run.signal });
    expect(await readFile(join(server.driveC, "into/named/f"), "utf8")).toBe("x");
  });

  it("says what stands in the way", async () => {
    const { server, run, communicator } = await connected();
    await mkdir(join(server.driveC, "taken"));
    await writeFile(join(server.driveC, "plain"), "");
    await expect(communicator.upload(Buffer.from("x"), "C:/taken", { signal: run.signal })).rejects.toThrow(
      'Could not write "C:/taken" in the machine: there is a directory of that name',
    );
    await expect(
      communicator.uploadDir(`${temporaryDirectory()}/`, "C:/plain", { signal: run.signal }),
    ).rejects.toThrow("there is a file of that name");
  });

  it("starts anew when the connection is lost in the middle, and leaves nothing half done", async () => {
    const { server, run, communicator } = await connected();
    const content = randomBytes(3_000_000);
    server.trouble.reset = firstCalls(1, "Send");
    await communicator.upload(content, "C:/file.bin", { signal: run.signal });
    expect((await readFile(join(server.driveC, "file.bin"))).equals(content)).toBe(true);
    expect(run.warnings().join()).toContain("starting this copy anew");
  });

  it("leaves the old file where a new one does not arrive", async () => {
    const { server, run, communicator } = await connected();
    await writeFile(join(server.driveC, "kept.txt"), "old");
    server.trouble.reset = (action) => action === "Send";
    await expect(
      communicator.upload(Readable.from([randomBytes(900_000)]), "C:/kept.txt", { signal: run.signal }),
    ).rejects.toThrow("connection was lost");
    server.trouble.reset = undefined;
    expect(await readFile(join(server.driveC, "kept.txt"), "utf8")).toBe("old");
  });

  it("fails with the reason when the source cannot be read", async () => {
    const { run, communicator } = await connected();
    const broken = () =>
      Readable.from(
        (async function* () {
          yield Buffer.from("some");
          throw new Error("the disk is on fire");
        })(),
      );
    await expect(communicator.upload(broken, "C:/x", { signal: run.signal })).rejects.toThrow("the disk is on fire");
  });
});

describe("download over WinRM", () => {
  it("copies a file back", async () => {
    const { server, run, communicator } = await connected({ maxEnvelopeKb: 150 });
    const content = randomBytes(1_500_000);
    await writeFile(join(server.driveC, "data.bin"), content);
    const to = new PassThrough();
    const chunks: Buffer[] = [];
    to.on("data", (chunk: Buffer) => chunks.push(chunk));
    await communicator.download("C:\\data.bin", to, { signal: run.signal });
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  });

  it("copies a directory back", async () => {
    const { server, run, communicator } = await connected();
    await mkdir(join(server.driveC, "logs/deep/empty"), { recursive: true });
    await writeFile(join(server.driveC, "logs/a.log"), "a");
    await writeFile(join(server.driveC, "logs/deep/b.log"), "");
    const to = temporaryDirectory();
    await communicator.downloadDir("C:/logs/", join(to, "contents"), { signal: run.signal });
    await communicator.downloadDir("C:\\logs", join(to, "itself"), { signal: run.signal });
    expect((await readdir(to, { recursive: true })).sort()).toEqual([
      "contents",
      "contents/a.log",
      "contents/deep",
      "contents/deep/b.log",
      "contents/deep/empty",
      "itself",
      "itself/logs",
      "itself/logs/a.log",
      "itself/logs/deep",
      "itself/logs/deep/b.log",
      "itself/logs/deep/empty",
    ]);
  });

  it("says what is not there", async () => {
    const { run, communicator } = await connected();
    await expect(communicator.download("C:/none.txt", new PassThrough(), { signal: run.signal })).rejects.toThrow(
      'Could not read "C:/none.txt" in the machine: there is nothing of that name',
    );
  });
});
