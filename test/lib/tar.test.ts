import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { extract } from "tar-stream";
import { expect, it } from "vitest";
import { textEntry } from "../../src/lib/archive/entry.ts";
import { tarHeader } from "../../src/lib/archive/tar-header.ts";
import { tar } from "../../src/lib/archive/tar.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const TIME = new Date("2001-02-03T04:05:06Z");

async function archive(names: readonly string[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const entries = names.map((name) => textEntry(name, `content of ${name}`));
  for await (const chunk of tar(entries, TIME)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

it("writes short, long and non-ASCII names so that tar reads them back", async () => {
  const names = ["a", "x".repeat(100), "y".repeat(101), `${"deep/".repeat(60)}file`, "größe.txt"];
  const path = join(temporaryDirectory(), "t.tar");
  writeFileSync(path, await archive(names));
  const env = { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC" };
  const listed = execFileSync("tar", ["--quoting-style=literal", "-tf", path], { env, encoding: "utf8" });
  expect(listed.trimEnd().split("\n")).toEqual(names);
  const long = execFileSync("tar", ["-tvf", path, "a"], { env, encoding: "utf8" });
  expect(long).toMatch(/^-rw-r--r-- root\/root\s+12 2001-02-03 04:05 a$/m);
});

it("states a size of 8 GiB and more in an extended header", async () => {
  const size = 8 * 1024 ** 3;
  const reader = extract();
  const found = new Promise<number | undefined>((resolve) => reader.on("entry", ({ size }) => resolve(size)));
  reader.write(tarHeader({ name: "disk", size, mode: 0o644 }, TIME));
  expect(await found).toBe(size);
  reader.destroy();
});
