import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { expect, it } from "vitest";
import { communicatorFields } from "../../src/sdk/schema/communicator.ts";

const page = await readFile("docs/ssh.md", "utf8");
const tableRows = page
  .split("## Where each option is tried on a real server")[1]!
  .split("\n")
  .filter((line) => line.startsWith("| `"));

/** `ssh_bastion_host`, `_port` names ssh_bastion_port as well. */
function namedIn(row: string): readonly string[] {
  const words = [...row.split("|")[1]!.matchAll(/`(\w+)/g)].map(([, name]) => name!);
  const group = /^ssh_(bastion|proxy)/.exec(words[0]!)?.[0] ?? "";
  return words.map((word) => (word.startsWith("_") ? group + word : word));
}

it("docs/ssh.md says of every option of the communicator where it is tried", () => {
  const ofSsh = Object.keys(communicatorFields).filter((name) => !name.startsWith("winrm_"));
  expect(tableRows.flatMap(namedIn).toSorted()).toEqual(ofSsh.toSorted());
});

it("docs/ssh.md names tests that exist", async () => {
  const named = [...page.matchAll(/`([\w-]+\.test\.ts)`/g)].map(([, name]) => name!);
  const there = (await readdir("test", { recursive: true })).map((path) => basename(path));
  expect(named.filter((name) => !there.includes(name))).toEqual([]);
  expect(named.length).toBeGreaterThan(20);
});
