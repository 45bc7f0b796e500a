import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { downloadFile, downloadTree } from "../../../src/communicators/winrm/copy/download.ts";
import type { Exec } from "../../../src/communicators/winrm/copy/upload.ts";
import { writeLines, type Piece } from "../../../src/communicators/winrm/copy/write-lines.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const signal = new AbortController().signal;

/** A guest that sends these pieces, changed on the way by `change`. */
function guestSending(pieces: readonly Piece[], change: (line: string) => string = (line) => line): Exec {
  return async (_command, { onStdout }) => {
    const given = (async function* () {
      yield* pieces;
      await Promise.resolve();
    })();
    for await (const line of writeLines(given)) await onStdout?.(Buffer.from(change(line.toString())));
    return { kind: "exit", code: 0 };
  };
}

const file = (path: string): readonly Piece[] => [
  { kind: "file", path },
  { kind: "data", data: Buffer.from("content") },
];

describe("a guest that is not to be trusted", () => {
  it.each(["../evil", "/etc/evil", "a/../../evil", "..\\evil"])("cannot write to %s", async (path) => {
    const root = temporaryDirectory();
    await expect(downloadTree(guestSending(file(path)), "C:/x/", join(root, "in"), { signal })).rejects.toThrow(
      "leads out of the download directory",
    );
    expect(existsSync(join(root, "evil"))).toBe(false);
  });

  it("leaves no file that did not arrive whole", async () => {
    const root = temporaryDirectory();
    const cut = guestSending(file("a.txt"), (line) => (line.startsWith("=") ? "" : line));
    await expect(downloadTree(cut, "C:/x/", root, { signal })).rejects.toThrow("it arrived incomplete");
    const wrong = guestSending(file("a.txt"), (line) => (line.startsWith("=") ? line.replace(/\w/, "0") : line));
    await expect(downloadFile(wrong, "C:/x", new PassThrough().resume(), { signal })).rejects.toThrow(
      "it arrived incomplete",
    );
    expect(readdirSync(root).filter((name) => name !== "a.txt")).toEqual([]);
  });

  it.each([
    ["words between the lines", "Welcome to the machine\r\n"],
    ["a line that grows without end", `${gzipSync(Buffer.alloc(32 * 1024 * 1024)).toString("base64")}\r\n`],
  ])("is told apart from our program: %s", async (_what, line) => {
    const exec: Exec = async (_command, { onStdout }) => {
      await onStdout?.(Buffer.from(line));
      return { kind: "exit", code: 0 };
    };
    await expect(downloadFile(exec, "C:/x", new PassThrough().resume(), { signal })).rejects.toThrow("cannot be read");
  });
});
