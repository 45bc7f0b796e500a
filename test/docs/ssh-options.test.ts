import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { communicatorFields } from "../../src/sdk/schema/communicator.ts";

const page = await readFile("docs/proof.md", "utf8");
const tableRows = page
  .split("### Where each option is tried on a real server")[1]!
  .split(/^#/m)[0]!
  .split("\n")
  .filter((line) => line.startsWith("| `"));

/** `ssh_bastion_host`, `_port` names ssh_bastion_port as well. */
function namedIn(row: string): readonly string[] {
  const words = [...row.split("|")[1]!.matchAll(/`(\w+)/g)].map(([, name]) => name!);
  const group = /^ssh_(bastion|proxy)/.exec(words[0]!)?.[0] ?? "";
  return words.map((word) => (word.startsWith("_") ? group + word : word));
}

it("docs/proof.md says of every option of the communicator where it is tried", () => {
  const ofSsh = Object.keys(communicatorFields).filter((name) => !name.startsWith("winrm_"));
  expect(tableRows.flatMap(namedIn).toSorted()).toEqual(ofSsh.toSorted());
});
